"""What the account owns on Bedrock: jobs, custom models and what serves them, their tags, and who made each."""

import threading
from collections.abc import Iterable
from typing import Any

from sandbox.bedrock.job_life import next_event
from sandbox.store import Record, Shelf, Store


class Holdings:
    """``lock`` is held by every operation that reads a job's life or changes anything."""

    def __init__(self, store: Store) -> None:
        self.lock = threading.RLock()
        self.jobs = store.shelf("jobs")
        self.custom_models = store.shelf("custom-models")
        self.tags = store.shelf("tags")
        self.tokens = store.shelf("tokens")
        self.births = store.shelf("births")
        self.scripts = store.shelf("scripts")
        self.throughputs = store.shelf("throughputs")  # the deleted ones too: they are on the bill
        self.deployments = store.shelf("deployments")
        self.serving_scripts = store.shelf("serving-scripts")
        self.open_jobs: dict[str, float] = {}  # with the moment of their next event
        self._note_open(self.jobs)

    @property
    def shelves(self) -> tuple[Shelf, ...]:
        made = (self.jobs, self.custom_models, self.throughputs, self.deployments)
        return (*made, self.tags, self.tokens, self.births, self.scripts, self.serving_scripts)

    def clear(self) -> None:
        with self.lock:
            self.open_jobs.clear()
            for shelf in self.shelves:
                shelf.clear()

    def put_job(self, job: Record) -> None:
        self.put_jobs([job])

    def put_jobs(self, jobs: list[Record]) -> None:
        self.jobs.put_all((job["id"], job) for job in jobs)
        self._note_open(jobs)

    def remove_job(self, job: Record) -> None:
        self.jobs.delete(job["id"])
        self.open_jobs.pop(job["id"], None)

    def _note_open(self, jobs: Iterable[Record]) -> None:
        for job in jobs:
            if job["settled"]:
                self.open_jobs.pop(job["id"], None)
            else:
                self.open_jobs[job["id"]] = next_event(job)

    def tag(self, arn: str, tags: list[dict[str, str]] | None) -> None:
        if tags:
            self.tags.put(arn, {"arn": arn, "tags": {tag["key"]: tag["value"] for tag in tags}})

    def born(self, kind: str, resource: Record, tags: list[dict[str, str]] | None) -> dict[str, Any]:
        """Never forgotten, also when the resource is deleted: the tests' proof of "exactly one"."""
        birth = {
            "kind": kind,
            "arn": resource["arn"],
            "name": resource["name"],
            "token": resource["token"],
            "caller": resource["caller"],
            "at": resource["created_iso"],
            "tags": {tag["key"]: tag["value"] for tag in tags or []},
        }
        self.births.put(str(len(self.births) + 1), birth)
        return birth
