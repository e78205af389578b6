"""What admins and workers do, through the product's own doors. Runs in forked children."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from tests.chaos.steps import HOURS, UNITS, Step

NOTHING = {"nothing": True}


def do(step: Step, now: datetime) -> Any:
    """Any task of a worker."""
    return perform(step, now) if step.kind == "act" else WORK[step.kind](now)


def perform(step: Step, now: datetime) -> dict[str, Any]:
    """An admin's action on the newest model called ``step.on``; says on which row, or that there was none."""
    return ACTIONS[step.what](step, now)


def look(now: datetime) -> None:
    """The tick as Celery runs it."""
    _at(now).tick()


def discover(now: datetime) -> None:
    _at(now).discover()


WORK = {"look": look, "discover": discover}


def _at(now: datetime) -> Any:
    """The tasks, in whose process it is ``now``."""
    from customization import tasks

    tasks.timezone = SimpleNamespace(now=lambda: now)
    return tasks


def _create(step: Step, now: datetime) -> dict[str, Any]:
    from catalog.models import Model
    from customization import jobs
    from customization.models import Dataset

    job = jobs.create(
        name=step.on,
        base=Model.objects.get(kind="base"),
        training=Dataset.objects.get(),
        actor=admin(),
        now=now,
    )
    return _on("jobs", job)


def _provision(step: Step, now: datetime) -> dict[str, Any]:
    from customization.serving import renting

    wish = {"units": step.fields.get("units", UNITS), "hours": step.fields.get("hours", HOURS)}
    return _with_model(
        step, lambda model: _on("throughputs", renting.provision(model, **wish, actor=admin(), now=now))
    )


def _deploy(step: Step, now: datetime) -> dict[str, Any]:
    from customization.serving import renting

    return _with_model(step, lambda model: _on("deployments", renting.deploy(model, actor=admin(), now=now)))


def _remove(noun: str) -> Callable[[Step, datetime], dict[str, Any]]:
    def remove(step: Step, now: datetime) -> dict[str, Any]:
        from customization.serving import renting

        return _with_row(step, noun, lambda row: renting.remove(row, actor=admin(), now=now))

    return remove


def _extend(step: Step, now: datetime) -> dict[str, Any]:
    from customization.serving import renting

    return _with_row(
        step, "throughputs", lambda row: renting.extend(row, hours=HOURS, actor=admin(), now=now)
    )


def _switch(name: str) -> Callable[[Step, datetime], dict[str, Any]]:
    def switch(step: Step, now: datetime) -> dict[str, Any]:
        from catalog import enablement

        change = getattr(enablement, name)
        return _with_model(step, lambda model: _on("models", change(model, actor=admin(), now=now).model))

    return switch


def _delete(step: Step, now: datetime) -> dict[str, Any]:
    from customization import deletion

    def delete(model: Any) -> dict[str, Any]:
        artifacts = bool(step.fields.get("artifacts"))
        deletion.request_deletion(
            model, typed_name=model.name, with_artifacts=artifacts, actor=admin(), now=now
        )
        return _on("models", model)

    return _with_model(step, delete)


def _stop(step: Step, now: datetime) -> dict[str, Any]:
    from customization import jobs

    return _with_row(step, "jobs", lambda job: jobs.stop(job, actor=admin(), now=now))


def _archive(step: Step, now: datetime) -> dict[str, Any]:
    from customization import jobs

    return _with_row(step, "jobs", lambda job: jobs.archive(job, actor=admin(), now=now))


def _adopt(step: Step, now: datetime) -> dict[str, Any]:
    from customization import discovery
    from customization.models import Found

    found = Found.objects.filter(**_stranger(step)).order_by("-id").first()
    return _on("models", discovery.adopt(found, actor=admin(), now=now)) if found else NOTHING


def _stranger(step: Step) -> dict[str, Any]:
    """A job or model by its own name; what serves a model, by that of the model."""
    from catalog.models import Model

    if noun := step.fields.get("noun"):
        arns = Model.objects.filter(kind="custom", name=step.on).exclude(arn="").values("arn")
        return {"noun": noun, "model_arn__in": arns}
    return {"noun__in": ["job", "model"], "name__startswith": step.on}


ACTIONS: dict[str, Callable[[Step, datetime], dict[str, Any]]] = {
    "create": _create,
    "stop": _stop,
    "provision": _provision,
    "deploy": _deploy,
    "extend": _extend,
    "remove": _remove("throughputs"),
    "undeploy": _remove("deployments"),
    "enable": _switch("enable"),
    "disable": _switch("disable"),
    "delete": _delete,
    "adopt": _adopt,
    "archive": _archive,
}


def admin() -> Any:
    from django.contrib.auth.models import User

    return User.objects.get(username="chaos")


def _on(table: str, row: Any) -> dict[str, Any]:
    return {"table": table, "pk": row.pk}


def _with_model(step: Step, change: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    from catalog.models import Model

    model = Model.objects.filter(kind="custom", name=step.on).order_by("-id").first()
    return change(model) if model else NOTHING


def _with_row(step: Step, table: str, change: Callable[[Any], None]) -> dict[str, Any]:
    from customization import models

    kind = {
        "throughputs": models.Throughput,
        "deployments": models.Deployment,
        "jobs": models.CustomizationJob,
    }[table]
    rows = kind.objects.filter(model__name=step.on).select_related("model")
    row = rows.order_by("-id").first()
    if row is None:
        return NOTHING
    change(row)
    return _on(table, row)
