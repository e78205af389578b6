"""The sandbox as a process of its own, with more controls: begin anew in a millisecond, tell everything at once (S3 and
the words of refusals, too), speak unknown words, take us for another account.

``python -m tests.chaos.platform`` prints its address and lives as long as its standard input stays open.
"""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox import gate
from sandbox.aws.moto_services import ACCOUNT
from sandbox.bedrock import custom_models, deployments, jobs, serving, settling, throughputs
from sandbox.bedrock.serving_life import is_there, life_of
from sandbox.control import custom_models as shown_models
from sandbox.control import jobs as shown_jobs
from sandbox.control import ledger as shown_ledger
from sandbox.control import serving as shown_serving
from sandbox.control.routes import ROUTES, Route
from sandbox.errors import PlatformError, not_found
from sandbox.faults import answers
from sandbox.server import start
from sandbox.wire import Request
from tests.chaos import stored

if TYPE_CHECKING:
    from sandbox.world import World

_deaths: list[dict[str, Any]] = []
_words: dict[str, str] = {}
_spoken: list[dict[str, Any]] = []
_accounts: list[dict[str, Any]] = []
_elsewhere: set[bool] = set()
_said: dict[
    str, str
] = {}  # in which words each call was refused, by request id: the ledger keeps the status only


def begin(world: "World", request: Request) -> dict[str, Any]:
    """Body: now, switches. Forgets everything but the catalogue and S3 (jobs write under a folder of their own)."""
    wish = request.json()
    world.faults.clear()
    world.switches.clear()
    world.owned.clear()
    world.ledger.clear()
    world.invocations.clear()
    world.owned.scripts.clear()
    for noted in (_deaths, _words, _spoken, _accounts, _elsewhere, _said):
        noted.clear()
    stored.begin(world)
    world.clock.freeze()
    world.clock.set(datetime.fromisoformat(wish["now"]))
    world.switches.set(dict(wish["switches"]))
    return {}


def evidence(world: "World", request: Request) -> dict[str, Any]:
    """What is there, what ever was, who asked for it, and the bill."""
    with world.owned.lock:
        return {
            **shown_models.created(world, request),
            **shown_jobs.listing(world, request),
            **shown_models.listing(world, request),
            **shown_serving.list_throughputs(world, request),
            **shown_serving.list_deployments(world, request),
            "bill": shown_serving.bill(world, request)["lines"],
            "calls": _calls(world, request),
            "stored": stored.told(world),
            "deaths": list(_deaths),
            "words": list(_spoken),
            "accounts": list(_accounts),
            "faults_left": len(world.faults.all()),
        }


def counts(world: "World", request: Request) -> dict[str, Any]:
    """How much was ever born (models come with their jobs) and died, and (query: ``limit``) the newest calls: for
    whoever asks after every look, without much ado."""
    with world.owned.lock:
        born = sum(birth["kind"] != "model" for birth in world.owned.births)
        return {"births": born, "deaths": len(_deaths), "calls": _calls(world, request)}


def _calls(world: "World", request: Request) -> list[dict[str, Any]]:
    entries = shown_ledger.listing(world, request)["entries"]
    return [{**entry, "said": _said.get(entry["request_id"], "")} for entry in entries]


def words(world: "World", request: Request) -> dict[str, Any]:
    """Body: word, arns. From now on the state of these throughputs, deployments and jobs is called by that word;
    without a word, everything is called by its own again."""
    wish = request.json()
    if wish["word"]:
        _words.update(dict.fromkeys(wish["arns"], str(wish["word"])))
    else:
        _words.clear()
    _spoken.append({"at": _now(world), "word": wish["word"], "arns": list(wish["arns"])})
    return {}


def account(world: "World", request: Request) -> dict[str, Any]:
    """Body: other, forgets. Whether calls come with credentials of another account, which owns nothing and may make
    nothing. One that ``forgets`` no longer knows our tokens (AWS does not say for how long it does): what is asked for
    again is refused, for its name is in use."""
    wish = request.json()
    other = bool(wish["other"])
    if wish.get("forgets"):
        world.owned.tokens.clear()
    _elsewhere.clear()
    _elsewhere.update({True} if other else ())
    _accounts.append({"at": _now(world), "other": other})
    return {}


