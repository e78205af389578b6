"""One schedule in the making: the sandbox, the time, forked workers, and everything that is noted for the verdict."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.client import SandboxControl, SandboxError
from tests.chaos import clients, forking, snapshots, stage
from tests.chaos.forking import Outcome, Worker
from tests.chaos.snapshots import Snapshot
from tests.chaos.steps import PAUSE, Step

DEEDS = "others' deeds"
_OF_WORKERS = ("act", "look", "discover", "twice")
CREW = (Worker(), Worker())  # one does the work; the other is the second delivery, or the other admin


@dataclass(frozen=True)
class Moment:
    """What was done at one step, how it ended, and our rows afterwards. ``at``: by our own clock."""

    label: str
    step: Step
    at: datetime
    true_time: datetime
    end: Outcome
    rows: Snapshot


@dataclass
class World:
    control: SandboxControl
    now: datetime = stage.START
    skew: float = 0.0
    moments: list[Moment] = field(default_factory=list)
    earlier: list[Moment] = field(default_factory=list)  # actions of before the story, without rows
    behind: set[str] = field(default_factory=set)
    figures: Counter[str] = field(default_factory=Counter)
    meanwhile: list[tuple[Step, Outcome]] = field(default_factory=list)
    most_skew: float = 0.0
    _may_hold: bool = False  # is an answer held, as far as we know?
    unrest: str = ""  # what the last pass that changed something changed

    def begin(self, switches: dict[str, Any]) -> None:
        snapshots.clear()
        self.control._call("POST", "begin", {"now": self.now.isoformat(), "switches": dict(switches)})

    @property
    def ours(self) -> datetime:
        """The time by the clock of our own machine."""
        return self.now + timedelta(seconds=self.skew)

    def do(self, step: Step) -> Outcome:
        """Carry one step out and note what became of it."""
        end = getattr(self, f"_{step.kind}")(step) or Outcome("done")
        if step.kind in _OF_WORKERS:
            self._count(step, end)
        # Nobody but admins and workers writes our rows.
        writes = step.kind in _OF_WORKERS or not self.moments
        rows = snapshots.take() if writes else dict(self.moments[-1].rows)
        for other, its_end in self.meanwhile:
            self._count(other, its_end)
            self.moments.append(Moment(f"meanwhile: {other}", other, self.ours, self.now, its_end, rows))
        self.meanwhile.clear()
        self.moments.append(Moment(str(step), step, self.ours, self.now, end, rows))
        return end

    def quietly(self, steps: tuple[Step, ...]) -> None:
        """Bring the world to where a story begins: nothing is harmed, and only actions and the end are noted."""
        for step in steps:
            end = getattr(self, f"_{step.kind}")(step)
            if end and end.end != "done":
                raise RuntimeError(f"The story can't begin: {step}: {end}")
            if step.kind == "act" and end:
                self.earlier.append(Moment(str(step), step, self.ours, self.now, end, {}))
        rows = snapshots.take()
        self.moments.append(Moment("before", Step("before"), self.ours, self.now, Outcome("done"), rows))

    def _train(self, step: Step) -> None:
        stage.train(self.control, step.on, self.now)

    # the kinds of steps ---------------------------------------------------------------------------
    def _wait(self, step: Step) -> None:
        self.now += timedelta(seconds=step.seconds)
        self.control.set_clock(self.now)

    def _skew(self, step: Step) -> None:
        """Our machine's clock is set; the platform's goes on."""
        self.skew = step.seconds
        self.most_skew = max(self.most_skew, abs(step.seconds))

    def _fault(self, step: Step) -> None:
        self.figures["faults armed"] += 1
        self._may_hold = self._may_hold or step.what == "timeout"
        self.control.fail(step.what, **{"platform": "bedrock", "seconds": 1.0, **step.fields})

    def _script(self, step: Step) -> None:
        self.figures["faults armed"] += 1
        self.control.script_serving(step.what, **step.fields)
        if step.what == "name_in_use":
            self.control.script_job(step.what, **step.fields)

    def _account(self, step: Step) -> None:
        """Our credentials are exchanged for another account's, until things settle."""
        self.control._call("POST", "account", dict(step.fields))

    def _twice(self, step: Step) -> Outcome:
        """The same message delivered to two workers at the same time. The second one meets no harm: whatever befalls
        it is told for itself."""
        second = Step("look")
        for worker, look in zip(CREW, (replace(step, kind="look"), second), strict=True):
            worker.start(look, self.ours, self._patience())
        ends = [worker.end() for worker in CREW]
        if ends[1].end != "done" or ends[1].defects:
            self.meanwhile.append((second, ends[1]))
        else:
            self.figures["looks"] += 1
        return ends[0]

    def _behind(self, step: Step) -> None:
        """Somebody else at work; that there is nothing to be done it to is no matter."""
        with suppress(SandboxError):
            self.figures[DEEDS] += bool(getattr(self, f"_somebody_{step.what}")(step))

    # Each says whether there was anything to be done.
    def _somebody_removes(self, step: Step) -> bool:
        noun = str(step.fields["noun"])
        if noun == "model":
            there = [m for m in self.control.custom_models() if m["modelName"] == step.on]
            for model in there[-1:]:
                self.behind.add(model["modelArn"])
                self.control.remove_custom_model(step.on)
            return bool(there)
        serving = self._serving(noun, step.on)
        for arn in serving[-1:]:
            self.behind.add(arn)
            getattr(self.control, f"remove_{noun}")(arn)
        return bool(serving)

    def _somebody_fails(self, step: Step) -> bool:
        noun = str(step.fields["noun"])
        serving = self._serving(noun, step.on)
        for arn in serving[-1:]:
            getattr(self.control, f"fail_{noun}")(arn, "Somebody made it fail.")
        return bool(serving)

    def _somebody_makes(self, step: Step) -> bool:
        noun = str(step.fields["noun"])
        if noun == "model":
            self.control.make_custom_model(step.on, baseModelId=stage.BASE)
        elif noun == "job":
            self.control.make_job(step.on, customModelName=step.on, baseModelIdentifier=stage.BASE)
        else:
            make = getattr(self.control, f"make_{noun}")
            make(f"theirs-{len(self.moments)}", model=step.on)
        return True

    def _somebody_says(self, step: Step) -> bool:
        """The platform calls the state of all that serves a model, and of its job, by a word of a newer release."""
        arns = self._serving("throughput", step.on) + self._serving("deployment", step.on)
        arns += [job["jobArn"] for job in self.control.jobs() if job["outputModelName"] == step.on]
        self.control._call("POST", "words", {"word": step.fields["word"], "arns": arns})
        return bool(arns)

    def _somebody_stops(self, step: Step) -> bool:
        there = [job for job in self.control.jobs() if job["outputModelName"] == step.on]
        running = [job["jobName"] for job in there if job["status"] == "InProgress"]
        for name in running:
            self.control.stop_job(name)
        return bool(running)

    def _serving(self, noun: str, model_name: str) -> list[str]:
        if noun not in ("throughput", "deployment"):
            return []
        arns = {m["modelArn"] for m in self.control.custom_models() if m["modelName"] == model_name}
        key = {"throughput": "provisionedModelArn", "deployment": "customModelDeploymentArn"}[noun]
        return [each[key] for each in getattr(self.control, f"{noun}s")() if each["modelArn"] in arns]

    def _task(self, step: Step) -> Outcome:
        first, second = CREW
        first.start(step, self.ours, self._patience())
        if step.harm == PAUSE and step.meanwhile and first.is_paused():
            second.start(step.meanwhile, self.ours, self._patience())
            # Inside a transaction the other may have to wait for this one: then both go on together.
            second.wait_for(forking.DEAF)
            first.resume()
            self.meanwhile.append((step.meanwhile, second.end()))
        return first.end()

    _act = _look = _discover = _task

    def _patience(self) -> float:
        """Our clients give up soon only while an answer is planned to be held."""
        if self._may_hold and not any(fault["kind"] == "timeout" for fault in self.control.faults()):
            self._may_hold = False
        return clients.SOON if self._may_hold else clients.LATE

    def _count(self, step: Step, end: Outcome) -> None:
        self.figures[{"act": "actions"}.get(step.kind, "looks")] += 1
        if end.end == "killed":
            self.figures["kills"] += 1
        elif end.harmed:
            self.figures["pauses" if step.harm == PAUSE else "connections cut"] += 1
        elif end.end == "refused":
            self.figures["refused"] += 1
