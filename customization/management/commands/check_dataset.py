"""``manage.py check_dataset FILE|s3://… --base-model ID``: what is wrong with a file, before anything is uploaded."""

from __future__ import annotations

import json
import sys
import traceback
from argparse import ArgumentParser
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from catalog.platforms.base import PlatformError
from customization.checking import modalities_of
from customization.datasets import Purpose, Report, check, family_of, limits_of
from customization.gateways import storage
from customization.gateways.places import place_of

VALID, INVALID, UNREADABLE = 0, 1, 2
CHUNK = 1 << 18


class Unreadable(Exception):
    """The data could not be read; says why."""


class Command(BaseCommand):
    help = (
        "Check fine-tuning data against a base model's rules. Exits with 0 when it is valid, 1 when it is not, 2 when "
        "it could not be read."
    )

    requires_system_checks = ()  # they say nothing of a file, and would exit with 1: "not valid"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FILE|s3://…", help="a local file, or an object in S3")
        parser.add_argument(
            "--base-model", required=True, metavar="ID", help="for example amazon.nova-lite-v1:0"
        )
        parser.add_argument(
            "--purpose", choices=[purpose.value for purpose in Purpose], default=Purpose.TRAINING.value
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        for stream in (self.stdout, self.stderr):
            if reconfigure := getattr(stream, "reconfigure", None):
                reconfigure(errors="backslashreplace")  # a terminal without “ must not end the command
        try:
            report = _report(options["source"], options["base_model"], options["purpose"])
            self._answer(report, as_json=options["json"])
        except Exception as error:
            # Whatever went wrong, nothing is known of the file: 1 would say that it is not valid.
            self._refuse(error, as_json=options["json"])
            if options["traceback"]:
                traceback.print_exc()
            sys.exit(UNREADABLE)
        sys.exit(VALID if report.valid else INVALID)

    def _answer(self, report: Report, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report.as_json()))
        else:
            self._tell(report)

    def _refuse(self, error: Exception, *, as_json: bool) -> None:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        if not isinstance(error, (Unreadable, OSError, PlatformError)):
            words = f"modelhub itself failed: {type(error).__name__}: {words} --traceback tells where."
        with suppress(OSError):  # nobody may be listening any more
            if as_json:
                self.stdout.write(json.dumps({"valid": None, "error": words}))
            else:
                self.stderr.write(f"Could not be read: {words}")

    def _tell(self, report: Report) -> None:
        verdict = "Valid" if report.valid else "Not valid"
        self.stdout.write(
            f"{verdict} as {report.family.label} data for {report.purpose.value}: {report.rows:,} rows, about "
            f"{report.tokens:,} tokens, {report.size:,} bytes, SHA-256 {report.sha256}"
        )
        groups = (
            ("error", report.errors, report.error_totals),
            ("warning", report.warnings, report.warning_totals),
        )
        for word, findings, totals in groups:
            for finding in findings:
                place = f"line {finding.line}" if finding.line else "file"
                self.stdout.write(f"{place}: {word} [{finding.code}] {finding.message}")
            if totals:
                self.stdout.write(f"{word}s in all: {_counts(totals, report.estimates)}")


def _report(source: str, base: str, purpose: str) -> Report:
    chunks, modalities = _chunks(source), _modalities(base)
    return check(chunks, family_of(base, modalities), purpose, limits=limits_of(base, purpose, modalities))


def _counts(totals: Mapping[str, int], about: Collection[str]) -> str:
    return ", ".join(
        f"{code} {'about ' if code in about else ''}{count:,}" for code, count in sorted(totals.items())
    )


def _chunks(source: str) -> Iterator[bytes]:
    """Open now, so that what cannot be read is told before anything else; read later."""
    if not source.lower().startswith("s3:"):
        return _file_chunks(Path(source).open("rb"))
    try:
        place = place_of(source)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    there = storage.look(place)
    if there is None:
        raise Unreadable(f"There is no object at {place.uri}.")
    return storage.read(there)


def _file_chunks(file: Any) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def _modalities(base: str) -> list[str]:
    """As the page's check has them. A file can be checked before there is any database, by the model's name alone."""
    try:
        return modalities_of(base)
    except DatabaseError:
        return []
