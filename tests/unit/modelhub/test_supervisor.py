"""Children are kept alive together and end together; tests/integration/test_run.py has the real ones."""

import os
import sys
import time
from pathlib import Path

import pytest

from modelhub.supervisor import Child, KeepsDying, Supervisor, fresh_log


def is_gone(pid):
    """A zombie that waits for its reaper counts as gone."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def eventually(look, limit=10.0):
    deadline = time.monotonic() + limit
    while not (seen := look()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return seen


def child(tmp_path, script):
    return Child("worker", [sys.executable, "-c", script], dict(os.environ), fresh_log(tmp_path, "worker"))


def test_one_that_dies_again_and_again_ends_everything_with_the_end_of_its_log(tmp_path):
    clock = iter(range(0, 10_000, 20))
    said = []
    supervisor = Supervisor(said.append, now=lambda: float(next(clock)))
    dying = child(tmp_path, "raise SystemExit('no broker here')")
    supervisor.start(dying)

    def look_after_it_for_ever():
        while True:
            if dying.process:
                dying.process.wait(10)
            supervisor.look_after()

    try:
        with pytest.raises(KeepsDying, match=r"(?s)worker ended \(exit code 1\) 5 times.*no broker here"):
            look_after_it_for_ever()
    finally:
        supervisor.stop()
    assert [line.partition(";")[0] for line in said] == [
        f"worker ended (exit code 1): starting it again in {pause} s" for pause in (1, 2, 4, 8)
    ]


def test_a_child_that_ignores_sigterm_is_killed_with_its_own_children(tmp_path, monkeypatch):
    monkeypatch.setattr("modelhub.supervisor.PATIENCE", 0.5)
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print('child', other.pid, flush=True); time.sleep(60)"
    )
    supervisor = Supervisor(lambda _line: None)
    started = child(tmp_path, stubborn)
    supervisor.start(started)
    eventually(lambda: started.log.read_text().endswith("\n"))
    grandchild = int(started.log.read_text().split()[1])
    supervisor.stop()
    assert is_gone(started.process.pid)
    eventually(lambda: is_gone(grandchild))


def test_a_log_that_has_grown_big_is_emptied_at_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr("modelhub.supervisor.MAX_LOG", 10)
    (tmp_path / "web.log").write_text("x" * 11)
    (tmp_path / "beat.log").write_text("x" * 10)
    assert fresh_log(tmp_path, "web").read_text() == ""
    assert fresh_log(tmp_path, "beat").read_text() == "x" * 10
