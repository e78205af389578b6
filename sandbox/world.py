"""Everything the sandbox simulates, held together: one ``World`` per running sandbox."""

import threading
from pathlib import Path

from sandbox.aws.moto_services import ACCOUNT, MotoServices
from sandbox.bedrock.holdings import Holdings
from sandbox.catalogue import seed
from sandbox.clock import Clock
from sandbox.faults.book import FaultBook
from sandbox.ledger import Ledger
from sandbox.store import Store
from sandbox.switches import Switches

COLLECTIONS = ("bedrock", "openai", "inference-profiles")


class World:
    def __init__(self, folder: Path | None = None, region: str = "us-east-1") -> None:
        self.folder, self.region, self.account = folder, region, ACCOUNT
        self.store = Store(folder)
        self.clock = Clock(self.store.shelf("clock"))
        self.models = {name: self.store.shelf(f"models/{name}") for name in COLLECTIONS}
        self.faults = FaultBook(self.store.shelf("faults"))
        self.ledger = Ledger(self.store.shelf("ledger"), self.clock)
        self.aws = MotoServices(folder, region, self.clock.now)
        self.owned = Holdings(self.store)
        self.invocations = self.store.shelf("invocations")  # what CloudWatch counts
        self.prices = self.store.shelf("prices")  # what control changed in the price list
        self.switches = Switches(self.store.shelf("switches"))
        self.aws.s3.null_sink = lambda: bool(self.switches["s3_null_sink"])
        self.closing = threading.Event()  # ends held connections when the sandbox stops
        self._marks = self.store.shelf("marks")
        if "seeded" not in self._marks:
            self._seed()

    def reset(self) -> None:
        """Back to the first day: catalogue, clock, faults, switches, jobs and models, ledger, S3."""
        self.clock.reset()
        self.faults.clear()
        self.switches.clear()
        self.owned.clear()
        self.ledger.clear()
        self.invocations.clear()
        self.prices.clear()
        self.aws.reset()
        for shelf in self.models.values():
            shelf.clear()
        self._seed()

    def close(self) -> None:
        self.closing.set()
        self.store.close()

    def _seed(self) -> None:
        """The mark comes last: a start killed half-way seeds again."""
        now = self.clock.now()
        self.models["bedrock"].put_all((model["modelId"], model) for model in seed.bedrock_models(now))
        self.models["openai"].put_all((model["id"], model) for model in seed.openai_models(now))
        profiles = seed.inference_profiles(now, self.region)
        self.models["inference-profiles"].put_all(
            (profile["inferenceProfileId"], profile) for profile in profiles
        )
        self._marks.put("seeded", {"at": now.isoformat()})
