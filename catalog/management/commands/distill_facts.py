"""``manage.py distill_facts SOURCE.json``: renew the bundled facts file from litellm's price table."""

import json
import os
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.distill import Distilled, SourceError, distil, parse, render
from catalog.facts import Platform
from catalog.traits import DATA_FILE

WAY_OUT = (
    "Take model_prices_and_context_window_backup.json out of a litellm wheel "
    "(`pip download --no-deps litellm`, then unzip) or correct the key. {target} is left as it was."
)


class Command(BaseCommand):
    help = "Distil litellm's model_prices_and_context_window_backup.json into catalog/data/model_facts.json."
    requires_system_checks = ()  # a broken database must not stop it: it touches one file

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="path of litellm's JSON file")
        parser.add_argument("--as-of", default="", help="day of the facts, YYYY-MM-DD (default: today)")
        parser.add_argument("--source-version", default="", help="litellm's version, such as 1.109.1")
        parser.add_argument("--output", default=str(DATA_FILE), help="file to write (default: ours)")

    def handle(self, *args: Any, **options: Any) -> None:
        source, target = Path(options["source"]), Path(options["output"])
        as_of = _day(options["as_of"])
        try:
            distilled = distil(parse(source.read_text(encoding="utf-8")))
        except OSError as error:
            raise CommandError(
                f"Can't read {source}: {error.strerror}. Give the path of the file."
            ) from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{source}: it is not UTF-8 text. {WAY_OUT.format(target=target)}") from error
        except SourceError as error:
            raise CommandError(f"{source}: {error}. {WAY_OUT.format(target=target)}") from error
        before = _ids(target)
        _replace(target, render(distilled.models, as_of=as_of, version=options["source_version"]))
        self.stdout.write(_summary(distilled, before, target))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else datetime.now(UTC).date()
    except ValueError:
        raise CommandError(f"--as-of {text!r} is no date; write it as YYYY-MM-DD.") from None


def _ids(target: Path) -> set[str]:
    """The ids that the present file holds; empty when there is none or it can't be read."""
    try:
        models = json.loads(target.read_text(encoding="utf-8"))["models"]
        return {f"{platform}/{name}" for platform in models for name in models[platform]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _replace(target: Path, text: str) -> None:
    """Write beside the file, then rename: a reader sees the old file or the new one, never a part."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(target)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise CommandError(f"Can't write {target}: {error.strerror}. Choose another --output.") from error


def _summary(distilled: Distilled, before: set[str], target: Path) -> str:
    now = {f"{platform}/{name}" for platform, entries in distilled.models.items() for name in entries}
    counts = ", ".join(f"{len(distilled.models[platform])} {platform.label}" for platform in Platform)
    skipped = ", ".join(f"{count} {why}" for why, count in sorted(distilled.skipped.items())) or "nothing"
    return (
        f"{target}: {counts} models ({len(now - before)} new, {len(before - now)} gone).\n"
        f"Left out: {skipped}."
    )
