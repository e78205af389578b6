"""What nobody needs any more is cleared away once a day."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from modelhub.celery import app
from modelhub.tasks import clear_leftovers
from tests.builders import NOW

pytestmark = pytest.mark.django_db


def log_in(password: str = "anna-password") -> None:
    Client().post("/login/", {"username": "anna", "password": password})


def test_sessions_that_expired_go_and_the_others_stay(admin):
    with time_machine.travel(NOW, tick=False) as clock:
        log_in()
        clock.shift(timedelta(hours=11))
        log_in()
        clock.shift(timedelta(hours=2))
        clear_leftovers()
        assert Session.objects.count() == 1


def test_logins_are_remembered_for_90_days(admin):
    with time_machine.travel(NOW, tick=False) as clock:
        log_in()
        log_in("wrong")
        clock.shift(timedelta(days=90))
        clear_leftovers()
        assert (AccessLog.objects.count(), AccessAttempt.objects.count()) == (1, 1)
        clock.shift(timedelta(seconds=1))
        clear_leftovers()
        assert (AccessLog.objects.count(), AccessAttempt.objects.count()) == (0, 0)


def test_it_is_asked_for_every_day():
    entry = settings.CELERY_BEAT_SCHEDULE["leftovers"]
    assert entry["schedule"] == 24 * 3600
    assert entry["task"] in app.tasks
