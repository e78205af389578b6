"""``python -m sandbox``: the sandbox as a program of its own."""

import argparse
import errno
import signal
import sqlite3
import sys
from pathlib import Path

from sandbox.server import start


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8899, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="folder that survives restarts; without it, memory only")
    parser.add_argument("--region", default="us-east-1")
    options = parser.parse_args(arguments)
    # Blocked before any thread starts, then waited for: a handler that sets an Event can deadlock with the
    # very wait() it interrupts, because an Event's lock is not reentrant.
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)
    try:
        running = start(options.state, options.port, options.region, options.host)
    except (OSError, OverflowError, sqlite3.Error) as problem:
        sys.stderr.write(f"sandbox: {_sentence(problem, options.host, options.port)}\n")
        return 2
    sys.stdout.write(f"sandbox ready on {running.url}\n")
    sys.stdout.flush()
    signal.sigwait(endings)
    running.stop()
    return 0


def _sentence(problem: Exception, host: str, port: int) -> str:
    if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken; stop the other program or choose another with --port"
    return f"can't start on {host}:{port}: {problem}"


if __name__ == "__main__":
    sys.exit(main())
