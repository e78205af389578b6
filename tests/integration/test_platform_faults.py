"""Every way in which a platform can fail, over HTTP: the class that says what happens next, in safe words."""

import pytest

from catalog.platforms.base import (
    AuthError,
    CapacityError,
    PlatformError,
    TransientError,
    UnreachableError,
)
from catalog.sync import adapter_for
from modelhub import endpoints
from sandbox.faults.answers import KINDS

T, C, A, U = TransientError, CapacityError, AuthError, UnreachableError
# fault -> class, code of Bedrock, code of OpenAI, does the platform name its request?
FAULTS = {
    "throttle": (T, "ThrottlingException", "rate_limit_exceeded", True),
    "quota": (C, "ServiceQuotaExceededException", "insufficient_quota", True),
    "error500": (T, "InternalServerException", "server_error", True),
    "expired": (A, "ExpiredTokenException", "invalid_api_key", True),
    "denied": (A, "AccessDeniedException", "invalid_request_error", True),
    "html503": (T, "503", "HTTP 503", False),
    "timeout": (U, "ReadTimeoutError", "APITimeoutError", False),
    "closed": (U, "ConnectionClosedError", "APIConnectionError", False),
    "html200": (T, "BrokenAnswer", "BrokenAnswer", False),
    "empty200": (T, "BrokenAnswer", "BrokenAnswer", False),
    "cut200": (T, "BrokenAnswer", "BrokenAnswer", False),
    "lacking_key": (T, "BrokenAnswer", "BrokenAnswer", False),
}
CASES = [(platform, kind) for kind in FAULTS for platform in ("bedrock", "openai")]
SECRET = "sk-proj-Abcdefgh12345678"


def failure_of(platform: str) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        adapter_for(platform).list_models()
    return caught.value


def test_every_fault_has_a_row():
    """Short lists are whole answers: what they mean is the plan's business."""
    assert set(FAULTS) == set(KINDS) - {"empty_list", "short_list"}


@pytest.mark.parametrize(("platform", "kind"), CASES)
def test_a_fault_becomes_the_class_that_says_what_happens_next(sandbox, settings, platform, kind):
    if kind == "timeout":
        settings.PLATFORM_READ_TIMEOUT = 0.2
    sandbox.fail(kind, platform=platform, seconds=5, times=None)
    expected, bedrock_code, openai_code, has_request_id = FAULTS[kind]
    error = failure_of(platform)
    assert type(error) is expected
    assert error.code == (bedrock_code if platform == "bedrock" else openai_code)
    assert bool(error.request_id) or not has_request_id
    assert error.message
    assert error.way_out
    assert "<html" not in error.message.lower()


@pytest.mark.parametrize("kind", ["html200", "empty200", "cut200", "lacking_key", "throttle"])
def test_a_fault_on_the_second_call_fails_the_whole_list(sandbox, kind):
    """Without the inference profiles half of the models would lose the id they are called by."""
    sandbox.fail(kind, platform="bedrock", operation="ListInferenceProfiles", times=None)
    assert isinstance(failure_of("bedrock"), TransientError)


def test_an_empty_first_page_of_profiles_is_an_answer(sandbox):
    sandbox.fail("empty_list", platform="bedrock", operation="ListInferenceProfiles")
    models = adapter_for("bedrock").list_models().models
    assert models
    assert not any(info.inference_profiles for info in models)


@pytest.mark.parametrize("platform", ["bedrock", "openai"])
def test_throttling_says_when_to_come_back(sandbox, platform):
    sandbox.fail("throttle", platform=platform, retry_after=7)
    assert failure_of(platform).retry_after == 7.0


@pytest.mark.parametrize(
    ("platform", "kind"), [(p, k) for p in ("bedrock", "openai") for k in ("expired", "denied")]
)
def test_a_secret_in_the_platforms_words_is_blanked_out(sandbox, platform, kind):
    """OpenAI is known to repeat the key it refuses."""
    sandbox.fail(
        kind, platform=platform, message=f"Incorrect API key provided: {SECRET}. AKIAABCDEFGHIJKLMNOP"
    )
    error = failure_of(platform)
    assert "Incorrect API key provided: [redacted]" in error.message
    for text in (error.message, str(error), repr(error)):
        assert SECRET not in text
        assert "AKIAABCDEFGHIJKLMNOP" not in text


@pytest.mark.parametrize("platform", ["bedrock", "openai"])
def test_two_failures_and_then_success_is_success(sandbox, settings, platform):
    settings.PLATFORM_RETRIES = 2
    sandbox.fail("error500", platform=platform, times=2)
    assert adapter_for(platform).list_models().models
    assert [call["status"] for call in sandbox.ledger(platform=platform)][:3] == [500, 500, 200]


@pytest.mark.parametrize("platform", ["bedrock", "openai"])
@pytest.mark.parametrize("kind", ["expired", "denied"])
def test_what_cannot_pass_by_itself_is_asked_once(sandbox, settings, platform, kind):
    settings.PLATFORM_RETRIES = 2
    sandbox.fail(kind, platform=platform, times=None)
    failure_of(platform)
    assert len(sandbox.ledger(platform=platform)) == 1


@pytest.mark.parametrize("platform", ["bedrock", "openai"])
def test_a_platform_where_nobody_listens_is_a_passing_trouble(sandbox, settings, platform):
    settings.PLATFORM_ENDPOINTS = endpoints.resolve({}, "http://127.0.0.1:9")
    error = failure_of(platform)
    assert isinstance(error, TransientError)
    assert "could not be reached" in error.message


def test_an_address_with_a_password_is_never_told(sandbox, settings):
    settings.PLATFORM_ENDPOINTS = endpoints.resolve({}, "http://user:hunter2@127.0.0.1:9")
    for platform in ("bedrock", "openai"):
        assert "hunter2" not in failure_of(platform).message


@pytest.mark.parametrize("platform", ["bedrock", "openai"])
def test_an_invalid_key_is_a_matter_of_trust(sandbox, settings, platform):
    real = settings.PLATFORM_ENDPOINTS
    settings.PLATFORM_ENDPOINTS = endpoints.Endpoints(
        aws={**real.aws, "aws_access_key_id": "invalid"}, openai={**real.openai, "api_key": "invalid-key"}
    )
    assert isinstance(failure_of(platform), AuthError)


def test_no_credentials_at_all_are_told_in_words(sandbox, settings, monkeypatch, tmp_path):
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    real = settings.PLATFORM_ENDPOINTS
    settings.PLATFORM_ENDPOINTS = endpoints.Endpoints(
        aws={"endpoint_url": real.aws["endpoint_url"]}, openai={"base_url": real.openai["base_url"]}
    )
    for platform, words in (("bedrock", "No usable AWS credentials"), ("openai", "OPENAI_API_KEY")):
        error = failure_of(platform)
        assert isinstance(error, AuthError)
        assert words in error.message


@pytest.mark.parametrize("how", ["profile", "no region"])
def test_a_broken_aws_set_up_is_told_in_words(sandbox, settings, monkeypatch, how):
    if how == "profile":
        monkeypatch.setenv("AWS_PROFILE", "nobody-made-this")
    else:
        settings.AWS_REGION = None
    assert isinstance(failure_of("bedrock"), AuthError)
