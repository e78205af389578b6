"""A PostgreSQL cluster and a Redis of our own, in a folder of our own, to be killed and started at will."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

OWNER = "postgres"  # PostgreSQL refuses to run as root


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def eventually(check: Callable[[], object], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not check():
        if time.monotonic() > until:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(0.05)


class Postgres:
    """Listens on 127.0.0.1 only, trusts everybody there, and syncs its commits to disk as in production."""

    def __init__(self, folder: Path) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self._bin, self.folder, self.port = programs[-1], folder / "postgres", free_port()
        self.folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder, OWNER, OWNER)
            for parent in (folder, *folder.parents[:1]):
                parent.chmod(parent.stat().st_mode | 0o055)
        self._run(
            "initdb", "--auth", "trust", "--username", OWNER, "--no-instructions", "-D", str(self.folder)
        )
        self.start()

    @property
    def url(self) -> str:
        return f"postgres://{OWNER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self._run(
            "pg_ctl", "start", "-w", "-D", str(self.folder), "-l", str(self.folder / "log"), "-o", options
        )

    def restart(self, mode: str) -> None:
        """``fast`` ends every connection in order; ``immediate`` is a crash and a recovery from the log."""
        self.stop(mode)
        self.start()

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", str(self.folder))

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        if os.geteuid() == 0:
            owner = pwd.getpwnam(OWNER)
            command = [
                "setpriv",
                f"--reuid={owner.pw_uid}",
                f"--regid={owner.pw_gid}",
                "--init-groups",
                *command,
            ]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=120)


class Redis:
    """Keeps nothing on disk: a restart loses every message."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        log = str(self.folder / "redis.log")
        command = ["/usr/bin/redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                   "--appendonly", "no", "--dir", str(self.folder), "--logfile", log]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(self._answers, 30, "Redis answers")

    def kill(self, word: signal.Signals = signal.SIGKILL) -> None:
        self._process.send_signal(word)
        self._process.wait(30)

    def tell(self, *command: str) -> None:
        import redis

        with redis.Redis.from_url(self.url) as client:
            client.execute_command(*command)

    def stop(self) -> None:
        if self._process.poll() is None:
            self.kill()

    def _answers(self) -> bool:
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0
