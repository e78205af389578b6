"""``python -m tests.chaos PART …``: one of the harness's parts; each has its own ``--help``."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from importlib.util import find_spec

PARTS = ("run", "awake", "races", "money", "broker", "recovery")


def main() -> int:
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    if part not in PARTS or find_spec(f"tests.chaos.{part}") is None:
        print(f"usage: python -m tests.chaos {{{','.join(PARTS)}}} …", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # databases and sandboxes are tidied up even then
    found: int = import_module(f"tests.chaos.{part}").main(sys.argv[2:])
    return found


if __name__ == "__main__":
    sys.exit(main())
