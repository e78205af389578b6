"""From a file of examples to a model: the form, the upload straight to S3, what is said of the file, and creating."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.custom import (
    BUCKET,
    LATE,
    bad_file,
    drop,
    expect_checked,
    expect_running,
    expect_state,
    good_file,
    put,
    requests_of,
    run,
    start,
)
from tests.browser.hands import expect_colour, fill_login, list_of, row_of, switch, without_reload
from tests.browser.live import ADMIN

pytestmark = pytest.mark.browser
ENABLE = """
from catalog.enablement import enable
from catalog.models import Model
enable(Model.objects.get(platform="bedrock", external_id={base!r}))
"""


def test_from_a_yellow_base_model_to_a_trained_one(page, platform, sandbox, tmp_path):
    """The whole way, as an admin goes it on the first day."""
    sandbox.publish_model(
        "bedrock", "amazon.nova-2-lite-v9:0:256k", modelName="Nova 2 Lite for life", providerName="Amazon",
        inputModalities=["TEXT"], outputModalities=["TEXT"], customizationsSupported=["FINE_TUNING"],
        inferenceTypesSupported=["PROVISIONED"], responseStreamingSupported=True,
    )  # fmt: skip
    assert platform.sync("bedrock").returncode == 0
    model = platform.model("amazon.nova-2-lite-v9:0:256k")
    file = good_file(tmp_path, rows=500)
    page.goto(list_of(model))
    switch(row_of(page, model), "Enable")
    expect_colour(row_of(page, model), "green")
    page.locator("main").get_by_role("link", name="New model").click()
    expect(page.get_by_role("heading", name="New model", level=1)).to_be_visible()

    with without_reload(page), requests_of(page) as asked:
        page.get_by_label("Name", exact=True).fill("kind-answers")
        expect(page.locator("#name-says")).to_contain_text("“kind-answers” is free.")
        page.get_by_label("Description").fill("Answers as our best people would")
        page.get_by_label("Base model").select_option(
            label="Amazon · Nova 2 Lite for life (amazon.nova-2-lite-v9:0:256k)"
        )
        expect(page.get_by_label("Epochs epochCount")).to_have_value("2")
        expect(page.locator("#cost")).to_contain_text("It shows when the training data is checked.")
        drop(page, file)
        expect_checked(page)
        panel = page.locator("#data-training")
        expect(panel).to_contain_text("500 rows, about")
        expect(panel.get_by_role("img", name="How long the rows are")).to_be_visible()
        expect(panel).to_contain_text(re.compile("SHA-256 [0-9a-f]{64}"))
        expect(page.locator("#cost .amount")).to_have_text(re.compile(r"about \$\d"))
        before = page.locator("#cost .amount").inner_text()
        page.get_by_label("Epochs epochCount").fill("4")
        page.get_by_label("Epochs epochCount").blur()
        expect(page.locator("#cost .amount")).not_to_have_text(before)
    ours, theirs = urlsplit(platform.url).netloc, urlsplit(sandbox.url).netloc
    bodies = {request: request.post_data_buffer or b"" for request in asked}
    assert [urlsplit(request.url).netloc for request in asked if request.method == "PUT"] == [theirs]
    assert all(
        b"is on its way" not in body and len(body) < 3_000
        for request, body in bodies.items()
        if urlsplit(request.url).netloc == ours
    )

    page.get_by_role("button", name="Create model").click()
    page.wait_for_url("**/custom/jobs/*/")
    expect(page.locator(".messages")).to_contain_text("kind-answers is requested.")
    with without_reload(page):
        expect_running(page)
        expect(page.locator("#live")).to_contain_text("the platform says “InProgress”")
        sandbox.advance(25)
        expect_running(page, "Training")
        sandbox.advance(60)
        expect_state(page, "completed")
        expect(page.locator(".curve").first).to_contain_text("Training loss", timeout=LATE)
        expect(page.locator("#live")).to_contain_text("Actual")
    with page.expect_download() as download:
        page.locator(".curve").first.get_by_role("link", name="CSV").click()
    assert "training_loss" in download.value.path().read_text().splitlines()[0]

    page.goto("/models/?q=kind-answers")
    [custom] = platform.models("name = 'kind-answers'")
    expect_colour(row_of(page, custom), "red")
    page.goto("/custom/new/")
    expect(page.get_by_label("Name", exact=True)).to_have_value("")  # the draft has become a model


def test_a_bad_file_is_told_by_line_and_nothing_typed_is_lost(page, base, tmp_path, complaints):
    complaints.expect("422")
    start(page, base, "never-made")
    page.get_by_label("Description").fill("A first try")
    page.get_by_label("Epochs epochCount").fill("3")
    drop(page, bad_file(tmp_path))
    expect_checked(page, "invalid")
    panel = page.locator("#data-training")
    for line in (3, 5, 8, 10):
        expect(panel.locator(".data-errors li", has_text=re.compile(rf"line {line}\b")).first).to_be_visible()
    expect(panel).to_contain_text("prompt/completion")
    page.get_by_role("button", name="Create model").click()
    expect(page.locator("#errors")).to_contain_text("Only a valid file can be used.")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.get_by_label("Name", exact=True)).to_have_value("never-made")
    expect(page.get_by_label("Description")).to_have_value("A first try")
    expect(page.get_by_label("Epochs epochCount")).to_have_value("3")
    expect(page.locator("#data-training")).to_contain_text("mistakes.jsonl")
    page.locator("#data-training").get_by_role("button", name="Use another file").click()
    drop(page, good_file(tmp_path))
    expect_checked(page)
    expect(page.locator("#cost .amount")).to_contain_text("about $")


def test_validation_data_is_checked_against_its_own_purpose(page, base, tmp_path):
    start(page, base)
    drop(page, good_file(tmp_path))
    expect_checked(page)
    drop(page, good_file(tmp_path, rows=20, name="held-out.jsonl", start=1_000), "validation")
    expect_checked(page, purpose="validation")
    expect(page.locator("#data-validation")).to_contain_text("20 rows")
    expect(page.locator("#data-training")).to_contain_text("60 rows")


def test_rows_in_both_files_are_told_at_once_and_no_longer_when_one_goes(page, base, tmp_path):
    start(page, base)
    drop(page, good_file(tmp_path))
    expect_checked(page)
    drop(page, good_file(tmp_path, rows=20, name="held-out.jsonl"), "validation")
    expect(page.locator("#together")).to_contain_text(
        "20 rows of the validation data are in the training data"
    )
    page.locator("#data-validation").get_by_role("button", name="Use another file").click()
    expect(page.locator("#together")).not_to_contain_text("of the validation data")


def test_another_base_brings_its_own_defaults_and_checks_the_same_file(page, base, tmp_path, platform):
    llama = platform.model("meta.llama3-1-8b-instruct-v1:0:128k")
    if llama.status != "green":
        run(platform, ENABLE.format(base=llama.external_id))
    platform.keep(llama)
    start(page, base)
    drop(page, good_file(tmp_path))
    expect_checked(page)
    page.get_by_label("Learning rate learningRate").fill("0.00003")
    with without_reload(page), requests_of(page) as asked:
        page.get_by_label("Base model").select_option(str(llama.pk))
        expect(page.get_by_label("Epochs epochCount")).to_have_value("5")  # Llama's, not Nova's 2
        expect(page.get_by_label("Learning rate learningRate")).to_have_value("0.00003")
        page.get_by_role("button", name="Check it for").click()
        expect_checked(page, "invalid")
        expect(page.locator("#data-training")).to_contain_text("60 × ")
        expect(page.locator("#together")).not_to_contain_text("was checked for")
    assert not [request for request in asked if request.method == "PUT"]
    page.reload()
    expect(page.get_by_label("Epochs epochCount")).to_have_value("5")


def test_a_file_waits_for_its_base_model(page, base, tmp_path):
    page.goto("/custom/new/")
    drop(page, good_file(tmp_path))
    expect(page.locator("#data-training [data-error]")).to_contain_text("Choose a base model first")
    page.get_by_label("Base model").select_option(str(base.pk))
    drop(page, good_file(tmp_path))
    expect_checked(page)


@pytest.mark.parametrize(
    ("name", "said"),
    [("no name", "' ' is not allowed"), ("twice--told", "must stand alone"), ("-first", "must start with")],
)
def test_an_illegal_name_is_told_while_typing(page, base, name, said):
    page.goto("/custom/new/")
    page.get_by_label("Name", exact=True).press_sequentially(name)
    expect(page.locator("#name-says")).to_contain_text(said)


def test_a_name_taken_on_the_platform_is_told_while_typing(page, base, sandbox):
    sandbox.make_custom_model("made-by-hand")
    page.goto("/custom/new/")
    page.get_by_label("Name", exact=True).press_sequentially("Made-By-Hand")
    expect(page.locator("#name-says")).to_contain_text("exists on Amazon Bedrock already")


def test_a_hyperparameter_out_of_range_is_told(page, base, tmp_path, complaints):
    complaints.expect("422")
    start(page, base, "too-eager")
    drop(page, good_file(tmp_path))
    expect_checked(page)
    page.get_by_label("Epochs epochCount").fill("50")
    page.get_by_role("button", name="Create model").click()
    expect(page.locator("#errors")).to_contain_text("Epochs must be 1 to 5.")
    expect(page.locator(".knob", has_text="Epochs").locator(".field-error")).to_have_text(
        "Epochs must be 1 to 5."
    )
    expect(page.get_by_label("Epochs epochCount")).to_have_value("50")
    expect_checked(page)


def test_a_draft_survives_reloads_until_it_is_discarded(page, base, tmp_path):
    start(page, base, "drafted")
    drop(page, good_file(tmp_path))
    expect_checked(page)
    page.get_by_label("Epochs epochCount").fill("3")
    page.reload()
    expect(page.get_by_label("Epochs epochCount")).to_have_value("3")
    expect(page.get_by_label("Name", exact=True)).to_have_value("drafted")
    expect(page.locator("#data-training")).to_contain_text("60 rows")
    page.get_by_label("Description").fill("typed after the first reload")
    page.reload()
    expect(page.get_by_label("Description")).to_have_value("typed after the first reload")
    page.locator("#data-training").get_by_role("button", name="Use another file").click()
    expect(page.locator("#data-training [data-file]")).to_be_attached()
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("drafted")
    expect(page.locator("#data-training [data-file]")).to_be_attached()
    page.get_by_role("link", name="Discard").click()
    page.goto("/custom/new/")
    expect(page.get_by_label("Name", exact=True)).to_have_value("")


def test_a_draft_is_its_authors_and_is_left_behind_by_nobody(open_as, base):
    name = "mine-alone"
    page = open_as(None, "/login/")  # a session of its own: logging out would end everybody's
    fill_login(page, ADMIN)
    expect(page.get_by_role("heading", name="Models", level=1)).to_be_visible()
    start(page, base, name)
    expect(page.locator("#name-says")).to_contain_text(
        "is free"
    )  # what is saved after that is nobody's doing
    whose = page.evaluate("""() => {
        const draft = JSON.parse(sessionStorage.getItem("new-model-draft"));
        sessionStorage.setItem("new-model-draft", JSON.stringify({ ...draft, whose: "0" }));
        return draft.whose;
    }""")
    assert whose
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
    page.get_by_label("Name", exact=True).fill(name)
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert name not in page.evaluate("JSON.stringify(sessionStorage)")


def test_a_long_draft_comes_back_and_no_address_tells_it(page, base):
    start(page, base, "long-winded")
    long = ("\u65e5\u672c " * 600).strip()
    page.get_by_label("Description").fill(long)
    with requests_of(page) as asked:
        page.reload()
        expect(page.get_by_label("Description")).to_have_value(long)
        page.get_by_label("Epochs epochCount").fill("4")
        page.get_by_label("Epochs epochCount").blur()
        page.get_by_label("Name", exact=True).fill("shorter")
        expect(page.locator("#name-says")).to_contain_text("“shorter” is free.")
    assert any("/new/parts" in request.url for request in asked)
    assert max(len(request.url) for request in asked) < 200
    assert not [request.url for request in asked if "csrf" in request.url]


def test_a_draft_that_can_not_come_back_now_does_not_reload_for_ever(page, base, complaints):
    complaints.expect("413")
    start(page, base, "kept")
    page.route(
        "**/custom/new/",
        lambda route: route.fulfill(status=413) if route.request.method == "POST" else route.continue_(),
    )
    with requests_of(page) as asked:
        page.reload()
        page.wait_for_timeout(1_000)
    assert len([request for request in asked if request.url.endswith("/custom/new/")]) == 2
    page.unroute("**/custom/new/")
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("kept")


def test_a_file_that_is_in_s3_already(page, base, platform, tmp_path):
    uri = put(platform, good_file(tmp_path), "theirs/orders.jsonl")
    start(page, base)
    box = page.locator("#data-training")
    box.locator("summary").click()
    box.get_by_role("textbox").fill(f"s3://{BUCKET}/theirs/other.jsonl")
    box.get_by_role("button", name="Check it").click()
    expect(box.get_by_role("alert")).to_contain_text("There is no object at")
    box.get_by_role("textbox").fill(uri)
    box.get_by_role("button", name="Check it").click()
    expect_checked(page)
    expect(page.locator("#data-training")).to_contain_text("60 rows")
    expect(page.locator("#cost .amount")).to_contain_text("about $")
