"""A trained model that nothing serves yet, and what tests ask of the sandbox about throughputs and deployments."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.customs import add_custom_model, change_custom_model
from catalog.facts import BuildState, ServingState
from catalog.models import Model
from customization.deleting import reconcile_deletions
from customization.models import CustomizationJob, Throughput
from customization.models.price import Price
from customization.serving import renting
from customization.serving.leases import mind_leases
from customization.serving.reconcile import reconcile_serving
from tests.builders import NOW
from tests.integration.customization.conftest import BASE, World, fresh


class Serving:
    """The world of ``customization.conftest``, ticking for what serves models."""

    def __init__(self, world: World) -> None:
        self.world, self.control = world, world.control

    @property
    def now(self):
        return self.world.now

    def tick(self, seconds: float = 0) -> int:
        """Let time pass, then look at what is due."""
        now = self.world.wait(seconds) if seconds else self.now
        mind_leases(now)
        return reconcile_serving(now) + reconcile_deletions(now)

    def killed_at(self, point: str, work) -> None:
        self.world.killed_at(point, work)

    def births(self, kind: str) -> list[dict[str, Any]]:
        return self.control.created(kind=kind)


def a_trained_model(control, base: Model, name: str = "support-tone") -> Model:
    there = control.make_custom_model(name, baseModelId=base.external_id)
    model = add_custom_model(name, base, description="", actor=None, now=NOW)
    return change_custom_model(
        model, "adopted", now=NOW, build=BuildState.BUILT, serving=ServingState.NOTHING,
        external_id=there["modelArn"], arn=there["modelArn"],
    )  # fmt: skip


@pytest.fixture(autouse=True)
def retries_without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's own retries are made, but at once."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda self, context: 0)


@pytest.fixture
def serving(world: World) -> Serving:
    Price.objects.create(
        base_prefix=BASE,
        region="us-east-1",
        origin="admin",
        unit_hour=Decimal("60.50"),
        source="test",
        as_of=NOW.date(),
    )
    return Serving(world)


@pytest.fixture
def trained(serving: Serving, base: Model) -> Model:
    return a_trained_model(serving.control, base)


@pytest.fixture
def throughput(serving: Serving, trained: Model) -> Throughput:
    """In service since a minute."""
    row = renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick()
    serving.tick(60)
    row.refresh_from_db()
    assert row.state == "in service"
    return row


@pytest.fixture
def completed(world, serving, job) -> CustomizationJob:
    """Trained by a job of ours, with its results in S3, a while ago."""
    for seconds in (0, 60, 60, 60, 200):
        world.tick(seconds)
    job = fresh(job)
    assert (job.model.build, job.next_check_at) == ("built", None)
    return job
