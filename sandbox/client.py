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
