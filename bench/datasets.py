"""``python -m bench.datasets [--smoke]``: how fast datasets are checked, and in how much memory.

A file of realistic Nova rows is checked by us and decoded by msgspec into typed rows; a file of plain messages is
checked by us and by ``together`` (1.5: deep; 3.1: shallow), in an environment of its own in a cache folder. Sides
alternate; every sample is a process of its own, its CPU time counts. The ratio is ours ÷ theirs in MB/s: higher is
better.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

from bench.pairs import alternate

BASE = Path(__file__).resolve().parent.parent
PEER = BASE / "bench" / "dataset_peer.py"
NOVA, CLAUDE = "amazon.nova-lite-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"
PEERS = ("1.5.35", "3.1.1")
MB = 1_000_000
MARK = "@number@"
MOST_MIB = 64.0
WORDS = re.findall(
    r"[a-z]+",
    """the customer asked whether parcel order refund invoice could be delivered before friday because of their address
    please check our policy which says that items may return within thirty days when unused and in original box so we
    will send label by email then confirm total amount paid including shipping costs discount voucher tax number""",
)


def conversations(size: int, *, mixed: bool) -> Iterator[tuple[str, list[str]]]:
    """(system, texts in turn) worth about ``size`` bytes: from single questions to long documents with Markdown.

    ``mixed``: one text in twenty, one row in five, holds letters beyond ASCII.
    """
    rnd = random.Random(7)
    made = 0
    while made < size:
        turns = rnd.choice((1, 1, 1, 2, 3))
        long = rnd.random() < 0.15
        texts = []
        for _ in range(turns):
            texts.append(_text(rnd, rnd.randint(200, 1500) if long else rnd.randint(8, 80), mixed=mixed))
            texts.append(_text(rnd, rnd.randint(20, 250), mixed=mixed, answer=True))
        system = _text(rnd, 20, mixed=mixed)
        made += len(system) + sum(map(len, texts)) + 100 + 90 * turns
        yield system, texts


def _text(rnd: random.Random, words: int, *, mixed: bool, answer: bool = False) -> str:
    text = " ".join(rnd.choices(WORDS, k=words)).capitalize() + "."
    if answer and words > 60:
        text = f'## Answer\n\n{text}\n\n- first point\n- second point\n\nSee the section "Returns".'
    if mixed and rnd.random() < 0.05:
        text += " Größe, 配送状況, “naïve” — ✓ 😀"
    return text


def nova_row(system: str, texts: list[str]) -> dict:
    turns = [
        {"role": ("user", "assistant")[index % 2], "content": [{"text": text}]}
        for index, text in enumerate(texts)
    ]
    turns[0]["content"][0]["text"] += f" ({MARK})"
    return {"schemaVersion": "bedrock-conversation-2024", "system": [{"text": system}], "messages": turns}


def plain_row(system: str, texts: list[str]) -> dict:
    turns = [{"role": ("user", "assistant")[index % 2], "content": text} for index, text in enumerate(texts)]
    turns[0]["content"] += f" ({MARK})"
    return {"messages": turns}


def write(path: Path, size: int, row: Callable[[str, list[str]], dict], *, mixed: bool = False) -> None:
    """A file of ``size`` bytes without equal rows: 32 MB of them, again and again with other numbers."""
    made = conversations(min(size, 32 * MB), mixed=mixed)
    rows = [json.dumps(row(*one), ensure_ascii=False).encode().split(MARK.encode()) for one in made]
    number = written = 0
    with path.open("wb") as file:
        while written < size:
            before, after = rows[number % len(rows)]
            written += file.write(b"%b%d%b\n" % (before, number, after))
            number += 1


def sample(side: str, path: Path, python: str, base: str, peaks: dict[str, float]) -> float:
    """MB of the file per second of CPU time; notes the side's highest memory."""
    environment = {**os.environ, "BASE_MODEL": base, "PYTHONPATH": str(BASE), "TOGETHER_NO_BANNER": "1"}
    done = subprocess.run(
        [python, str(PEER), side, str(path)], env=environment, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    if found.get("passed") is False:
        raise RuntimeError(f"{side} refuses the file: nothing to compare")
    peaks[side] = max(peaks.get(side, 0.0), found["peak_mib"])
    return path.stat().st_size / MB / found["seconds"]


def environment_of(version: str) -> str:
    """The Python of an environment with this version of the peer, made once; "" when it cannot be made."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelhub-bench"
    folder = cache / f"together-{version}"
    python = folder / "bin" / "python"
    if not (folder / "done").exists():
        venv.create(folder, with_pip=True, clear=True)
        if subprocess.run(
            [python, "-m", "pip", "install", "-q", f"together=={version}"], check=False
        ).returncode:
            return ""
        (folder / "done").touch()
    return str(python)


def compare(what: str, theirs: str, path: Path, base: str, python: str, pairs: int, aim: float) -> bool:
    """Measure one comparison and print its line; False when its aim is missed."""
    peaks: dict[str, float] = {}
    found = alternate(
        partial(sample, "ours", path, sys.executable, base, peaks),
        partial(sample, theirs, path, python, base, peaks),
        pairs,
    )
    ratios = [ours / other for ours, other in found]
    met = median(ratios) >= aim and peaks["ours"] < MOST_MIB
    print(
        f"{what:44} ours {median(ours for ours, _ in found):6.0f} MB/s  "
        f"theirs {median(other for _, other in found):6.0f} MB/s  "
        f"ratio {median(ratios):5.2f} ({min(ratios):.2f}-{max(ratios):.2f}, {pairs} pairs), aim ≥ {aim:g}  "
        f"peak {peaks['ours']:.0f} MiB, theirs {peaks[theirs]:.0f}  {'met' if met else 'MISSED'}",
        flush=True,
    )
    return met


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.datasets", description=__doc__)
    parser.add_argument(
        "--smoke", action="store_true", help="5 MB, one pair: shows only that everything works"
    )
    parser.add_argument("--mb", type=int, default=1000, help="size of the files in MB")
    options = parser.parse_args()
    size, mixed_size, pairs = (5, 5, 1) if options.smoke else (options.mb, 100, 5)
    met = True
    with tempfile.TemporaryDirectory(prefix="modelhub-bench-") as folder:
        nova, plain = Path(folder) / "nova.jsonl", Path(folder) / "plain.jsonl"
        for what, mb, mixed in (("English", size, False), ("mixed languages", mixed_size, True)):
            write(nova, mb * MB, nova_row, mixed=mixed)
            name = f"msgspec typed rows, {what}, {mb} MB"
            met &= compare(name, "typed", nova, NOVA, sys.executable, pairs, 0.6)
        nova.unlink()
        write(plain, size * MB, plain_row)
        for version in PEERS:
            python = environment_of(version)
            if python:
                name = f"together {version}, {size} MB"
                met &= compare(name, "together", plain, CLAUDE, python, pairs, 1.5)
            else:
                print(f"together {version} could not be installed: not compared")
    return 0 if met or options.smoke else 1


if __name__ == "__main__":
    sys.exit(main())
