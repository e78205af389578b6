"""A model is built when its job is completed, and Active some seconds later: to deploy in between is no mistake."""

from datetime import timedelta

import pytest

from customization.models import CustomizationJob, Deployment
from customization.serving import renting

pytestmark = pytest.mark.django_db


@pytest.fixture
def newborn(world, serving, job) -> CustomizationJob:
    """Completed a moment ago; the platform goes on making its model for a minute."""
    serving.control.switch(model_creating_seconds=60)
    for _ in range(60):
        world.tick(5)
        job.refresh_from_db()
        if job.state == "completed":
            return job
    raise AssertionError(job.state)


def test_a_model_that_is_still_being_created_is_deployed_when_it_is_active(serving, newborn):
    """Found by `make chaos-broker`: the wish was refused for good."""
    row = renting.deploy(newborn.model, actor=None, now=serving.now)
    serving.tick()
    row.refresh_from_db()
    assert (row.state, row.trouble) == ("requested", "The custom model must be in the Active state.")
    for _ in range(12):
        serving.tick(20)
    assert Deployment.objects.get().state == "in service"
    assert len(serving.births("deployment")) == 1


def test_patience_with_a_new_model_ends(serving, newborn):
    """What the platform goes on refusing after two minutes is refused."""
    newborn.ended_at = serving.now - timedelta(minutes=2)
    newborn.save()
    row = renting.deploy(newborn.model, actor=None, now=serving.now)
    serving.tick()
    row.refresh_from_db()
    assert (row.state, row.failure) == ("refused", "The custom model must be in the Active state.")
