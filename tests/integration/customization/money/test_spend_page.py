"""The Spend page: everything that was ever rented, what it cost, and no unknown price shown as nothing."""

import csv
import io
import re
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Model
from customization import spending
from customization.models import CustomizationJob, Dataset, Throughput
from customization.spending import Wish
from tests.builders import NOW
from tests.integration.customization.money.conftest import HOUR, a_base, a_custom, rented

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now_is_now")]

URL = "/custom/spend/"


@pytest.fixture
def now_is_now():
    with time_machine.travel(NOW, tick=False):
        yield


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def shown(client, url: str = URL) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def lines(client, url: str = URL) -> list[str]:
    found = re.findall(r"<tr>\s*<td.*?</tr>", shown(client, url), re.S)
    return [text(row) for row in found]


class TestARow:
    def test_hours_rate_source_cost_and_who(self, model, as_viewer):
        rented(model, units=2, start=3, provisioned_by="anna", ends_at=NOW + 5 * HOUR)
        (row,) = lines(as_viewer)
        for part in ("tone-0001", "2 units", "still billed", "3.0", "$60.50 per unit-hour", "2026-08-15", "$363.00",
                     "anna", "ends 2026-11-22 17:00"):  # fmt: skip
            assert part in row

    def test_an_ended_one_says_why_and_by_whom(self, model, as_viewer):
        rented(model, start=5, end=3, ended_because="lease ended", ended_by_name="modelhub")
        (row,) = lines(as_viewer)
        assert "2.0" in row
        assert "$121.00" in row
        assert "Lease ended (modelhub)" in row

    def test_an_unknown_price_is_unknown_and_never_nothing(self, model, as_viewer):
        rented(model, unit_hour=None, price_source="")
        (row,) = lines(as_viewer)
        assert row.count("unknown") == 2
        assert "$0" not in row

    def test_hours_after_a_failure_are_said_in_words(self, model, as_viewer):
        rented(model, start=3, state="failed", failed_at=NOW - 1.2 * HOUR)
        assert "of which 1.2 h after it failed: AWS may not bill these" in lines(as_viewer)[0]

    def test_what_was_never_accepted_costs_nothing_even_without_a_price(self, model, as_viewer):
        rented(model, start=None, state="refused", unit_hour=None)
        (row,) = lines(as_viewer)
        assert "never accepted" in row
        assert "—" in row
        assert "unknown price" not in shown(as_viewer)

    def test_one_that_was_refused_says_why(self, model, as_viewer):
        rented(model, start=None, state="refused", ended_because="refused: no quota")
        assert "Refused: no quota" in lines(as_viewer)[0]

    def test_what_people_typed_is_only_text(self, model, as_viewer):
        rented(model, ended_because="<script>alert(1)</script>", end=1, price_source="<b>x")
        page = shown(as_viewer)
        assert "<script>alert" not in page
        assert "<b>x" not in page


class TestSums:
    def test_now_this_month_and_ever(self, base, as_viewer):
        rented(a_custom(base, "a"), 1, start=3)
        rented(a_custom(base, "b"), 2, start=2, unit_hour=None)
        rented(a_custom(base, "c"), 3, start=24 * 40, end=24 * 40 - 10)
        page = text(shown(as_viewer))
        assert "Running now $60.50 per hour + 1 with unknown price" in page
        assert "This month $181.50 + 1 with unknown price" in page
        assert "All time $786.50 + 1 with unknown price" in page
        assert "15.0 h" in page

    def test_when_no_price_is_known_the_sum_is_unknown(self, model, as_viewer):
        rented(model, unit_hour=None)
        assert "Running now unknown" in text(shown(as_viewer))

    def test_the_sums_are_those_of_the_rows(self, base):
        for number in range(7):
            rented(
                a_custom(base, f"m{number}"),
                number,
                start=number + 0.333,
                end=None if number % 2 else number / 3,
            )
        totals = spending.paid(Wish(), NOW).totals
        assert totals.ever.usd == sum(row.cost(NOW) for row in Throughput.objects.all())

    def test_stored_models_by_the_month(self, base, as_viewer):
        a_custom(base, "a", build="built")
        a_custom(base, "b", build="built")
        a_custom(a_base(2, "acme.tunable-v1"), "c", build="built")
        a_custom(base, "d", build="failed")
        a_custom(base, "e", build="built", archived_at=NOW)
        a_custom(base, "vanished", build="built", listed=False)
        a_custom(base, "leaving", build="deleting")
        count, monthly = spending.storage()
        assert (count, monthly.usd, monthly.unpriced) == (4, Decimal("5.85"), 1)
        assert "Stored custom models $5.85 per month + 1 with unknown price 4 models" in text(
            shown(as_viewer)
        )


