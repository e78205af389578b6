"""Custom models that modelhub knows and the platform does not show any more. Throughputs and deployments that vanish
are found by ``serving.reconcile``."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from catalog.customs import change_custom_model
from catalog.facts import BuildState, Kind, Platform
from catalog.history import next_revision
from catalog.killpoints import reach
from catalog.models import Model
from catalog.platforms.base import AuthError, PlatformError
from catalog.querysets import ModelQuerySet
from customization.gateways import bedrock
from customization.radar.look import Look, shuffled
from customization.serving.identity import Account

log = structlog.get_logger(__name__)

WHY = "removed outside modelhub"
# A model that was just made may be missing from lists and from Get for a while.
SETTLED_FOR = timedelta(minutes=10)
MOST_GETS = 100


def mind_lost_models(seen: Look, now: datetime) -> int:
    """Take models that are gone out of service, and those that are back in; return how many changed.

    Gone is what a whole list lacks *and* the platform's Get does not find, in the account that owns it.
    """
    if "model" not in seen.nouns:
        return 0
    there = {model.arn for model in seen.models}
    back = [model for model in _ours(listed=False) if model.arn in there]
    missing = [model for model in _ours(listed=True) if model.arn not in there]
    quiet = [model for model in missing if now - model.changed_at >= SETTLED_FOR]
    account = Account()
    changed = sum(_change(model, "found again", True, "", now) for model in back)
    # In another order each time: those that are there although the list lacks them must not hide the others.
    for model in shuffled(quiet)[:MOST_GETS]:
        if seen.exists(model.arn, bedrock.get_model) is False and _is_ours_to_know(seen, model, account):
            changed += _change(model, WHY, False, "the platform says that there is no such model", now)
    return changed


def _is_ours_to_know(seen: Look, model: Model, account: Account) -> bool:
    """One model of another account, or an account that can't be asked for, must not hide what became of the others."""
    try:
        account.must_own(model.arn)
    except AuthError as error:
        log.warning("model_of_another_account", model=model.pk, error=error.message)
        return False
    except PlatformError as error:
        seen.failed(model.arn, error)
        seen.errors.append(error)
        return False
    return True


def _ours(*, listed: bool) -> ModelQuerySet:
    return (
        Model.objects.filter(
            kind=Kind.CUSTOM,
            platform=Platform.BEDROCK,
            build=BuildState.BUILT,
            listed=listed,
            archived_at=None,
        )
        .exclude(arn="")
        .order_by("changed_at")
    )


def _change(model: Model, action: str, listed: bool, why: str, now: datetime) -> bool:
    with transaction.atomic():
        next_revision()
        if not _ours(listed=not listed).filter(pk=model.pk).exists():
            return False
        change_custom_model(model, action, now=now, why=why, detail={"arn": model.arn}, listed=listed)
        reach("before_commit")
    reach("committed")
    log.warning("custom_model_lost" if not listed else "custom_model_back", model=model.pk, arn=model.arn)
    return True
