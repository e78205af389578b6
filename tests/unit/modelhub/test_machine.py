"""What `make run` asks of the machine."""

import os
import re
import socket

import pytest

from modelhub.machine import Refusal, free_port, lock, port_number, read_dot_env, why_not_listen


@pytest.mark.parametrize("word", ["abc", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(word):
    with pytest.raises(Refusal, match=re.escape(f"PORT={word} is no port")):
        port_number(word)


def test_a_lock_is_free_again_when_its_holder_has_ended(tmp_path):
    descriptor = lock(tmp_path / "run.lock", "http://127.0.0.1:1")
    with pytest.raises(Refusal, match=f"process {os.getpid()} on http://127.0.0.1:1"):
        lock(tmp_path / "run.lock", "http://127.0.0.1:2")
    os.close(descriptor)
    os.close(lock(tmp_path / "run.lock", "http://127.0.0.1:2"))


def test_the_dot_env_is_read_as_the_settings_read_it(tmp_path):
    file = tmp_path / ".env"
    file.write_text("# note\nA=1\nexport B='two words'\nC=\"x=y\"\nD=\nno assignment\n#E=5\n")
    assert read_dot_env(file) == {"A": "1", "B": "two words", "C": "x=y", "D": ""}
    assert read_dot_env(tmp_path / "missing") == {}


def test_a_free_port_is_the_wished_one_when_nobody_has_it():
    wish = free_port()
    assert free_port(wish) == wish
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", wish))
        listener.listen()
        assert why_not_listen(wish) == "is taken"
        assert free_port(wish) != wish
