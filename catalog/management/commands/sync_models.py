"""``manage.py sync_models [--platform bedrock|openai]``: refresh the list now, and say how it went."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.facts import Platform
from catalog.models import SyncRun
from catalog.sync import AlreadyRunning, sync_platform

WAIT_FOR_OTHER = 120.0


class Command(BaseCommand):
    help = "Refresh the models of one platform, or of both. Exits with 1 when a platform failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--platform", choices=[platform.value for platform in Platform])
        parser.add_argument(
            "--accept-shrink",
            action="store_true",
            help="believe a list that lacks more than 20 %% of the known models (needs --platform)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["platform"]
        if options["accept_shrink"] and not wanted:
            raise CommandError("--accept-shrink needs --platform: say whose smaller list you believe.")
        runs = [
            self._sync(platform, options["accept_shrink"])
            for platform in ([Platform(wanted)] if wanted else Platform)
        ]
        failed = [run for run in runs if run.state != SyncRun.State.SUCCEEDED]
        if failed:
            raise CommandError("; ".join(self._failure(run) for run in failed))

    def _sync(self, platform: Platform, accept_shrink: bool) -> SyncRun:
        try:
            run = sync_platform(platform, accept_shrink=accept_shrink)
        except AlreadyRunning as other:
            self.stderr.write(f"{other} Waiting for it.")
            run = _ended(other.run)
        if run.state == SyncRun.State.SUCCEEDED:
            self.stdout.write(
                f"{platform.label}: {run.seen} models, {run.added_count} added, {run.changed_count} changed, "
                f"{run.gone_count} gone, {run.refused_count} refused"
            )
        return run

    def _failure(self, run: SyncRun) -> str:
        if run.is_live:
            return f"{run.get_platform_display()}: run {run.pk} did not end within {WAIT_FOR_OTHER:.0f} s"
        message = " ".join(run.error_message.split())
        code = f" [{run.error_code}]" if run.error_code else ""
        return f"{run.get_platform_display()} failed ({run.error_word}): {message}{code}"


def _ended(run: SyncRun) -> SyncRun:
    until = time.monotonic() + WAIT_FOR_OTHER
    while run.is_live and time.monotonic() < until:
        time.sleep(0.5)
        run.refresh_from_db()
    return run
