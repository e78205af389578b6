"""What must be true after any mishap: one effect an intent, nothing alive there that is dead here, every change told,
the model's facts those of its rows, and our hours those of the platform's ledger."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from catalog.models import Event, Model
from customization.capacity.facts import serving_of
from customization.capacity.states import ENDED, POLL, Noun, ServeState
from customization.models import TABLES, ServingResource, Throughput
from tests.integration.customization.serving.conftest import Serving

# What the platform may call a thing that we say is in service.
READY = {"InService", "Active"}
ARN = {Noun.THROUGHPUT: "provisionedModelArn", Noun.DEPLOYMENT: "customModelDeploymentArn"}


def verdict(serving: Serving, *, slack: timedelta = POLL) -> None:
    """Everything that must hold at any moment when nothing is under way. ``slack``: for how long our ledger may err."""
    for noun, table in TABLES.items():
        rows = list(table.objects.select_related("model"))
        _one_birth_an_intent(serving, noun, rows)
        _nothing_orphaned(serving, noun, rows)
        for row in rows:
            _told(row)
    for model in Model.objects.filter(kind="custom"):
        _facts_agree(model)
    _hours_agree(serving, slack)


def there(serving: Serving, noun: Noun) -> dict[str, str]:
    """What is alive on the platform, without lag: the word by the ARN."""
    seen = serving.control.throughputs() if noun == Noun.THROUGHPUT else serving.control.deployments()
    return {each[ARN[noun]]: each["status"] for each in seen}


def story(model: Model) -> list[str]:
    """What the history says of throughputs and deployments, oldest first."""
    told = Event.objects.filter(model=model).order_by("id").values_list("action", flat=True)
    return [action for action in told if action.startswith(("throughput", "deployment"))]


def _one_birth_an_intent(serving: Serving, noun: Noun, rows: list[ServingResource]) -> None:
    births = [birth for birth in serving.births(noun.value) if birth["token"]]
    assert max(Counter(birth["token"] for birth in births).values(), default=1) == 1
    ours = {row.request_token: row.arn for row in rows}
    assert {birth["token"]: birth["arn"] for birth in births}.items() <= ours.items()


def _nothing_orphaned(serving: Serving, noun: Noun, rows: list[ServingResource]) -> None:
    alive = there(serving, noun)
    live_here = {row.arn for row in rows if row.is_live}
    assert {row.arn for row in rows} & set(alive) <= live_here
    for row in rows:
        if row.state == ServeState.IN_SERVICE:
            assert alive.get(row.arn) in READY


def _told(row: ServingResource) -> None:
    """The last Event of its kind is the row's state."""
    word = "removal" if row.state == ServeState.REMOVING else row.state
    told = [action for action in story(row.model) if action.startswith(row.noun.value)]
    newest = type(row)._default_manager.filter(model=row.model).order_by("-created_at", "-pk").first()
    if row == newest:
        assert told[-1] == f"{row.noun} {word}"
    assert not [one for one, other in pairwise(told) if one == other]


def _facts_agree(model: Model) -> None:
    rows = [row for table in TABLES.values() for row in table.objects.filter(model=model)]
    serving = serving_of(row.server for row in rows)
    assert (model.serving, model.serving_arn) == (serving.state, serving.arn)
    if model.status == "green":
        assert model.serving == "ready"
        assert any(row.arn == model.serving_arn and row.state == ServeState.IN_SERVICE for row in rows)


def _hours_agree(serving: Serving, slack: timedelta) -> None:
    switches = {name: each["value"] for name, each in serving.control.switches().items()}
    for line in serving.control.billing():
        row = Throughput.objects.filter(arn=line["arn"]).first()
        if row is None:
            continue
        ours = row.hours(serving.now)
        if not switches["failed_throughput_billed"]:
            ours -= row.meter.doubtful_hours(serving.now)
        most = slack
        if switches["billing_from"] == "in_service":  # ours begin when it was accepted: never too few
            most += timedelta(seconds=switches["throughput_creating_seconds"])
        assert (
            abs(float(ours) * row.units - line["unit_hours"])
            <= most.total_seconds() / 3600 * row.units + 1e-6
        )
        if line["ended_at"] is None:
            assert row.state not in ENDED
