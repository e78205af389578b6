"""Bugs kept on purpose: each is a small patch of the product, and a promise that must be seen broken with it.

``where``: the operations whose pairs are played against it (those whose name has the ``hint`` first), and
``stories`` of its own; random histories follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.chaos import sabotage as do
from tests.chaos.operations import TRAINED
from tests.chaos.patching import Patch, put, without_index, wrap
from tests.chaos.steps import DISCOVER, LOOK, Schedule, Step, act, behind, wait

RENTING, RECORDING, SENDING = (
    f"customization.serving.{name}" for name in ("renting", "recording", "sending")
)
_NEW = (TRAINED, wait(130))
_SERVED = (*_NEW, act("provision"), LOOK, wait(150), LOOK)


@dataclass(frozen=True)
class Bug:
    name: str
    patches: tuple[Patch, ...]
    where: tuple[str, ...]
    stories: tuple[Schedule, ...] = ()
    hint: str = ""


def _story(*steps: Step, before: tuple[Step, ...] = _NEW) -> tuple[Schedule, ...]:
    return (Schedule("a story of its own", steps, {}, before),)


BUGS = (
    Bug("no token is sent", (do.without_token,), ("provision",)),
    Bug("a throughput's token is made at call time", (wrap(f"{SENDING}:_request", do.new_token),), ("provision",)),
    Bug("a job's token is made at call time", (wrap("customization.sending:_request", do.new_token),), ("create",)),
    Bug(
        "a new token and name after a lost answer", (wrap(f"{SENDING}:_not_taken", do.rename_and_retry),),
        ("provision",), hint="carried out"),
    Bug("no lock: states are written without comparing", (
        put("customization.models:RemoteResource.move", do.move_anyway),
    ), ("provision", "create"), hint="overtaken by an admin"),
    Bug(
        "no unique index, no rule", (
            without_index("one_live_throughput_per_model"), put(f"{RENTING}:why_not_serve", lambda model, noun: ""),
        ),
        ("provision",), _story(act("provision"), LOOK, act("provision"), LOOK),
    ),
    Bug("sent before it is written down that it is sent", (
        wrap("customization.serving.reconcile:send", do.send_unnoted),
    ), ("provision and remove", "provision"), hint="accepted"),
    Bug("the call is made before the intent is committed", (
        wrap(f"{RENTING}:_new_row", do.call_first),
    ), ("provision",), hint="intent_written"),
    Bug("state first, its model later", (
        wrap(f"{RECORDING}:change_state", do.two_transactions),
        wrap(f"{SENDING}:change_state", do.two_transactions),
    ), ("provision",), hint="before_commit"),
    Bug("an unknown word is taken for success", (
        put("customization.capacity.decide:state_of", do.success_of),
        put("customization.serving.reconcile:state_of", do.success_of),
    ), ("extend", "provision"), hint="a word nobody"),
    Bug("another account's 404 is taken for gone", (
        put("customization.serving.identity:Account.must_own", lambda self, arn: None),
    ), ("remove", "extend"), hint="another account"),
    Bug("a young resource's 404 is taken for gone", (
        put("customization.capacity.decide:SHOWS_WITHIN", do.NO_TIME),
        put("customization.serving.reconcile:SHOWS_WITHIN", do.NO_TIME),
    ), ("provision and remove",), hint="get does not find"),
    Bug("still enabled after removal", (wrap("customization.serving.telling:change_custom_model", do.keep_enabled),),
        ("remove", "undeploy")),
    Bug("deleted without a live re-check", (put("customization.deleting:_server_of", lambda row: ""),),
        ("delete what serves",)),
    Bug(
        "the order of deletion is not checked", (
            put("customization.deletion:_in_use", lambda model: None),
            put("customization.deleting:_server_of", lambda row: ""),
        ),
        (), _story(act("delete"), LOOK, wait(6), LOOK, before=_SERVED),
    ),
    Bug("a removal leaves no Event", (wrap("catalog.customs:event", do.unsaved("throughput removal")),), ("remove",)),
    Bug("enabling leaves no Event", (wrap("catalog.enablement:event", do.unsaved("enabled")),), ("enable",)),
    Bug("the ledger is closed at the request", (wrap("customization.models:RemoteResource.move", do.close_at_request),),
        ("remove",), hint="nudge lost"),
    Bug("the ledger begins when it is seen in service", (wrap(f"{RECORDING}:_seen_columns", do.begin_when_seen),),
        ("provision",)),
    Bug("a lost answer is taken for a refusal", (
        wrap(f"{SENDING}:_not_taken", do.refuse_at_once),
    ), ("provision",), hint="carried out"),
    Bug("Delete's 200 is believed", (wrap("customization.serving.reconcile:ask_removal", do.believe_delete),),
        ("remove",), hint="html200"),
    Bug("no tags are sent", (put(f"{SENDING}:tags", lambda instance, token: {}),), ("provision",)),
    Bug("a list without its key is taken for empty", (
        put("customization.gateways.serving:pages", do.pages_or_nothing),
    ), ("delete what serves",), hint="lacking_key"),
    Bug("leases are ignored", (do.without_step("mind_leases"),), (),
        _story(act("provision", hours=1), LOOK, wait(3700), LOOK)),
    Bug("a stop is forgotten", (put("customization.reconcile:stop", lambda job, now: None),), ("stop",)),
    Bug("a stranger is adopted twice", (
        put("customization.discovery:_adopt", do.adopt_anyway),
        without_index("one_custom_model_per_name"),
    ), (), _story(behind("makes", "f0", noun="model"), wait(10), DISCOVER, act("adopt", "f0"), act("adopt", "f0"))),
    Bug("a refusal is swallowed", (wrap("catalog.enablement:enable", do.swallow),), ("enable",),
        _story(act("enable"))),
    Bug("a postponed row is never due again", (
        put("customization.serving.sending:postpone", do.postpone_for_good),
        put("customization.serving.reconcile:postpone", do.postpone_for_good),
    ), ("provision", "remove"), hint="error500"),
    Bug("discovery sees no strangers", (
        put("customization.radar.noting:strangers", lambda seen, now: []),
    ), ("delete what serves",), _story(behind("makes", "m0", noun="throughput"), DISCOVER)),
    Bug("what is removed in the console is never noticed", (
        put("customization.capacity.decide:LOST_AFTER_LOOKS", 10**6),
    ), ("extend",), hint="removed behind"),
)  # fmt: skip
