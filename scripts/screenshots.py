"""`make screenshots`: start a modelhub of its own, put some life into it, and take the pictures of the README.

``python scripts/screenshots.py [FOLDER]`` writes fifteen PNG files, by default to docs/screenshots/.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright  # noqa: E402

from tests.browser import live  # noqa: E402
from tests.browser.custom import (  # noqa: E402
    BASE,
    bad_file,
    big_file,
    drop,
    enable_base,
    expect_checked,
    expect_running,
    good_file,
    run,
    start,
    trained_model,
)
from tests.browser.hands import NARROW, WIDE, fill_login  # noqa: E402

ENABLED = (
    "anthropic.claude-fable-5", "anthropic.claude-fable-5-1", "anthropic.claude-haiku-4-5-20251001-v1:0",
    "anthropic.claude-opus-5-5", "anthropic.claude-sonnet-5-5", "amazon.nova-pro-v1:0", "amazon.nova-lite-v1:0",
    "amazon.nova-2-multimodal-embeddings-v1:0", "cohere.embed-v4:0", "meta.llama3-3-70b-instruct-v1:0",
    "gpt-5.6", "gpt-6-sol", "gpt-6-luna", "text-embedding-3-large", "whisper-1",
)  # fmt: skip
TALL = {"width": 1360, "height": 1250}
SHOWN_MODEL = "amazon.nova-pro-v1:0"
# Ages differ from run to run; pictures should not.
_STILL = """for (const time of document.querySelectorAll("time")) {
    if (/ago|now/.test(time.textContent)) time.textContent = "4 minutes ago";
}
for (const note of document.querySelectorAll("time + .muted")) {
    if (/second|minute|now/.test(note.textContent)) note.textContent = "4 minutes ago";
}"""
_ENABLE = """
from django.contrib.auth.models import User
from catalog.enablement import enable
from catalog.models import Model
for external_id in {wanted!r}:
    enable(Model.objects.get(external_id=external_id), actor=User.objects.get(username={actor!r}))
"""
# The sandbox's clock goes back and forth; modelhub writes by the real one. The picture is of a moment hours later, so
# what modelhub wrote moves back as far as the sandbox's clock stood then.
RENTED_FOR = timedelta(hours=5, minutes=20)
_LATER = """
from datetime import timedelta
from django.db.models import F
from catalog.models import Model
from customization.models import Throughput
from customization.tasks import read_usage
ago, model = timedelta(seconds={seconds}), Model.objects.get(name={name!r})
moved = {{column: F(column) - ago for column in ("created_at", "changed_at", "in_service_at", "ends_at")}}
Throughput.objects.filter(model=model).update(**moved)
read_usage()
"""
_BEFORE = """
from datetime import timedelta
from decimal import Decimal
from django.contrib.auth.models import User
from django.utils import timezone
from catalog.models import Model
from customization.models import Throughput
now, ada = timezone.now(), User.objects.get(username={actor!r})
source = Throughput.objects.get().price_source
for name, units, days, hours, why, by in (
    ("support-tone", 1, 1, 8, "its lease ended", "modelhub"), ("order-desk", 2, 2, 3.4, "removed by an admin", "ada"),
    ("order-desk", 1, 6, 8, "its lease ended", "modelhub"),
):
    start = (now - timedelta(days=days)).replace(hour=8, minute=10 + days)
    end = start + timedelta(hours=hours)
    Throughput.objects.create(
        model=Model.objects.get(name=name), name=name, remote_name=f"{{name}}-{{days:02x}}c41fb05e", state="removed",
        units=units, unit_hour=Decimal("60.50"), price_source=source,
        billed_from=start, billed_until=end, created_at=start, changed_at=end, ended_because=why, ended_by_name=by,
        requested_by=ada,
    )
