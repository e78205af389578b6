"""What was agreed to is what is bought: the price that was shown, reasons as typed, and a history that says it all."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User

from catalog.models import Event
from customization.models import Price, Throughput
from customization.refusal import Refused
from customization.serving import renting

pytestmark = pytest.mark.django_db

TOKEN = "0b0c4c4e-7f5f-4c4b-9a52-5a3d5f1f6b7a"
TERMS = {"units": "2", "hours": "8", "token": TOKEN}
YES = TERMS | {"confirmed": "yes"}


@pytest.fixture(autouse=True)
def the_pages_clock(serving, monkeypatch):
    monkeypatch.setattr("customization.views.serving.timezone.now", lambda: serving.now)


@pytest.fixture
def as_spender(db, logged_in):
    user = User.objects.create_user("sara")
    user.groups.add(Group.objects.get(name="Model spenders"))
    return logged_in(user)


def provision(client, model, form, **headers):
    return client.post(f"/custom/models/{model.pk}/serving/provision", form, headers=headers)


def shown_price(page: str) -> str:
    return re.search(r'name="unit_hour" value="([^"]*)"', page)[1]


# the price ------------------------------------------------------------------------------------------


def test_the_price_that_was_shown_is_bought(as_spender, trained):
    shown = shown_price(provision(as_spender, trained, TERMS).content.decode())
    assert Decimal(shown) == Decimal("60.50")
    assert provision(as_spender, trained, YES | {"unit_hour": shown}).status_code == 302
    assert Throughput.objects.get().unit_hour == Decimal("60.50")


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["without JavaScript", "with"])
@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("60.50", "71.5", "The price is $71.50 per unit-hour now; it was $60.50 when you were asked."),
        ("60.50", None, "The price is not known any more; it was $60.50 when you were asked."),
        (None, "71.5", "The price is $71.50 per unit-hour now; it was unknown when you were asked."),
    ],
)
def test_another_price_than_was_shown_buys_nothing(as_spender, trained, before, after, said, headers):
    Price.objects.update(unit_hour=before and Decimal(before))
    shown = shown_price(provision(as_spender, trained, TERMS).content.decode())
    Price.objects.update(unit_hour=after and Decimal(after))
    answer = provision(as_spender, trained, YES | {"unit_hour": shown}, **headers)
    assert (answer.status_code, Throughput.objects.count()) == (409, 0)
    page = answer.content.decode()
    assert said in page
    assert 'name="units" value="2"' in page  # nothing that was typed is lost
    again = shown_price(provision(as_spender, trained, TERMS).content.decode())
    assert provision(as_spender, trained, YES | {"unit_hour": again}).status_code == 302


def test_an_unknown_price_that_stays_unknown_is_bought(as_spender, trained):
    Price.objects.all().delete()
    shown = shown_price(provision(as_spender, trained, TERMS).content.decode())
    assert shown == ""
    assert provision(as_spender, trained, YES | {"unit_hour": shown}).status_code == 302


def test_a_second_press_after_a_change_of_price_is_still_the_same_throughput(as_spender, trained):
    form = YES | {"unit_hour": "60.50"}
    assert provision(as_spender, trained, form).status_code == 302
    Price.objects.update(unit_hour=Decimal("71.5"))
    assert provision(as_spender, trained, form).status_code == 302
    assert Throughput.objects.count() == 1


@pytest.mark.parametrize(
    "said", ["x", "NaN", "sNaN", "Infinity", "1e9999999", "-1", "60,50", "\x00", "9" * 5000]
)
def test_a_price_that_is_none_buys_nothing(as_spender, trained, said):
    assert provision(as_spender, trained, YES | {"unit_hour": said}).status_code == 409
    assert not Throughput.objects.exists()


def test_a_form_that_does_not_say_and_the_shell_buy_at_todays_price(as_spender, trained):
    assert provision(as_spender, trained, YES).status_code == 302
    assert Throughput.objects.get().unit_hour == Decimal("60.50")


# a typed reason -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["in\x00 production", "in production" + "x" * 100_000, "\ud800in production"]
)
def test_a_reason_with_what_no_database_takes_or_very_long_is_kept_as_far_as_it_goes(
    as_spender, throughput, typed
):
    sent = typed.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    url = f"/custom/throughputs/{throughput.pk}/without-end"
    assert as_spender.post(url, {"reason": sent}).status_code == 302
    throughput.refresh_from_db()
    kept = throughput.no_end_reason
    assert throughput.ends_at is None
    assert "in production" in kept
    assert "\x00" not in kept
    assert len(kept) <= 300


def test_a_reason_of_nothing_but_nul_is_no_reason(as_spender, throughput):
    url = f"/custom/throughputs/{throughput.pk}/without-end"
    assert as_spender.post(url, {"reason": "\x00" * 9}).status_code == 422
    with pytest.raises(Refused, match="reason"):
        renting.run_without_end(throughput, reason="\x00" * 9, actor=None, now=throughput.created_at)


def test_the_shell_may_paste_anything_too(serving, trained):
    row = renting.provision(
        trained, units=1, hours=None, no_end_reason="a\x00b c" * 200, actor=None, now=serving.now
    )
    assert row.no_end_reason.startswith("ab cab c")
    assert len(row.no_end_reason) == 300


# the history ----------------------------------------------------------------------------------------


def changes(model, action: str) -> dict:
    return Event.objects.filter(model=model, action=action).latest("id").detail["changes"]


def page_of(client, model) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(model.get_absolute_url()).content.decode()).split())


def test_the_history_says_what_was_bought(serving, trained, as_superuser):
    row = renting.provision(trained, units=2, hours=8, actor=None, now=serving.now)
    end = f"{serving.now + timedelta(hours=8):%Y-%m-%d %H:%M} UTC"
    assert changes(trained, "throughput requested") == {
        "name": [None, row.remote_name],
        "model units": [None, 2],
        "USD per unit-hour": [None, "60.5000"],
        "lease ends": [None, end],
    }
    page = page_of(as_superuser, trained)
    assert "model units — → 2" in page
    assert "USD per unit-hour — → 60.5000" in page
    assert f"lease ends — → {end}" in page


def test_the_history_says_what_an_extension_bought(serving, throughput, as_superuser):
    before = f"{throughput.ends_at:%Y-%m-%d %H:%M} UTC"
    after = f"{throughput.ends_at + timedelta(hours=8):%Y-%m-%d %H:%M} UTC"
    renting.extend(throughput, hours=8, actor=None, now=serving.now)
    assert changes(throughput.model, "lease changed") == {"lease ends": [before, after]}
    assert f"lease ends {before} → {after}" in page_of(as_superuser, throughput.model)
    renting.run_without_end(throughput, reason="in production", actor=None, now=serving.now)
    assert changes(throughput.model, "lease changed") == {"lease ends": [after, "no end"]}
    renting.extend(throughput, hours=1, actor=None, now=serving.now)
    assert changes(throughput.model, "lease changed")["lease ends"][0] == "no end"


def test_an_unknown_price_is_unknown_in_the_history_too(serving, trained):
    Price.objects.all().delete()
    renting.provision(
        trained, units=1, hours=None, no_end_reason="in production", actor=None, now=serving.now
    )
    bought = changes(trained, "throughput requested")
    assert (bought["USD per unit-hour"][1], bought["lease ends"][1]) == ("unknown", "no end: in production")
