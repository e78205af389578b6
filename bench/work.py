"""``python -m bench.work PART FILE``: measure one part in a process of its own and write its lines as JSON."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from bench.pairs import Comparison
from bench.size import FULL, SMOKE, Size

Measure = Callable[[Size], Iterator[Comparison]]


def main(part: str, file: Path, size: Size) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # programs it has started are ended even then
    django.setup()
    if not settings.STATIC_ROOT.exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    # Only now: what it measures needs Django to be set up.
    compare: Measure = import_module(f"bench.{part}").compare
    with file.open("a", encoding="utf-8") as lines:
        for comparison in compare(size):
            lines.write(json.dumps(comparison.as_json()) + "\n")
            lines.flush()
            sys.stderr.write(".")
            sys.stderr.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), SMOKE if "--smoke" in sys.argv else FULL)
