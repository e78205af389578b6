"""What `make run` asks of the machine: a lock, a free port, an answer over HTTP, a .env. Standard library only."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import socket
import time
from pathlib import Path

LOCALHOST = "127.0.0.1"
MIN_PORT, MAX_PORT = 1, 65_535
TIDY_UP = 10.0
_ASSIGNMENT = re.compile(r"(?:export )?([A-Za-z_0-9]+)=(.*)")


class Refusal(Exception):
    """We can't start or go on; ``str()`` is the one line that says why and what to do."""


def read_dot_env(file: Path) -> dict[str, str]:
    """Read KEY=value lines as the settings do (django-environ would cost the supervisor 10 MB)."""
    found: dict[str, str] = {}
    for line in file.read_text().splitlines() if file.is_file() else ():
        if match := _ASSIGNMENT.fullmatch(line):
            name, value = match.groups()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
            found[name] = value[1:-1] if quoted else value
    return found


def lock(file: Path, address: str) -> int:
    """Hold ``file`` for as long as this process lives; Refusal, naming the other process, when another one does."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + TIDY_UP
    while not _locked(descriptor):
        other = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
        pid = other.partition(" ")[0]
        # Killed with SIGKILL, its guardian is still ending the children: that takes seconds.
        if (pid.isdecimal() and Path(f"/proc/{pid}").exists()) or time.monotonic() > deadline:
            os.close(descriptor)
            raise Refusal(f"modelhub already runs here (process {other}): use that one, or stop it first.")
        time.sleep(0.1)
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()} on {address}\n".encode(), 0)
    return descriptor


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def port_number(word: str) -> int:
    """Read PORT; Refusal when it is no port."""
    if word.isdecimal() and MIN_PORT <= int(word) <= MAX_PORT:
        return int(word)
    raise Refusal(
        f"PORT={word} is no port: use a number from {MIN_PORT} to {MAX_PORT}, as in `make run PORT=8123`."
    )


def why_not_listen(port: int) -> str:
    """Say in words why nobody could listen on ``port`` now; "" when it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError as error:
            return "is taken" if error.errno == errno.EADDRINUSE else f"can't be used ({error.strerror})"
    return ""


def free_port(wish: int = 0) -> int:
    """Return ``wish`` when it is free, else a free port."""
    if wish and not why_not_listen(wish):
        return wish
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody accepts connections on ``port``."""
    try:
        with socket.create_connection((LOCALHOST, port), timeout=1):
            return True
    except OSError:
        return False


def answers(port: int, path: str) -> bool:
    """Whether GET ``path`` is answered with 200 (a bare socket: http.client would cost 3 MB for good)."""
    try:
        with socket.create_connection((LOCALHOST, port), timeout=1) as connection:
            connection.settimeout(3)
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
            )
            return b" 200 " in connection.recv(64)
    except OSError:
        return False
