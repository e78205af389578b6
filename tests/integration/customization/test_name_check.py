"""The look at Amazon Bedrock that a page waits for while somebody types a name."""

import pytest

from catalog.platforms import aws

pytestmark = pytest.mark.django_db

LIST_MODELS = "ListCustomModels"


@pytest.fixture
def impatient(world, monkeypatch):
    """The same short look, shorter: two seconds are long for a test."""
    monkeypatch.setattr(aws, "HURRIED_SECONDS", 0.3)
    aws.forget_clients()
    yield
    aws.forget_clients()


def test_the_hurried_client_waits_two_seconds_and_tries_once(world):
    config = aws.client("bedrock", hurried=True).meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 2)
    assert config.retries["total_max_attempts"] == 1
    assert aws.client("bedrock").meta.config.read_timeout != 2  # what nobody waits for keeps its patience


def test_a_bedrock_that_hangs_is_asked_once_and_the_name_may_be_kept(world, impatient, as_admin):
    world.control.fail("timeout", platform="bedrock", operation=LIST_MODELS, times=None, seconds=1)
    page = as_admin.get("/custom/new/name", {"name": "mine"}).content.decode()
    assert "“mine” is free here; Amazon Bedrock did not answer. It is asked again at Create." in page
    assert len(world.calls(LIST_MODELS)) == 1


def test_create_asks_again(world, impatient, base, training, as_admin):
    world.control.make_custom_model("Theirs")
    world.control.fail("timeout", platform="bedrock", operation=LIST_MODELS, seconds=1)
    assert "did not answer" in as_admin.get("/custom/new/name", {"name": "theirs"}).content.decode()
    page = as_admin.post("/custom/new/", {"name": "theirs", "base": base.pk, "training": training.pk})
    assert "“Theirs” exists on Amazon Bedrock already" in page.content.decode()


def test_create_waits_no_longer_for_a_bedrock_that_hangs(world, impatient, base, training, as_admin):
    world.control.fail("timeout", platform="bedrock", operation=LIST_MODELS, times=None, seconds=1)
    as_admin.post("/custom/new/", {"name": "mine", "base": base.pk, "training": training.pk})
    assert len(world.calls(LIST_MODELS)) == 1
