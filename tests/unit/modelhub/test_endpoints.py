"""Each platform is real or simulated on its own, chosen by the standard variables."""

import pytest

from modelhub.endpoints import SANDBOX_FILE, resolve, running_sandbox

SANDBOX = "http://127.0.0.1:4567"


def test_without_variables_both_platforms_are_the_sandbox():
    found = resolve({}, SANDBOX)
    assert found.aws["endpoint_url"] == SANDBOX
    assert found.openai["base_url"] == f"{SANDBOX}/v1"
    assert found.aws_is_sandbox
    assert found.openai_is_sandbox


def test_without_a_sandbox_the_vendors_clients_use_their_own_defaults():
    found = resolve({}, "")
    assert (found.aws, found.openai) == ({}, {})
    assert not found.aws_is_sandbox
    assert not found.openai_is_sandbox


@pytest.mark.parametrize(
    "name",
    [
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_BEDROCK",
    ],
)
def test_any_aws_variable_makes_bedrock_real_and_leaves_openai_in_the_sandbox(name):
    found = resolve({name: "x"}, SANDBOX)
    assert found.aws == {}
    assert found.openai_is_sandbox


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL"])
def test_any_openai_variable_makes_openai_real_and_leaves_bedrock_in_the_sandbox(name):
    found = resolve({name: "x"}, SANDBOX)
    assert found.openai == {}
    assert found.aws_is_sandbox


def test_an_empty_variable_counts_as_not_set():
    assert resolve({"AWS_ACCESS_KEY_ID": "", "OPENAI_API_KEY": ""}, SANDBOX).aws_is_sandbox


def test_a_region_alone_does_not_mean_a_real_account():
    assert resolve({"AWS_REGION": "eu-west-1"}, SANDBOX).aws_is_sandbox


def test_a_second_terminal_finds_the_running_sandbox(tmp_path):
    (tmp_path / SANDBOX_FILE).write_text(f"{SANDBOX}\n")
    assert running_sandbox(tmp_path, debug=True) == SANDBOX
    assert running_sandbox(tmp_path, debug=False) == "", "production never picks up a sandbox by itself"
    assert running_sandbox(tmp_path / "elsewhere", debug=True) == ""
