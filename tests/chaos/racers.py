"""Admins as processes: each waits at the barrier with the others and does one thing, directly or through its page."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from html import escape
from typing import Any

from tests.chaos import doing, hearing
from tests.chaos.contests import DONE, REFUSED, Result
from tests.chaos.steps import act

PATIENCE = 60.0
FAILED = "failed"
_fork = multiprocessing.get_context("fork")


class Racers:
    """So many forked admins, called anna0, anna1 …; our own connections must be closed before."""

    def __init__(self, count: int) -> None:
        barrier = _fork.Barrier(count)
        self._pipes, self._processes = [], []
        for number in range(count):
            ours, theirs = _fork.Pipe()
            process = _fork.Process(target=_live, args=(number, barrier, theirs), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def race(self, name: str, actions: Iterable[str], now: datetime, pages: bool) -> list[Result]:
        """All at once on the model called ``name``; what each was told."""
        for pipe, action in zip(self._pipes, actions, strict=True):
            pipe.send((name, action, now, pages))
        return [_answer(pipe) for pipe in self._pipes]

    def stop(self) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            with suppress(OSError):
                pipe.send(None)
            process.join(10)
            process.kill()


def _answer(pipe: Any) -> Result:
    if not pipe.poll(PATIENCE):
        return Result("?", FAILED, f"no answer within {PATIENCE:g} s")
    try:
        found: Result = pipe.recv()
    except EOFError:
        return Result("?", FAILED, "the admin's process has died")
    return found


def _live(number: int, barrier: Any, pipe: Any) -> None:
    from django.contrib.auth.models import User
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=True)  # pages tell what they were rendered with
    defects = hearing.listen()
    me = User.objects.create_superuser(f"anna{number}")
    doing.admin = lambda: me
    browser = Client(raise_request_exception=False)
    browser.force_login(me, backend="django.contrib.auth.backends.ModelBackend")
    while task := pipe.recv():
        name, action, now, pages = task
        through_page = pages and action != "look"
        prepared = _page(name, action) if through_page else None
        barrier.wait(PATIENCE)
        result = _post(browser, action, *prepared) if prepared else _do(name, action, now)
        if defects:
            result = Result(action, FAILED, "; ".join(defects))
            defects.clear()
        pipe.send(result)


def _do(name: str, action: str, now: datetime) -> Result:
    try:
        doing.look(now) if action == "look" else doing.perform(act(action, name), now)
    except Exception as error:
        if type(error).__name__ == "Refused":
            return Result(action, REFUSED, str(error))
        return Result(action, FAILED, f"{type(error).__name__}: {error}"[:300])
    return Result(action, DONE)


def _page(name: str, action: str) -> tuple[str, dict[str, str]]:
    """The address and the form, as the open page has them."""
    from django.urls import reverse

    from catalog.models import Model
    from customization.models import Throughput

    model = Model.objects.get(kind="custom", name=name)
    throughput = Throughput.objects.filter(model=model).order_by("-id").first()
    renting = {"units": "1", "hours": "8", "confirmed": "yes"}
    view, pk, form = {
        "provision": ("customization:serving_provision", model.pk, renting),
        "deploy": ("customization:serving_deploy", model.pk, {}),
        "remove": ("customization:throughput_remove", throughput and throughput.pk, {}),
        "extend": ("customization:throughput_extend", throughput and throughput.pk, {"hours": "8"}),
        "enable": ("catalog:enable", model.pk, {}),
        "disable": ("catalog:disable", model.pk, {}),
        "delete": ("customization:delete", model.pk, {"typed_name": name}),
    }[action]
    return reverse(view, args=[pk]), form


def _post(browser: Any, action: str, address: str, form: dict[str, str]) -> Result:
    try:
        answer = browser.post(address, form)
    except Exception as error:
        return Result(action, FAILED, f"{type(error).__name__}: {error}"[:300])
    if answer.status_code == 302:
        return Result(action, DONE, status=302)
    words = _told(answer.context)
    if answer.status_code >= 500:
        return Result(action, FAILED, f"HTTP {answer.status_code}", answer.status_code)
    shown = escape(words) in answer.content.decode() or words in answer.content.decode()
    return Result(action, REFUSED, words if shown else "", answer.status_code)


def _told(context: Any) -> str:
    """The reason that the page was rendered with."""
    if context is None:
        return ""
    wish = context.get("wish")
    errors = context.get("errors") or (wish.errors if wish else None) or {}
    return str(context.get("refused") or " ".join(errors.values()))
