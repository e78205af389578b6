"""The strings of a running sandbox, for tests and demo commands. Standard library only.

>>> control = SandboxControl("http://127.0.0.1:8899")
>>> control.fail("throttle", platform="bedrock", operation="ListFoundationModels", times=2)
>>> control.publish_model("openai", "gpt-7", owned_by="system")
>>> control.ledger(platform="bedrock")[-1]["status"]
429
"""

import json
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

Record = dict[str, Any]
_OPENER = build_opener(ProxyHandler({}))  # a proxy variable must not catch calls to loopback


class SandboxError(Exception):
    """The sandbox refused a control request; the text says why."""


class SandboxControl:
    def __init__(self, url: str, timeout: float = 10.0) -> None:
        self.url, self._timeout = url.rstrip("/"), timeout

    # state ------------------------------------------------------------------------------------
    def health(self) -> Record:
        return self._call("GET", "health")

    def state(self) -> Record:
        return self._call("GET", "state")

    def reset(self) -> Record:
        """Back to the seed: catalogue, clock, faults, ledger, S3."""
        return self._call("POST", "reset")

    # clock ------------------------------------------------------------------------------------
    def clock(self) -> Record:
        return self._call("GET", "clock")

    def now(self) -> datetime:
        return datetime.fromisoformat(self.clock()["now"])

    def set_clock(self, moment: datetime) -> Record:
        return self._call("POST", "clock", {"set": moment.isoformat()})

    def advance(self, seconds: float) -> Record:
        return self._call("POST", "clock", {"advance": seconds})

    def freeze(self) -> Record:
        return self._call("POST", "clock", {"freeze": True})

    def unfreeze(self) -> Record:
        return self._call("POST", "clock", {"freeze": False})

    def set_speed(self, speed: float) -> Record:
        """Sandbox seconds per real second."""
        return self._call("POST", "clock", {"speed": speed})

    def reset_clock(self) -> Record:
        return self._call("POST", "clock", {"reset": True})

    # models: platform is "bedrock", "openai" or "inference-profiles" -----------------------------
    def models(self, platform: str) -> list[Record]:
        models: list[Record] = self._call("GET", f"models/{quote(platform)}")["models"]
        return models

    def model(self, platform: str, model_id: str) -> Record:
        return self._call("GET", self._model(platform, model_id))

    def publish_model(self, platform: str, model_id: str, **fields: Any) -> Record:
        """Add or replace a model; fields as the platform spells them (``modelName``, ``owned_by`` …)."""
        return self._call("PUT", self._model(platform, model_id), fields)

    def change_model(
        self, platform: str, model_id: str, *, remove: tuple[str, ...] = (), **fields: Any
    ) -> Record:
        """Overwrite fields (None is sent as null); ``remove`` takes fields away."""
        query = {"remove": ",".join(remove)} if remove else {}
        return self._call("PATCH", self._model(platform, model_id), fields, query)

    def withdraw_model(self, platform: str, model_id: str) -> Record:
        return self._call("DELETE", self._model(platform, model_id))

    def generate_models(self, platform: str, count: int, prefix: str = "synthetic") -> Record:
        return self._call("POST", f"models/{quote(platform)}/generate", {"count": count, "prefix": prefix})

    # faults -------------------------------------------------------------------------------------
    def fail(self, kind: str, **fields: Any) -> Record:
        """Make the next calls fail: platform, operation, times, seconds, retry_after, message, applied."""
        return self._call("POST", "faults", {"kind": kind, **fields})

    def faults(self) -> list[Record]:
        faults: list[Record] = self._call("GET", "faults")["faults"]
        return faults

    def clear_faults(self) -> None:
        self._call("DELETE", "faults")

    def remove_fault(self, fault_id: int) -> None:
        self._call("DELETE", f"faults/{fault_id}")

    # ledger -------------------------------------------------------------------------------------
    def ledger(self, **filters: Any) -> list[Record]:
        """Calls, oldest first: after, limit, platform, operation, caller, token, status, fault."""
        entries: list[Record] = self._call("GET", "ledger", query=filters)["entries"]
        return entries

    def clear_ledger(self) -> None:
        self._call("DELETE", "ledger")

    # what AWS leaves open: see switches() for names, choices and meanings -------------------------
    def switches(self) -> Record:
        described: Record = self._call("GET", "switches")["switches"]
        return described

    def switch(self, **values: Any) -> Record:
        """``switch(token_repeat="empty", get_lag_seconds=5)``; None is the default again."""
        return self._call("POST", "switches", values)

    def reset_switches(self) -> Record:
        return self._call("DELETE", "switches")

    # customization jobs and custom models -------------------------------------------------------
    def created(self, **filters: Any) -> list[Record]:
        """What was ever made, also what is gone; filters: kind (job, model,
        throughput, deployment), token, name, caller, arn."""
        births: list[Record] = self._call("GET", "created", query=filters)["created"]
        return births

    def script_job(self, kind: str, **fields: Any) -> Record:
        """What the next job (or ``job=name``) meets: times, and for failures phase, after, message.

        Refusals: role, cross_account, quota, name_in_use, model_name_in_use. Failures: bad_data,
        no_s3_permission, internal, fail.
        """
        return self._call("POST", "job-scripts", {"kind": kind, **fields})

    def job_scripts(self) -> list[Record]:
        scripts: list[Record] = self._call("GET", "job-scripts")["scripts"]
        return scripts

    def clear_job_scripts(self) -> None:
        self._call("DELETE", "job-scripts")

    def jobs(self) -> list[Record]:
        """As they are now, without lag."""
        jobs: list[Record] = self._call("GET", "jobs")["jobs"]
        return jobs

    def make_job(self, job_name: str, **fields: Any) -> Record:
        """A job behind our back: fields as Create takes them (none is needed), age_seconds, caller."""
        return self._call("POST", "jobs", {"jobName": job_name, **fields})

    def generate_jobs(self, count: int, prefix: str = "synthetic", age_seconds: float = 0) -> Record:
        wish = {"count": count, "prefix": prefix, "age_seconds": age_seconds}
        return self._call("POST", "jobs/generate", wish)

    def stop_job(self, job_name: str) -> Record:
        return self._call("POST", f"jobs/{quote(job_name, safe='')}/stop", {})

    def fail_job(self, job_name: str, message: str | None = None) -> Record:
        return self._call(
            "POST", f"jobs/{quote(job_name, safe='')}/fail", {"message": message} if message else {}
        )

    def remove_job(self, job_name: str) -> None:
        self._call("DELETE", f"jobs/{quote(job_name, safe='')}")

    def custom_models(self) -> list[Record]:
        models: list[Record] = self._call("GET", "custom-models")["custom_models"]
        return models

    def make_custom_model(self, model_name: str, **fields: Any) -> Record:
        """A custom model behind our back: baseModelId, caller, tags (a dict)."""
        return self._call("POST", "custom-models", {"modelName": model_name, **fields})

    def remove_custom_model(self, model_name: str) -> None:
        self._call("DELETE", f"custom-models/{quote(model_name, safe='')}")

    # throughputs and deployments: what serves a model, and what it costs --------------------------
    def throughputs(self) -> list[Record]:
        """As they are now, without lag."""
        throughputs: list[Record] = self._call("GET", "throughputs")["throughputs"]
        return throughputs

    def make_throughput(self, name: str, **fields: Any) -> Record:
        """A throughput behind our back: model (name, ARN or base id), units, age_seconds, tags (a dict), caller,
        token, status (Creating, InService or Failed: it stays so), message (why it failed).
        """
        return self._call("POST", "throughputs", {"name": name, **fields})

    def generate_throughputs(self, count: int, prefix: str = "synthetic", **fields: Any) -> Record:
        """Many at once, for measuring; fields as in ``make_throughput``. The same call twice changes nothing."""
        return self._call("POST", "throughputs/generate", {"count": count, "prefix": prefix, **fields})

    def fail_throughput(self, name: str, message: str | None = None) -> Record:
        body = {"message": message} if message else {}
        return self._call("POST", f"throughputs/{quote(name, safe='')}/fail", body)

    def remove_throughput(self, name: str) -> None:
        self._call("DELETE", f"throughputs/{quote(name, safe='')}")

    def deployments(self) -> list[Record]:
        """As they are now, without lag."""
        deployments: list[Record] = self._call("GET", "deployments")["deployments"]
        return deployments

    def make_deployment(self, name: str, **fields: Any) -> Record:
        """A deployment behind our back: model, age_seconds, tags (a dict), caller, token, status, message."""
        return self._call("POST", "deployments", {"name": name, **fields})

    def fail_deployment(self, name: str, message: str | None = None) -> Record:
        body = {"message": message} if message else {}
        return self._call("POST", f"deployments/{quote(name, safe='')}/fail", body)

    def remove_deployment(self, name: str) -> None:
        self._call("DELETE", f"deployments/{quote(name, safe='')}")

    def billing(self, **filters: Any) -> list[Record]:
        """The platform's own bill, a line for every throughput ever, oldest first.

        arn, name, token, model_arn, units, commitment, started_at, ended_at, unit_hours; each may be a filter:
        ``billing(ended_at=None)`` gives those that are billed now.
        """
        lines: list[Record] = self._call("GET", "billing", query=filters)["lines"]
        return lines

    def script_serving(self, kind: str, **fields: Any) -> Record:
        """What the next throughput or deployment meets: name, noun (throughput, deployment), times, message.

        quota and name_in_use refuse Create; fail lets it be Creating for ``after`` seconds (1200), then Failed.
        """
        return self._call("POST", "serving-scripts", {"kind": kind, **fields})

    def serving_scripts(self) -> list[Record]:
        scripts: list[Record] = self._call("GET", "serving-scripts")["scripts"]
        return scripts

    def clear_serving_scripts(self) -> None:
        self._call("DELETE", "serving-scripts")

    # CloudWatch and the price list ----------------------------------------------------------------
    def invoke(self, arn: str, count: int = 1, at: datetime | None = None) -> Record:
        """As if the model behind ``arn`` had been called ``count`` times, now or at ``at``."""
        moment = {"at": at.isoformat()} if at else {}
        return self._call("POST", "invocations", {"arn": arn, "count": count, **moment})

    def prices(self) -> list[Record]:
        """Every row of the price list: usagetype, region, unit, usd, model."""
        rows: list[Record] = self._call("GET", "prices")["prices"]
        return rows

    def set_price(self, usagetype: str, region: str, usd: float | None) -> Record:
        """Change one price; None takes the row out of the list."""
        return self._call("POST", "prices", {"usagetype": usagetype, "region": region, "usd": usd})

    def _model(self, platform: str, model_id: str) -> str:
        return f"models/{quote(platform)}/{quote(model_id, safe='')}"

    def _call(self, method: str, path: str, body: Any = None, query: Record | None = None) -> Record:
        url = f"{self.url}/_sandbox/{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(url, data, headers, method=method)  # noqa: S310 - the caller names the sandbox
        try:
            with _OPENER.open(request, timeout=self._timeout) as response:
                answer: Record = json.loads(response.read())
                return answer
        except HTTPError as refusal:
            with refusal:
                raise SandboxError(json.loads(refusal.read())["error"]) from None