class TestZones:
    """Whoever reads it far from Greenwich is told the same moments, each in the zone that it names."""

    @pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin"])
    def test_the_month_begins_when_aws_says(self, model, as_viewer, settings, zone):
        settings.TIME_ZONE = zone
        assert "since 1 November, UTC" in text(shown(as_viewer))

    @pytest.mark.parametrize(
        ("zone", "said"),
        [
            ("America/New_York", "2026-11-21 23:00 EST"),
            ("Europe/Berlin", "05:00 CET"),
            ("UTC", "04:00 UTC"),
        ],
    )
    def test_idle_since_is_told_in_the_time_of_the_page(self, model, as_viewer, settings, zone, said):
        settings.TIME_ZONE = zone
        rented(model, start=8, in_service_at=NOW - 8 * HOUR, usage_read_at=NOW)
        assert f"Idle since {said}, never called" in lines(as_viewer)[0]


class TestFinding:
    def test_running_ones_first_then_the_newest(self, base, as_viewer):
        rented(a_custom(base, "old-running"), 1, start=90)
        rented(a_custom(base, "new-ended"), 2, start=2, end=1)
        rented(a_custom(base, "old-ended"), 3, start=200, end=100)
        assert [row.split()[0] for row in lines(as_viewer)] == ["old-running", "new-ended", "old-ended"]

    def test_by_state_name_and_model(self, base, as_viewer):
        one, two = a_custom(base, "tone"), a_custom(base, "triage")
        rented(one, 1)
        rented(two, 2, end=1)
        rented(one, 3, start=9, end=4)
        counts = {query: len(lines(as_viewer, f"{URL}?{query}")) for query in
                  ("", "show=running", "show=ended", f"model={one.pk}", "q=TRI", f"model={one.pk}&show=ended", "q=zzz",
                   "show=nonsense", "model=x", "model=²", f"model={'9' * 40}", "page=99999", "q=%00")}  # fmt: skip
        assert list(counts.values()) == [3, 1, 2, 2, 1, 1, 0, 3, 3, 3, 3, 3, 3]

    def test_sums_follow_the_model_and_say_so(self, base, as_viewer):
        one, two = a_custom(base, "tone"), a_custom(base, "triage")
        rented(one, 1)
        rented(two, 2)
        page = text(shown(as_viewer, f"{URL}?model={one.pk}"))
        assert "Running now $60.50" in page
        assert "The first three sums and the list are about tone" in page

    def test_nothing_yet_says_where_to_begin(self, as_viewer):
        assert "Nothing was ever rented" in shown(as_viewer)

    def test_pages_keep_the_filter(self, model, as_viewer):
        for number in range(51):
            rented(model, number, start=100 + number, end=99 + number)
        assert "?show=ended&amp;page=2" in shown(as_viewer, f"{URL}?show=ended")
        assert len(lines(as_viewer, f"{URL}?show=ended&page=2")) == 1

    def test_it_asks_again_only_while_something_runs(self, model, as_viewer):
        row = rented(model)
        assert "data-poll" in shown(as_viewer).split('id="sums"')[1]
        Throughput.objects.filter(pk=row.pk).update(billed_until=NOW, state="removed")
        assert "data-poll" not in shown(as_viewer).split('id="sums"')[1]

    def test_a_poll_swaps_the_figures_and_the_clock_but_nothing_that_somebody_types_into(
        self, model, as_viewer
    ):
        rented(model)
        page = shown(as_viewer)
        assert 'hx-select-oob="#sums,#states,#ledger,#money"' in page
        sums, search, states, ledger = (
            page.index(part) for part in ('id="sums"', 'role="search"', 'id="states"', 'id="ledger"')
        )
        assert sums < search < states < ledger
        between = page[sums:search]
        assert between.count("<div") - between.count("</div") == 0  # #sums is closed, the toolbar is open

    def test_a_row_in_service_says_whether_anybody_calls_it(self, model, as_viewer):
        rented(model, start=30, in_service_at=NOW - 30 * HOUR, usage_read_at=NOW)
        assert "Idle since" in lines(as_viewer)[0]
        Throughput.objects.update(usage_read_at=NOW - 5 * HOUR)
        assert "Calls: cannot read: not read since" in lines(as_viewer)[0]


