"""Deleting a custom model for good: the rules, and the wish. ``deleting`` carries it out.

The order is deployments, throughput, custom model. AWS does not promise to refuse another one: we do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from catalog.customs import change_custom_model
from catalog.facts import BuildState, Kind, Platform
from catalog.history import next_revision
from catalog.killpoints import reach
from catalog.models import Model
from customization.capacity.states import LIVE
from customization.models import TABLES, Deletion, Found
from customization.models.resource import new_token
from customization.refusal import Refused
from customization.results import results_of, why_keep


@dataclass(frozen=True)
class Obstacle:
    """A rule that forbids deletion, and where it can be met: a tab of the model's page, "found" for the page of
    strangers, "" for nowhere."""

    why: str
    tab: str = ""


def why_not_delete(model: Model) -> Obstacle | None:
    """The first rule that forbids deleting this model now, as far as modelhub knows; None when it may be deleted."""
    return _not_deletable(model) or _not_built(model) or _in_use(model)


def request_deletion(
    model: Model, *, typed_name: str, with_artifacts: bool = False, actor: User | None, now: datetime
) -> Deletion:
    """Write down that the model is to be deleted on the platform; ``typed_name`` must be its name. Raises Refused.

    Nothing is sent here. Provisioning waits for the same revision: whichever comes second finds the other's row.
    """
    if typed_name.strip() != model.name:
        raise Refused({"typed_name": f"Type the model’s name, {model.name}, to confirm."})
    try:
        with transaction.atomic():
            next_revision()  # orders this with provisioning and enabling: what is read now stays true
            model.refresh_from_db()
            if errors := _objections(model, with_artifacts):
                raise Refused(errors)
            row = _wish(model, with_artifacts, actor, now)
            reach("intent_written")
    except IntegrityError as clash:
        raise Refused({"": "It is being deleted already."}) from clash
    reach("intent_committed")
    return row


def _not_deletable(model: Model) -> Obstacle | None:
    if model.kind != Kind.CUSTOM or model.platform != Platform.BEDROCK:
        return Obstacle("Only custom models on Amazon Bedrock can be deleted.")
    if model.archived_at:
        return Obstacle("It is deleted or archived already.")
    if model.build == BuildState.DELETING:
        return Obstacle("It is being deleted already.")
    return None


def _not_built(model: Model) -> Obstacle | None:
    if model.build in (BuildState.FAILED, BuildState.STOPPED):
        return Obstacle("Nothing was built, so there is nothing to delete. Archive its job instead.", "job")
    if model.build != BuildState.BUILT:
        return Obstacle("Only a completed model can be deleted; its training goes on.", "job")
    if not model.arn:
        return Obstacle("modelhub does not know its ARN, so it can’t name it to Amazon Bedrock.", "job")
    return None


def _in_use(model: Model) -> Obstacle | None:
    for noun, table in reversed(TABLES.items()):  # deployments go first, then the throughput
        live = table.objects.filter(model=model, state__in=sorted(LIVE)).first()
        if live:
            return Obstacle(f"It has a live {noun.label} ({live.state}). Remove that first.", "serving")
    if stranger := Found.serving(model.arn).first():
        what = f"{stranger.get_noun_display().lower()} {stranger.name}"
        return Obstacle(f"The {what}, made outside modelhub, serves it. Remove that first.", "found")
    if model.enabled:
        return Obstacle("It is enabled: applications may use it. Disable it first.", "overview")
    return None


def _objections(model: Model, with_artifacts: bool) -> dict[str, str]:
    if obstacle := why_not_delete(model):
        return {"": obstacle.why}
    folder = results_of(model) if with_artifacts else None
    why = why_keep(folder) if folder else ""
    return {"with_artifacts": f"{why} Delete the model without its results."} if why else {}


def _wish(model: Model, with_artifacts: bool, actor: User | None, now: datetime) -> Deletion:
    row = Deletion.objects.create(
        model=model,
        request_token=new_token(),
        remote_name=model.name[:63],
        arn=model.arn,
        state=Deletion.State.REQUESTED,
        with_artifacts=with_artifacts,
        requested_by=actor,
        created_at=now,
        changed_at=now,
        next_check_at=now,
    )
    detail = {"arn": model.arn, "results_in_s3": "deleted too" if with_artifacts else "kept"}
    change_custom_model(
        model, "deletion requested", now=now, actor=actor, detail=detail, build=BuildState.DELETING
    )
    return row