"""


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="modelhub-pictures-") as var, live.running(Path(var)) as platform:
        platform.wait_for(live.BOTH_SYNCED)
        _live_a_little(platform)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=live.CHROMIUM, args=live.CHROMIUM_ARGS)
            _take_all(browser, platform, folder)
            browser.close()
    return 0


def _live_a_little(platform: live.Platform) -> None:
    """Models are enabled, the platforms publish, rename and end models, and a second sync sees it."""
    code = _ENABLE.format(wanted=ENABLED, actor=live.ADMIN.username)
    done = platform.manage("shell", "--no-imports", "--command", code)
    if done.returncode:
        raise SystemExit(done.stderr)
    sandbox = platform.sandbox
    sandbox.publish_model(
        "bedrock", "qwen.qwen4-max", modelName="Qwen4 Max", providerName="Qwen", inputModalities=["TEXT", "IMAGE"],
        outputModalities=["TEXT"], inferenceTypesSupported=["ON_DEMAND"], responseStreamingSupported=True,
    )  # fmt: skip
    sandbox.change_model("bedrock", "google.gemma-3-27b-it", modelName="Gemma 3 27B IT")
    sandbox.change_model("bedrock", "deepseek.v3.2", modelName="DeepSeek-V3.2")
    sandbox.withdraw_model("bedrock", "amazon.titan-tg1-large")
    platform.sync("bedrock")


def _take_all(browser: Browser, platform: live.Platform, folder: Path) -> None:
    context = browser.new_context(base_url=platform.url)
    page = context.new_page()
    page.goto("/login/")
    fill_login(page, live.ADMIN)
    page.wait_for_url("**/models/")
    state = context.storage_state()
    context.close()
    [(run,)] = platform.query("SELECT max(id) FROM catalog_syncrun WHERE platform = 'bedrock'")
    for name, path, size, scheme in (
        ("models-light", "/models/", WIDE, "light"),
        ("models-dark", "/models/", WIDE, "dark"),
        ("models-390", "/models/", NARROW, "light"),
        ("model", platform.model(SHOWN_MODEL).url, WIDE, "light"),
        ("sync-run", f"/sync/{run}/", WIDE, "light"),
        ("admin", "/admin/catalog/model/", WIDE, "light"),
    ):
        context = browser.new_context(
            base_url=platform.url,
            storage_state=state,
            viewport=size,
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        _take(context.new_page(), path, folder / f"{name}.png")
        context.close()
    context = browser.new_context(
        base_url=platform.url, storage_state=state, viewport=TALL, reduced_motion="reduce"
    )
    _make_a_model(context.new_page(), platform, folder)
    context.close()
    _serve_a_model(browser, platform, folder, state)
    context = browser.new_context(
        base_url=platform.url, storage_state=state, viewport=WIDE, reduced_motion="reduce"
    )
    _count_the_money(context.new_page(), platform, folder)
    _ask_before_deleting(context.new_page(), platform, folder)
    _upload(context.new_page(), platform, folder)
    context.close()


def _make_a_model(page: Page, platform: live.Platform, folder: Path) -> None:
    """New model with a bad and with a good file, and the job that came of it."""
    base, files = enable_base(platform), platform.var
    start(page, base, "support-tone")
    page.get_by_label("Description").fill("Answers about orders, in our tone")
    drop(page, bad_file(files))
    expect_checked(page, "invalid")
    _shoot(page, folder / "dataset-errors.png")
    page.locator("#data-training").get_by_role("button", name="Use another file").click()
    drop(page, good_file(files, rows=2_000))
    expect_checked(page)
    expect(page.locator("#cost .amount")).to_contain_text("about $")
    _shoot(page, folder / "new-model.png")
    page.get_by_role("button", name="Create model").click()
    page.wait_for_url("**/custom/jobs/*/")
    expect_running(page)
    platform.sandbox.advance(90)
    expect(page.locator(".curve").first).to_be_visible(timeout=60_000)
    page.goto(page.url)  # without the message
    _shoot(page, folder / "job.png")


def _serve_a_model(browser: Browser, platform: live.Platform, folder: Path, state: StorageState) -> None:
    """A throughput that has been in service for hours and is called, its model green; the README's first picture."""
    enable_base(platform)
    name = "order-desk"
    platform.sandbox.set_clock(datetime.now(UTC) - RENTED_FOR)
    tab = trained_model(platform, name)
    for scheme in ("light", "dark"):
        context = browser.new_context(
            base_url=platform.url,
            storage_state=state,
            viewport=WIDE,
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(tab)
        if scheme == "light":
            _provision(page, platform)
            platform.sandbox.reset_clock()
            [throughput] = platform.sandbox.throughputs()
            called = datetime.now(UTC) - timedelta(minutes=9)
            platform.sandbox.invoke(throughput["provisionedModelArn"], 240, at=called)
            run(platform, _LATER.format(name=name, seconds=RENTED_FOR.total_seconds()))
        page.goto(tab)  # without the messages
        expect(page.locator(".figures")).to_contain_text("In use")
        _shoot(page, folder / ("throughput.png" if scheme == "light" else "throughput-dark.png"))
        context.close()


def _provision(page: Page, platform: live.Platform) -> None:
    page.get_by_role("button", name="Provision…").click()
    page.get_by_role("dialog").get_by_role("button", name="Provision", exact=True).click()
    badge = page.locator("#throughput-title .badge")
    expect(badge).to_have_text("creating", timeout=60_000)
    platform.sandbox.advance(60)
    expect(badge).to_have_text("in service", timeout=60_000)
    page.locator("#switch").click()
    expect(page.locator("#live .verdict-green")).to_be_visible(timeout=20_000)


def _count_the_money(page: Page, platform: live.Platform, folder: Path) -> None:
    run(platform, _BEFORE.format(actor=live.ADMIN.username))
    _take(page, "/custom/spend/", folder / "spend.png")
    page.goto("/custom/pricing/")
    page.get_by_role("button", name="Refresh prices").click()
    expect(page.locator("#price-list")).to_contain_text("was read", timeout=60_000)
    _take(page, "/custom/pricing/?q=nova", folder / "pricing.png")


def _ask_before_deleting(page: Page, platform: live.Platform, folder: Path) -> None:
    [(number,)] = platform.query("SELECT id FROM catalog_model WHERE name = 'support-tone'")
    page.goto(f"/custom/models/{number}/configuration/")
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("support-tone")
    _shoot(page, folder / "configuration.png")


def _upload(page: Page, platform: live.Platform, folder: Path) -> None:
    """70 MB straight to S3, over a line that leaves time to look."""
    start(page, platform.model(BASE), "order-desk-2")
    line = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 6_000_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
    drop(page, big_file(platform.var))
    progress = page.locator("#data-training progress")
    expect(progress).to_be_visible()
    page.wait_for_function("bar => bar.value / bar.max > 0.4", arg=progress.element_handle(), timeout=60_000)
    _shoot(page, folder / "upload.png")


def _take(page: Page, path: str, file: Path) -> None:
    page.goto(path)
    _shoot(page, file)


def _shoot(page: Page, file: Path) -> None:
    expect(page.locator("main")).to_be_visible()
    page.evaluate(_STILL)
    page.screenshot(path=file, animations="disabled")
    print(f"{file} {file.stat().st_size // 1024} KB")  # noqa: T201 (this is a terminal program)


if __name__ == "__main__":
    sys.exit(main())
