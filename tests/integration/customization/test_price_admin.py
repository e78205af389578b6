"""Prices in the Django admin: model admins set them, and a second one for the same is refused in words."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from customization.models import Price

pytestmark = pytest.mark.django_db

ADD = "/admin/customization/price/add/"
TYPED = {"base_prefix": "acme.tunable", "region": "us-east-1", "training_per_1k": "0.01", "source": "our contract",
         "as_of": "2026-11-22"}  # fmt: skip


@pytest.fixture
def pricing() -> Client:
    """Staff who is in the group and nothing else."""
    user = User.objects.create_user("petra", is_staff=True)
    user.groups.add(Group.objects.get(name="Model admins"))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def own() -> Price:
    return Price.objects.get(origin="admin")


def test_a_model_admin_adds_changes_and_deletes_a_price(pricing):
    assert pricing.post(ADD, TYPED).status_code == 302
    at = f"/admin/customization/price/{own().pk}"
    assert pricing.post(f"{at}/change/", {**TYPED, "training_per_1k": "0.02"}).status_code == 302
    assert str(own().training_per_1k) == "0.02000000"
    assert pricing.post(f"{at}/delete/", {"post": "yes"}).status_code == 302
    assert not Price.objects.filter(origin="admin").exists()


def test_a_second_price_for_the_same_is_a_form_error(pricing):
    pricing.post(ADD, TYPED)
    response = pricing.post(ADD, {**TYPED, "training_per_1k": "0.02"})
    assert response.status_code == 200
    assert "There is a price of yours for these models in this region" in response.content.decode()
    assert str(own().training_per_1k) == "0.01000000"


def test_moving_a_price_onto_another_is_a_form_error(pricing):
    pricing.post(ADD, TYPED)
    other = Price.objects.create(**{**TYPED, "region": "eu-west-1", "origin": "admin"})
    response = pricing.post(f"/admin/customization/price/{other.pk}/change/", TYPED)
    assert "Change that one" in response.content.decode()
    other.refresh_from_db()
    assert other.region == "eu-west-1"


def test_a_bundled_price_stands_in_nobodys_way_and_is_nobodys_to_change(pricing):
    bundled = Price.objects.filter(origin="bundled").first()
    typed = {**TYPED, "base_prefix": bundled.base_prefix, "region": bundled.region}
    assert pricing.post(ADD, typed).status_code == 302
    assert pricing.post(f"/admin/customization/price/{bundled.pk}/change/", typed).status_code == 403


@pytest.mark.parametrize("part", ["training_per_1k", "storage_per_month", "unit_hour"])
def test_a_price_below_nothing_is_a_form_error(pricing, part):
    response = pricing.post(ADD, {**TYPED, part: "-0.01"})
    assert response.status_code == 200
    assert "Ensure this value is greater than or equal to 0." in response.content.decode()
    assert not Price.objects.filter(origin="admin").exists()