class TestCsv:
    def table(self, client, url: str = f"{URL}export.csv") -> list[dict[str, str]]:
        content = client.get(url).getvalue().decode()
        return list(csv.DictReader(io.StringIO(content)))

    def test_every_row_with_everything(self, model, as_viewer):
        rented(model, start=3, units=2)
        (row,) = self.table(as_viewer)
        assert (row["model"], row["hours"], row["USD so far"], row["USD per unit-hour"]) == (
            "tone",
            "3.00",
            "363.00",
            "60.5000",
        )
        assert row["from (UTC)"] == "2026-11-22 09:00:00"

    def test_an_unknown_price_is_unknown_there_too(self, model, as_viewer):
        rented(model, unit_hour=None)
        (row,) = self.table(as_viewer)
        assert (row["USD so far"], row["USD per unit-hour"]) == ("unknown", "unknown")

    def test_no_cell_is_a_formula(self, base, as_viewer):
        rented(a_custom(base, "=cmd"), ended_because="@SUM(A1)", end=1)
        (row,) = self.table(as_viewer)
        assert (row["model"], row["why it ended"]) == ("'=cmd", "'@SUM(A1)")

    def test_it_follows_the_filter(self, base, as_viewer):
        rented(a_custom(base, "tone"), 1)
        rented(a_custom(base, "triage"), 2, end=1)
        assert [row["model"] for row in self.table(as_viewer, f"{URL}export.csv?show=ended")] == ["triage"]


class TestTraining:
    def job(self, model, state: str = "completed", **columns) -> CustomizationJob:
        dataset = Dataset.objects.create(
            purpose="training", state="valid", filename="x", created_at=NOW, tokens=1_000_000
        )
        usual = {"remote_name": f"j-{model.name}", "created_at": NOW, "changed_at": NOW, "training": dataset,
                 "training_price": "0.00378", "estimated_cost": "7.56", "price_source": "AWS Price List, 2026-08-15",
                 "hyperparameters": {"epochCount": "2"}}  # fmt: skip
        base = Model.objects.get(external_id=model.base_external_id)
        return CustomizationJob.objects.create(model=model, base=base, state=state, **{**usual, **columns})

    def test_tokens_epochs_estimate_and_what_it_came_to(self, model, as_viewer):
        self.job(model, metrics={"training": [{"epoch": 0}]})
        (row,) = lines(as_viewer, f"{URL}training/")
        for part in ("tone", "1,000,000", "1", "$0.00378 per 1,000 tokens", "$7.56", "$3.78", "2026-08-15"):
            assert part in row

    def test_an_unknown_price_is_unknown(self, model, as_viewer):
        self.job(model, training_price=None, estimated_cost=None, price_source="")
        (row,) = lines(as_viewer, f"{URL}training/")
        assert "$" not in row
        assert "Estimated, all jobs that ran or run unknown" in text(shown(as_viewer, f"{URL}training/"))

    def test_failed_and_stopped_jobs_are_in_no_estimate(self, base):
        for state in ("completed", "running", "failed", "stopped", "requested"):
            self.job(a_custom(base, state), state)
        total = spending.training_estimate()
        assert (total.usd, total.priced) == (Decimal("15.12"), 2)

    def test_nothing_yet(self, as_viewer):
        assert "Nothing was trained yet" in shown(as_viewer, f"{URL}training/")


def many(models: list[Model], numbers: range) -> None:
    Throughput.objects.bulk_create(
        Throughput(
            model=models[number % 10],
            name="x",
            remote_name=f"x-{number}",
            request_token=f"t{number}",
            state="removed",
            units=1,
            unit_hour=None if number % 10 == 0 else Decimal("60.50"),
            created_at=NOW - number * HOUR,
            changed_at=NOW,
            billed_from=NOW - (number + 2) * HOUR,
            billed_until=NOW - number * HOUR,
        )
        for number in numbers
    )


def questions(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url).getvalue()
    return len(queries)


def test_five_thousand_rows_ask_as_many_questions_as_sixty(base, as_viewer):
    urls = (URL, f"{URL}?show=ended&q=m0", f"{URL}training/", f"{URL}export.csv")
    models = [a_custom(base, f"m{number:03d}") for number in range(10)]
    many(models, range(60))
    few = [questions(as_viewer, url) for url in urls]
    many(models, range(60, 5000))
    assert [questions(as_viewer, url) for url in urls] == few
    assert max(few) <= 12
    totals = spending.paid(Wish(), NOW).totals
    assert (totals.ever.priced, totals.ever.unpriced) == (4500, 500)
    assert totals.ever.usd == Decimal("60.50") * 2 * 4500
