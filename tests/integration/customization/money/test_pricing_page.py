"""The Pricing page: every base that can be fine-tuned, who says what it costs, and "unknown" where nobody does."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from customization import price_refresh
from customization.costs import costs_of, price_lines
from customization.models import CustomizationJob, Dataset, Price, PriceList
from customization.pricing import Part
from tests.builders import NOW, a_model
from tests.integration.customization.money.conftest import a_base, a_custom

pytestmark = pytest.mark.django_db

URL = "/custom/pricing/"


def own_price(**columns) -> Price:
    usual = {"base_prefix": "amazon.nova-2-lite", "region": "us-east-1", "origin": "admin", "as_of": "2026-11-20",
             "source": "our contract"}  # fmt: skip
    return Price.objects.create(**{**usual, **columns})


def rows(page: str) -> list[str]:
    """The table's rows as people read them."""
    found = re.findall(r"<tr>\s*<td.*?</tr>", page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def shown(client, url: str = URL) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


class TestWhatItShows:
    def test_the_three_prices_with_region_source_and_day(self, base, as_viewer):
        (row, *_) = rows(shown(as_viewer))
        assert row.startswith("Nova 2 Lite amazon.nova-2-lite-v1:0:256k $0.00378 $1.95 $60.50 us-east-1")
        assert "bundled table: AWS Price List, read 2026-08-15" in row

    def test_a_base_without_prices_is_unknown_and_never_nothing(self, as_viewer):
        a_base(2, "acme.tunable-v1", name="Tunable")
        (row, *_) = rows(shown(as_viewer))
        assert row.startswith("Tunable acme.tunable-v1 unknown unknown unknown us-east-1")
        assert "$0" not in row

    def test_an_admins_figure_has_a_badge_and_hides_no_other(self, base, as_viewer):
        own_price(unit_hour="50")
        (row, *_) = rows(shown(as_viewer))
        assert "$0.00378 $1.95 $50.00 set by an admin us-east-1" in row
        assert "Inference: set by an admin: our contract, 2026-11-20" in row
        assert "Training, storage: bundled table: AWS Price List" in row

    def test_models_that_cannot_be_fine_tuned_are_not_there(self, as_viewer):
        a_model(1, name="Only chat", capability_set=",chat,")
        page = shown(as_viewer)
        assert "Only chat" not in page
        assert "Base models that can be fine-tuned</h2>" in page

    def test_prices_about_no_model_we_know_and_of_other_regions_are_there_too(self, base, as_viewer):
        own_price(base_prefix="acme.rocket", training_per_1k="0.01")
        page = rows(shown(as_viewer))
        assert any("acme.rocket $0.01 set by an admin unknown unknown us-east-1" in row for row in page)
        assert any(
            "meta.llama3-1-70b-instruct unknown unknown $24.00 us-west-2 not this region" in row
            for row in page
        )

    def test_a_price_of_another_region_counts_for_no_model_here(self, base):
        own_price(region="eu-west-1", unit_hour="1")
        assert str(price_lines("nova 2")[0].quotes[Part.UNIT_HOUR].usd) == "60.5000"

    def test_what_people_typed_is_only_text(self, base, as_viewer):
        own_price(source="<script>alert(1)</script>", base_prefix="<b>x")
        page = shown(as_viewer)
        assert "<script>alert" not in page
        assert "<b>x" not in page

    def test_it_links_to_amazons_own_page(self, as_viewer):
        assert 'href="https://aws.amazon.com/bedrock/pricing/"' in shown(as_viewer)

    @pytest.mark.parametrize(
        ("q", "names"), [("LITE nova", ["Nova 2 Lite"]), ("tunable-v1", ["Tunable"]), ("nothing like it", [])]
    )
    def test_it_can_be_searched(self, base, q, names):
        a_base(2, "acme.tunable-v1", name="Tunable")
        assert [line.name for line in price_lines(q)] == names

    def test_a_search_without_result_says_so(self, base, as_viewer):
        assert "Nothing matches “xyz”" in shown(as_viewer, f"{URL}?q=xyz")


class TestWhatPeopleMayDo:
    def test_a_viewer_is_offered_nothing_to_change(self, base, as_viewer):
        page = shown(as_viewer)
        assert "/admin/customization/price" not in page
        assert "/pricing/refresh" not in page

    def test_an_admin_without_the_administration_refreshes_but_sets_no_price(self, base, as_admin):
        page = shown(as_admin)
        assert "/pricing/refresh" in page
        assert "/admin/customization/price" not in page

    def test_staff_is_led_to_the_form_already_filled_in(self, base, logged_in):
        staff = User.objects.create_user("petra", is_staff=True)
        staff.groups.add(Group.objects.get(name="Model admins"))
        client = logged_in(staff)
        page = shown(client)
        address = re.search(r'href="(/admin/customization/price/add/\?base_prefix=[^"]+)"', page)[1].replace(
            "&amp;", "&"
        )
        form = client.get(address).content.decode()
        assert 'value="amazon.nova-2-lite-v1:0:256k"' in form
        own = own_price(unit_hour="50")
        assert f"/admin/customization/price/{own.pk}/change/" in shown(client)


class TestTheList:
    def test_before_the_first_look(self, as_viewer):
        assert "has not been read yet" in shown(as_viewer)

    def test_while_it_is_read_the_page_asks_again_and_then_no_more(self, base, as_admin, sandbox):
        response = as_admin.post(f"{URL}refresh")
        assert (response.status_code, response["Location"]) == (302, URL)
        page = shown(as_admin)
        assert "is being read" in page
        assert "data-poll" in page
        price_refresh.refresh_due(PriceList.objects.get().asked_at)
        page = shown(as_admin)
        assert "data-poll" not in page.split('id="prices"')[1]
        assert "16 prices" in page
        assert "Not understood: 3" in page

    def test_without_the_permission_it_says_where_to_get_it_and_shouts_not(self, base, as_viewer, sandbox):
        sandbox.fail("denied", platform="pricing", times=9)
        price_refresh.refresh_due(NOW)
        page = shown(as_viewer)
        assert "pricing:GetProducts" in page
        assert "docs/operations.md" in page
        assert "notice-error" not in page

    def test_other_trouble_is_shown_in_amazons_words(self, base, as_viewer, sandbox):
        sandbox.fail("throttle", platform="pricing", times=9)
        price_refresh.refresh_due(NOW)
        page = shown(as_viewer)
        assert "could not be taken over" in page
        assert "Rate exceeded" in page


class TestCostsOfACustomModel:
    def test_the_three_costs_and_what_training_came_to(self, base):
        model = a_custom(base)
        dataset = Dataset.objects.create(
            purpose="training", state="valid", filename="x", created_at=NOW, tokens=1_000_000
        )
        CustomizationJob.objects.create(
            model=model, base=base, training=dataset, remote_name="j", state="completed", created_at=NOW,
            changed_at=NOW, training_price="0.00378", estimated_cost="7.56",
            metrics={"training": [{"epoch": 0}, {"epoch": 1}]},
        )  # fmt: skip
        training, storage, serving = costs_of(model)
        assert (training.amount, training.per, training.note) == (
            "$0.00378",
            "per 1,000 tokens",
            "came to $7.56",
        )
        assert (storage.amount, storage.per) == ("$1.95", "per month")
        assert (serving.amount, serving.per) == ("$60.50", "per unit-hour")

    def test_a_model_whose_base_has_no_price(self):
        model = a_custom(a_base(1, "acme.tunable-v1"))
        assert [cost.amount for cost in costs_of(model)] == ["unknown"] * 3

    def test_its_configuration_page_shows_them(self, model, as_viewer):
        page = shown(as_viewer, f"/custom/models/{model.pk}/configuration/")
        assert "$60.50" in page
        assert "per unit-hour" in page


def test_the_page_asks_as_many_questions_for_forty_models_as_for_one(
    as_viewer, django_assert_max_num_queries
):
    for number in range(40):
        a_base(number, f"acme.tunable-{number}", name=f"Tunable {number}")
        own_price(base_prefix=f"acme.tunable-{number}", unit_hour=number + 1)
    as_viewer.get(URL)
    with django_assert_max_num_queries(9):
        as_viewer.get(URL)


def test_yesterdays_prices_count_while_a_new_look_fails(base, as_viewer, sandbox):
    price_refresh.refresh_due(NOW)
    sandbox.fail("denied", platform="pricing", times=9)
    price_refresh.refresh_due(NOW + timedelta(days=1))
    assert "what was read on 2026-11-22" in shown(as_viewer)


class TestByTheToken:
    URL = "/custom/pricing/tokens/"

    def test_every_base_model_of_both_platforms_with_source(self, as_viewer):
        a_model(1, name="Chat", external_id="acme.chat-v1", input_price="0.06", output_price="0.24",
                price_source="bundled list, 2026-11-20")  # fmt: skip
        a_model(2, platform="openai", name="gpt-x", external_id="gpt-x", input_price="1.25", output_price="10",
                output_price_override="8")  # fmt: skip
        a_model(3, name="Odd", external_id="acme.odd-v1:0:256k")
        a_custom(a_base(4, "acme.tunable-v1", name="Tunable"))
        found = rows(shown(as_viewer, self.URL))
        assert found[0] == ("Chat acme.chat-v1 Amazon Bedrock us-east-1 $0.06 $0.24 bundled list, 2026-11-20")
        assert found[1].startswith("gpt-x gpt-x OpenAI $1.25 $8.00 set by an admin")
        assert found[2].startswith("Odd acme.odd-v1:0:256k Amazon Bedrock us-east-1 — —")
        assert [row.split()[0] for row in found[3:]] == ["Tunable"]

    def test_it_is_searched_and_paged_in_a_few_questions(self, as_viewer, django_assert_max_num_queries):
        for number in range(120):
            a_model(number, name=f"Chat {number:03}", external_id=f"acme.chat-{number}")
        with django_assert_max_num_queries(12):
            assert len(rows(shown(as_viewer, self.URL))) == 100
        assert len(rows(shown(as_viewer, f"{self.URL}?page=2"))) == 20
        assert len(rows(shown(as_viewer, f"{self.URL}?q=chat-119"))) == 1
        assert "Nothing matches" in shown(as_viewer, f"{self.URL}?q=%00nobody")
