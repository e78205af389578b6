"""What the tests of New model and of jobs share: files of rows, a base model, and hands for the form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, expect

from sandbox.client import SandboxControl
from tests.browser.live import ModelRow, Platform

BASE = "amazon.nova-2-lite-v1:0:256k"  # fine-tunable, and the bundled price list knows it
BUCKET = "modelhub-sandbox"
LATE = 40_000  # the tick comes every 5 seconds and looks at a running job every 10
MB = 1 << 20

_ENABLE = """
from catalog.enablement import enable
from catalog.models import Model
model = Model.objects.get(platform="bedrock", external_id={base!r})
if not model.enabled:
    enable(model)
"""
_PUT = """
from catalog.platforms.aws import client
client("s3").put_object(Bucket={bucket!r}, Key={key!r}, Body=open({file!r}, "rb").read())
"""

_TRAINED = """
from django.db import transaction
from django.utils import timezone
from catalog.customs import add_custom_model, change_custom_model
from catalog.facts import BuildState
from catalog.models import Model
base, now = Model.objects.get(platform="bedrock", external_id={base!r}), timezone.now()
with transaction.atomic():
    model = add_custom_model({name!r}, base, description="", actor=None, now=now)
    change_custom_model(model, "trained", now=now, build=BuildState.BUILT, external_id={arn!r}, arn={arn!r})
"""


def row(number: int, answer: str = "") -> str:
    """One row as Nova wants it."""
    said = [("user", f"Where is order {number}?"), ("assistant", answer or f"Order {number} is on its way.")]
    messages = [{"role": role, "content": [{"text": text}]} for role, text in said]
    return json.dumps({"schemaVersion": "bedrock-conversation-2024", "messages": messages})


def good_file(folder: Path, rows: int = 60, name: str = "orders.jsonl", start: int = 0) -> Path:
    """A file that Nova takes; rows of different lengths, so that the histogram has bars."""
    file = folder / name
    lines = [row(n, f"Order {n} is on its way." * (1 + n % 9)) for n in range(start, start + rows)]
    file.write_text("\n".join(lines) + "\n")
    return file


def bad_file(folder: Path) -> Path:
    """Twelve good rows with four bad ones among them."""
    lines = [row(n) for n in range(12)]
    lines[2] = '{"schemaVersion": "bedrock-conversation-2024", "messages": ['
    lines[4] = '{"prompt": "Where is my order?", "completion": "On its way."}'
    lines[7] = row(7).replace('"assistant"', '"bot"')
    lines[9] = row(9, "  ")
    file = folder / "mistakes.jsonl"
    file.write_text("\n".join(lines) + "\n")
    return file


def big_file(folder: Path) -> Path:
    """70 MB: three parts of 32 MB at most."""
    file = folder / "big.jsonl"
    filler = "All is well with it, thank you for asking. " * 240
    with file.open("w") as out:
        for number in range(7_000):
            out.write(row(number, f"Order {number}: {filler}") + "\n")
    assert 64 * MB < file.stat().st_size < 96 * MB
    return file


def enable_base(platform: Platform) -> ModelRow:
    run(platform, _ENABLE.format(base=BASE))
    return platform.model(BASE)


def put(platform: Platform, file: Path, key: str) -> str:
    """Put a file into the sandbox's S3 past all pages; return its address."""
    run(platform, _PUT.format(bucket=BUCKET, key=key, file=str(file)))
    return f"s3://{BUCKET}/{key}"


def trained_model(platform: Platform, name: str) -> str:
    """A built model, made past all pages; return the address of its Throughput tab."""
    arn = platform.sandbox.make_custom_model(name, baseModelId=BASE)["modelArn"]
    platform.sandbox.advance(60)  # until the platform has it Active
    run(platform, _TRAINED.format(name=name, base=BASE, arn=arn))
    [(number,)] = platform.query("SELECT id FROM catalog_model WHERE arn = ?", arn)
    return f"/custom/models/{number}/serving/"


def run(platform: Platform, code: str) -> None:
    done = platform.manage("shell", "--no-imports", "--command", code)
    assert done.returncode == 0, done.stderr


def start(page: Page, base: ModelRow, name: str = "") -> None:
    """Open New model and choose the base model."""
    page.goto("/custom/new/")
    if name:
        page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Base model").select_option(str(base.pk))
    expect(page.get_by_label("Epochs epochCount")).to_have_value("2")


def drop(page: Page, file: Path, purpose: str = "training") -> None:
    page.locator(f"#file-{purpose}").set_input_files(file)


def statuses_of_parts(sandbox: SandboxControl) -> Callable[[], list[int]]:
    """Statuses of the parts that S3 is sent from now on."""
    [*_, last] = sandbox.ledger() or [{"seq": 0}]
    return lambda: [call["status"] for call in sandbox.ledger(after=last["seq"], operation="UploadPart")]


def hold_one_part(page: Page, sandbox: SandboxControl, big: Path, parts: int, seconds: int = 20) -> None:
    """All parts but one arrive, the last hangs."""
    statuses = statuses_of_parts(sandbox)
    sandbox.fail("timeout", platform="s3", operation="UploadPart", seconds=seconds)
    drop(page, big)
    wait_for_parts(page, statuses, 200, parts - 1)


def wait_for_parts(page: Page, statuses: Callable[[], list[int]], status: int, count: int) -> None:
    for _ in range(200):
        if statuses().count(status) >= count:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the parts did not come: {statuses()}")


def expect_checked(page: Page, state: str = "valid", purpose: str = "training") -> None:
    expect(page.locator(f"#data-{purpose}[data-state={state}]")).to_be_visible(timeout=LATE)


def made(page: Page, base: ModelRow, name: str, file: Path) -> int:
    """Make a model by the form; return its job's number. The page is the job's now."""
    start(page, base, name)
    drop(page, file)
    expect_checked(page)
    page.get_by_role("button", name="Create model").click()
    page.wait_for_url("**/custom/jobs/*/")
    return job_here(page)


def job_here(page: Page) -> int:
    return int(urlsplit(page.url).path.rstrip("/").rpartition("/")[2])


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("#live h2 .badge")).to_have_text(state, timeout=LATE)


def expect_running(page: Page, phase: str = "Validation") -> None:
    """Until the platform works on it: only then does its clock count for the job."""
    expect(page.locator(".phase-InProgress")).to_contain_text(phase, timeout=LATE)


@contextmanager
def requests_of(page: Page) -> Iterator[list[Request]]:
    """Every request that is made inside."""
    seen: list[Request] = []

    def see(request: Request) -> None:
        seen.append(request)

    page.on("request", see)
    yield seen
    page.remove_listener("request", see)