def calm(world: "World", request: Request) -> dict[str, Any]:
    """No fault and no script is planned any more, and our credentials are our own."""
    world.faults.clear()
    world.owned.scripts.clear()
    world.owned.serving_scripts.clear()
    _elsewhere.clear()
    _accounts.append({"at": _now(world), "other": False})
    return {}


def _speak() -> None:
    """Words instead of states, where ``words`` has set some."""
    told = ((throughputs, "summary"), (deployments, "_base"), (jobs, "summary"), (jobs, "details"))
    for module, shown in told:
        setattr(module, shown, _worded(getattr(module, shown)))


def _worded(show: Any) -> Any:
    def worded(*of: Any) -> dict[str, Any]:
        answer, arn = show(*of), of[-2]["arn"]  # (world,) record, moment
        return answer | ({"status": _words[arn]} if arn in _words else {})

    return worded


def _note_words() -> None:
    """In which words each call was refused."""
    for platform, render in list(gate.RENDER.items()):

        def rendered(error: PlatformError, request_id: str, render: Any = render) -> Any:
            _said[request_id] = f"{error.code}: {error.message}"
            return render(error, request_id)

        gate.RENDER[platform] = rendered


def _mind_accounts() -> None:
    perform = gate._perform

    def performed(world: "World", call: Any, fault: Any, request_id: str) -> Any:
        if not _elsewhere or call.platform not in ("bedrock", "sts"):
            return perform(world, call, fault, request_id)
        if call.platform == "sts":
            reply = perform(world, call, fault, request_id)
            return replace(reply, body=reply.body.replace(ACCOUNT.encode(), b"999999999999"))
        if call.operation.startswith("List"):
            return answers._spoilt("empty_list", perform(world, call, fault, request_id))
        if call.operation.startswith("Create"):
            refusal = PlatformError(403, "AccessDeniedException", "This account may not do that.")
        else:
            refusal = not_found("There is no such thing in this account.")
        return gate.RENDER[call.platform](refusal, request_id)

    gate._perform = performed


def _note_deaths() -> None:
    """Of everything that is deleted: when, what served it or what it served then, and since when it had failed."""
    remove_serving, remove_model = serving.remove, custom_models.remove

    def serving_dies(world: "World", record: Any) -> None:
        life = life_of(record, world.clock.timestamp())
        failed = datetime.fromtimestamp(life.modified, UTC).isoformat() if life.status == "Failed" else None
        _deaths.append(
            {
                "kind": record["noun"],
                "arn": record["arn"],
                "at": _now(world),
                "served_by": [],
                "model_arn": life.model_arn,
                "failed_at": failed,
            }
        )
        remove_serving(world, record)

    def model_dies(world: "World", model: Any) -> None:
        now = settling.settle(world)
        by = [
            record["arn"]
            for noun in ("throughput", "deployment")
            for record in serving.shelf_of(world, noun)
            if is_there(record, now) and model["arn"] == life_of(record, now).model_arn
        ]
        _deaths.append({"kind": "model", "arn": model["arn"], "at": _now(world), "served_by": by})
        remove_model(world, model)

    serving.remove, custom_models.remove = serving_dies, model_dies


def _now(world: "World") -> str:
    return world.clock.now().isoformat()


def main() -> int:
    _note_deaths(), _speak(), _note_words(), _mind_accounts(), stored.put_neighbours()
    ROUTES.append(Route("POST", "/_sandbox/words", words))
    ROUTES.append(Route("POST", "/_sandbox/account", account))
    ROUTES.append(Route("POST", "/_sandbox/begin", begin))
    ROUTES.append(Route("GET", "/_sandbox/evidence", evidence))
    ROUTES.append(Route("GET", "/_sandbox/counts", counts))
    ROUTES.append(Route("POST", "/_sandbox/calm", calm))
    with start() as running:
        print(running.url, flush=True)  # whoever started us waits for it
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
