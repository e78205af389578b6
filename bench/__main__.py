"""``python -m bench``: measure every part in a process of its own, print the table, keep the figures.

``--smoke`` (or SMOKE=1) is tiny and shows only that everything works. ``--only list_page poll`` chooses parts.
With TEST_DATABASE_URL set, the parts that use a database are measured on PostgreSQL as well.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from bench import report, scratch
from bench.pairs import Comparison, from_json

BASE = Path(__file__).resolve().parent.parent
PARTS = ("list_page", "poll", "syncing", "serving", "starting")
ON_POSTGRES = ("list_page", "poll", "syncing", "serving")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--smoke", action="store_true", default=os.environ.get("SMOKE", "") not in ("", "0"))
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # scratch places are tidied up even then
    for folder in ("modelhub", "catalog", "customization", "sandbox", "bench"):
        compileall.compile_dir(BASE / folder, quiet=2)
    with tempfile.TemporaryDirectory(prefix="modelhub-bench-") as folder:
        lines = Path(folder) / "lines.json"
        lines.touch()
        failed = _measure(Path(folder), lines, options.only, options.smoke)
        found = [from_json(json.loads(line)) for line in lines.read_text(encoding="utf-8").splitlines()]
    _show(found, options.smoke)
    for part in failed:
        print(f"bench: {part} could not be measured: see above", file=sys.stderr)
    return 1 if failed else 0


def _measure(folder: Path, lines: Path, parts: Iterable[str], smoke: bool) -> list[str]:
    """Measure the parts one after the other; return those that failed."""
    failed = []
    with scratch.sqlite(folder) as url:
        failed += [part for part in parts if not _work(part, folder, lines, url, smoke)]
    server = os.environ.get("TEST_DATABASE_URL", "")
    wanted = [part for part in parts if part in ON_POSTGRES] if server.startswith("postgres") else []
    for part in wanted:
        with scratch.postgres(server) as url:
            if not _work(part, folder, lines, url, smoke):
                failed.append(f"{part} on PostgreSQL")
    return failed


def _work(part: str, folder: Path, lines: Path, url: str, smoke: bool) -> bool:
    print(f"{part} on {url.partition(':')[0]} ", end="", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "bench.work", part, str(lines), *(["--smoke"] if smoke else [])]
    for file in folder.glob("bench_*"):
        file.unlink()
    worker = subprocess.Popen(command, env=scratch.environment(folder, url), cwd=BASE)
    try:
        return worker.wait() == 0
    finally:
        worker.terminate()  # when we are ended ourselves: it ends what it has started first
        worker.wait(60)
        print(file=sys.stderr)


def _show(found: list[Comparison], smoke: bool) -> None:
    print(report.table(found))
    for name, value in report.machine().items():
        print(f"{name}: {value}")
    if smoke:
        print("A smoke run: it shows that everything works; its figures mean nothing.")
        return
    file = report.save(BASE / "var" / "bench", found, datetime.now().astimezone())
    print(f"every pair: {file.relative_to(BASE)}")


if __name__ == "__main__":
    sys.exit(main())
