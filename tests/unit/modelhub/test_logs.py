"""No secret is ever written into a log."""

import io
import json
import logging.config

import pytest
import structlog

from modelhub import logs

OPENAI_KEY = "sk-proj-abcdefghijklmnop123456"
AWS_KEY = "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"Incorrect API key provided: {OPENAI_KEY}.", OPENAI_KEY),
        (f"The security token of {AWS_KEY} is invalid", AWS_KEY),
        ("redis://user:hunter2@10.0.0.1:6379/0 refused", "hunter2"),
        ("postgres://modelhub:s3cret@db/modelhub", "s3cret"),
        ("redis://:hunter2@10.0.0.1:6379/0 refused", "hunter2"),
        ("Authorization: Bearer abc.def-123456", "abc.def-123456"),
        ("aws_secret_access_key=wJalrXUtnFEMI is wrong", "wJalrXUtnFEMI"),
        ("https://b.s3.amazonaws.com/k?X-Amz-Signature=0a1b2c3d&x=1", "0a1b2c3d"),
        ("https://b.s3.amazonaws.com/k?X-Amz-Security-Token=IQoJb3JpZ2lu", "IQoJb3JpZ2lu"),
    ],
)
def test_it_blanks_out_secrets_inside_text(text, secret):
    assert secret in text
    assert secret not in logs.redact(text)
    assert "[redacted]" in logs.redact(text)


@pytest.mark.parametrize(
    "text", ["", "GET /models?page=2", "anthropic.claude-sonnet-5-v1:0", "task-force at 10:00"]
)
def test_it_leaves_plain_text_alone(text):
    assert logs.redact(text) == text


@pytest.mark.parametrize(
    "key", ["password", "SECRET_KEY", "api_key", "apikey", "Authorization", "csrf_token", "cookie"]
)
def test_it_hides_values_under_names_that_sound_secret(key):
    assert logs.redact_event(None, "info", {"event": "x", key: "value"})[key] == "[redacted]"


def test_it_keeps_what_a_support_case_needs():
    event = {"event": "sync_ended", "request_id": "abc", "clientRequestToken": "token-1", "count": 3}
    assert logs.redact_event(None, "info", dict(event)) == event


@pytest.fixture
def json_log():
    """Our logging in JSON, written into a buffer; what was there before comes back afterwards."""
    before = structlog.get_config()
    config = logs.config(json=True, level="INFO")
    buffer = io.StringIO()
    handler = logging.config.DictConfigurator(config).configure_formatter(config["formatters"]["structured"])
    stream = logging.StreamHandler(buffer)
    stream.setFormatter(handler)
    logger = logging.getLogger("tests.json_log")
    logger.addHandler(stream)
    logger.setLevel("INFO")
    logger.propagate = False
    yield logger, buffer
    logger.removeHandler(stream)
    structlog.configure(**before)


def test_a_log_line_is_one_json_object_with_the_request_id(json_log):
    logger, buffer = json_log
    with structlog.contextvars.bound_contextvars(request_id="req-1"):
        structlog.get_logger("tests.json_log").info("model_enabled", model=7, note=f"key {OPENAI_KEY}")
        logger.warning("a library's line about %s", AWS_KEY)
    ours, theirs = [json.loads(line) for line in buffer.getvalue().splitlines()]
    assert (ours["event"], ours["model"], ours["request_id"]) == ("model_enabled", 7, "req-1")
    assert theirs["request_id"] == "req-1"
    assert OPENAI_KEY not in buffer.getvalue()
    assert AWS_KEY not in buffer.getvalue()


def test_a_traceback_is_redacted_too(json_log):
    logger, buffer = json_log
    try:
        raise RuntimeError(f"refused for {OPENAI_KEY}")
    except RuntimeError:
        logger.exception("failed")
    assert "RuntimeError" in buffer.getvalue()
    assert OPENAI_KEY not in buffer.getvalue()
