"""Bugs kept on purpose: each is a small patch of the product, and a promise that must be seen broken with it.

``where``: the operations whose pairs are played against it (those whose name has the ``hint`` first), and
``stories`` of its own; random histories follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.chaos import sabotage as do
from tests.chaos import timidity as lax
from tests.chaos.operations import NEW, SERVED
from tests.chaos.patching import Patch, put, without_index, wrap
from tests.chaos.steps import DISCOVER, KILL, LOOK, Schedule, Step, act, behind, wait

RENTING, RECORDING, SENDING = (
    f"customization.serving.{name}" for name in ("renting", "recording", "sending")
)
_CREATE = "CreateProvisionedModelThroughput"


@dataclass(frozen=True)
class Bug:
    name: str
    patches: tuple[Patch, ...]
    where: tuple[str, ...]
    stories: tuple[Schedule, ...] = ()
    hint: str = ""


def _story(*steps: Step, before: tuple[Step, ...] = NEW) -> tuple[Schedule, ...]:
    return (Schedule("a story of its own", steps, {}, before),)


def _fails(kind: str, operation: str, **fields: object) -> Step:
    return Step("fault", kind, fields={"operation": operation, **fields})


# A Create is carried out and its answer lost; what it made does not show yet, and its name is in use.
_NAME_IN_USE = replace(
    _story(
        _fails("timeout", _CREATE, applied=True), act("provision"), LOOK,
        Step("account", fields={"other": False, "forgets": True}), wait(6), LOOK, wait(11), LOOK, wait(130), LOOK,
    )[0],
    switches={"list_lag_seconds": 120.0, "get_lag_seconds": 120.0},
)  # fmt: skip

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
        wrap("customization.serving.intents:_new_row", do.call_first),
    ), ("provision",), hint="intent_written"),
    Bug("state first, its model later", (
        wrap(f"{RECORDING}:change_state", do.two_transactions),
        wrap(f"{SENDING}:change_state", do.two_transactions),
    ), ("provision",), hint="/ committed"),
    Bug("an unknown word is taken for success", (
        put("customization.capacity.decide:state_of", do.success_of),
        put("customization.serving.reconcile:state_of", do.success_of),
        put("customization.serving.world:state_of", do.success_of),
    ), ("extend", "provision"), hint="a word nobody"),
    Bug("another account's 404 is taken for gone", (
        put("customization.serving.identity:Account.must_own", lambda self, arn: None),
    ), ("remove", "extend"), hint="another account"),
    Bug("a young resource's 404 is taken for gone", (
        put("customization.capacity.decide:SHOWS_WITHIN", do.NO_TIME),
        put("customization.serving.world:SHOWS_WITHIN", do.NO_TIME),
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
        (), _story(act("delete"), LOOK, wait(6), LOOK, before=SERVED),
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
    Bug("a new token and name when the name is in use", (wrap(f"{SENDING}:_not_taken", do.rename_on_conflict),),
        (), (_NAME_IN_USE,)),
    Bug("a wish is dropped when there are too many requests", (wrap(f"{SENDING}:_not_taken", lax.drop_throttled),),
        ("provision",), _story(_fails("throttle", _CREATE), act("provision"), LOOK), hint="throttle"),
    Bug("a wish is never sent", (put("customization.serving.reconcile:send", lax.never_send),), ("provision",)),
    Bug("a deletion is dropped after a failed look", (wrap("customization.deleting:postpone", lax.refuse_deletion),),
        ("delete",), _story(_fails("error500", "GetCustomModel"), act("delete"), LOOK)),
    Bug("an extension moves nothing", (wrap(f"{RENTING}:_set_end", lax.keep_end),), ("extend",)),
    Bug("extending enables again", (
        wrap("customization.serving.telling:change_custom_model", lax.enable_at("lease changed")),
    ), (), _story(act("enable"), act("disable"), act("extend"), LOOK, before=SERVED)),
    Bug("what is in service is looked at every ten hours", (put("customization.capacity.states:POLL", lax.TEN_HOURS),),
        ("provision",)),
    Bug("what is in service is never looked at again", (
        put("customization.capacity.decide:check_delay", lax.never_when_quiet),
    ), ("provision",)),
    Bug("a training is looked at every ten hours", (
        put("customization.decide:check_delay", lambda state, age: lax.TEN_HOURS),
    ), ("create",)),
    Bug("what a killed worker held is held for ten hours", (
        put("customization.serving.reconcile:CLAIM", lax.TEN_HOURS),
    ), (), _story(act("provision"), LOOK.harmed(KILL, "before_send"), wait(91), LOOK)),
    Bug("an unknown word is never unlearnt", (put("customization.capacity.states:MOVES", lax.STUCK),),
        ("extend", "provision"), hint="a word nobody"),
    Bug("a worker dies at its work", (wrap("customization.serving.reconcile:ask_removal", lax.die),), ("remove",)),
    Bug("an Event does not say who", (wrap("catalog.customs:event", lax.anonymous),), ("provision",)),
    Bug("an Event does not say why", (wrap("catalog.customs:event", lax.without_reason),), ("remove",)),
    Bug("tags do not name the installation", (wrap(f"{SENDING}:tags", lax.without_instance),), ("provision",)),
    Bug("each Create needs six fruitless looks", (
        wrap("customization.serving.reconcile:send", lax.after_fruitless_looks),
    ), ("provision",)),
    Bug("a wish is dropped at the first name in use", (wrap(f"{SENDING}:_not_taken", lax.drop_at_conflict),),
        ("provision",), hint="name is taken"),
    Bug("a training is stopped though nobody asked", (wrap("customization.decide:_seen", lax.stop_wanted),),
        ("create",)),
    Bug("results in S3 are never deleted", (put("customization.gateways.removal:delete_folder", lambda folder: 5),),
        ("delete with results",)),
    Bug("what lies beside the results is deleted, too", (
        wrap("customization.gateways.removal:delete_folder", lax.beside_too),
    ), ("delete with results",)),
    Bug("results are about to be deleted for ever", (put("customization.deleting:_remove_results", lax.put_off),),
        ("delete with results",)),
    Bug("a deletion never believes that its model is gone", (put("customization.deleting:_note_gone", lax.put_off),),
        ("delete",)),
    Bug("a lease lasts an eighth of what was asked", (wrap(f"{RENTING}:wish_for", lax.shorter),), ("provision",)),
    Bug("an extension of eight hours adds one", (wrap(f"{RENTING}:extend", lax.one_hour_more),), ("extend",)),
    Bug("three units are bought where one was asked", (wrap(f"{SENDING}:_request", lax.three_units),), ("provision",)),
    Bug("the ledger of an adopted throughput begins late", (
        wrap("customization.radar.serving:_as_shown", lax.begin_late),
        wrap(f"{RECORDING}:_seen_columns", lax.keep_begin),
    ), ("adopt throughput",)),
    Bug("the ledger of an adopted throughput ends early", (
        wrap("customization.models:RemoteResource.move", lax.close_early),
    ), ("adopt throughput",), hint="no kill"),
    Bug("an error escapes the tick", (wrap("customization.tasks:run_steps", lax.escape),), ("provision",)),
)  # fmt: skip
