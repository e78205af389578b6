"""Whoever comes second is told why, also by pages without JavaScript. Found by `make chaos-races`."""

import pytest
from django.urls import reverse
from django.utils import timezone

from customization.serving import renting

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, superuser):
    client.force_login(superuser, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_who_provisions_second_is_told_why_although_the_form_is_gone(trained, browser):
    renting.provision(trained, units=1, actor=None, now=timezone.now())
    form = {"units": "1", "hours": "8", "confirmed": "yes"}
    answer = browser.post(reverse("customization:serving_provision", args=[trained.pk]), form)
    assert answer.status_code == 409
    assert "support-tone has a provisioned throughput already (requested)." in answer.content.decode()


def test_who_deploys_second_is_told_why_although_the_form_is_gone(trained, browser):
    renting.deploy(trained, actor=None, now=timezone.now())
    answer = browser.post(reverse("customization:serving_deploy", args=[trained.pk]))
    assert answer.status_code == 409
    assert "support-tone has an on-demand deployment already (requested)." in answer.content.decode()
