"""Every name that our rule lets pass is one that AWS takes, by AWS's own patterns."""

import re

import pytest
from botocore.loaders import Loader
from hypothesis import given
from hypothesis import strategies as st

from customization.models.resource import new_token
from customization.names import MAX, job_name, tags, why_not_a_model_name

SHAPES = Loader().load_service_model("bedrock", "service-2")["shapes"]


def aws_takes(shape: str, value: str) -> bool:
    rule = SHAPES[shape]
    return rule["min"] <= len(value) <= rule["max"] and bool(re.fullmatch(rule["pattern"], value))


NEARLY = st.text(alphabet="abzAZ09-_", max_size=70)


@given(st.one_of(NEARLY, st.text(max_size=70)))
def test_our_rule_and_awss_pattern_agree(name):
    assert (why_not_a_model_name(name) == "") == aws_takes("CustomModelName", name)


@given(
    st.from_regex(SHAPES["CustomModelName"]["pattern"], fullmatch=True).filter(lambda name: len(name) <= MAX)
)
def test_every_legal_model_name_has_a_legal_job_name_of_at_most_63_letters(name):
    made = job_name(name, new_token())
    assert aws_takes("JobName", made)
    assert len(made) <= 63


@given(st.from_regex(r"[0-9a-zA-Z]([_-]?[0-9a-zA-Z]){0,40}", fullmatch=True))
def test_a_job_name_is_the_same_on_every_retry_and_differs_by_token(name):
    token, other = new_token(), new_token()
    assert job_name(name, token) == job_name(name, token) != job_name(name, other)


def test_a_job_name_can_be_recognised():
    assert job_name("support_tone", "0123abcd-4567-89ef-0000-000000000000") == "support-tone-0123abcd45"


def test_tags_say_which_installation_asked_and_by_which_request():
    assert tags("team-a", "0123") == {"modelhub:instance": "team-a", "modelhub:request": "0123"}
    assert all(aws_takes("TagKey", key) for key in tags("a", "b"))


def test_our_tokens_are_what_aws_takes():
    assert aws_takes("IdempotencyToken", new_token())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Give the model a name"),
        ("x" * 64, "64 characters"),
        ("a b", "' '"),
        ("ü", "'ü'"),
        ("a.b", "'.'"),
        ("-a", "start with"),
        ("_a", "start with"),
        ("a--b", "in a row"),
        ("a_-b", "in a row"),
        ("a\n", "not allowed"),
        ("a\x00", "not allowed"),
        ("²", "not allowed"),
        ("٣", "not allowed"),
    ],
)
def test_what_is_wrong_is_said(name, said):
    assert said in why_not_a_model_name(name)


@pytest.mark.parametrize("name", ["a", "0", "a-", "a_", "A-b_c-9", "x" * 63])
def test_what_is_legal_passes(name):
    assert why_not_a_model_name(name) == ""
