"""``python -m sandbox`` as its own process."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.client import SandboxControl

ROOT = Path(__file__).parents[2]


def test_it_says_one_line_when_ready_and_is_ready_then(run):
    process, url = run()
    assert SandboxControl(url).health()["status"] == "ok"
    process.terminate()
    rest, complaints = process.communicate(timeout=5)
    assert (rest, complaints, process.returncode) == ("", "", 0)


def test_a_signal_in_the_first_instant_is_not_lost(run):
    for _ in range(5):
        process, _ = run()
        process.terminate()
        assert process.wait(timeout=5) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_and_quietly_even_with_a_connection_held(run, number):
    process, url = run()
    control = SandboxControl(url)
    control.fail("timeout", seconds=600)
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as held:
        held.sendall(b"GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n\r\n")
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=5) == 0
    assert time.monotonic() - began < 1


def test_state_and_objects_survive_sigkill(run, tmp_path, aws_client):
    process, url = run("--state", str(tmp_path))
    SandboxControl(url).publish_model("openai", "gpt-7")
    SandboxControl(url).fail("denied", platform="iam", times=5)
    aws_client("s3", url).put_object(Bucket="modelhub-sandbox", Key="train.jsonl", Body=b"{}\n")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _, url = run("--state", str(tmp_path))
    assert SandboxControl(url).model("openai", "gpt-7")
    assert SandboxControl(url).faults()[0]["times"] == 5
    assert SandboxControl(url).ledger()[-1]["operation"] == "PutObject"
    found = aws_client("s3", url).get_object(Bucket="modelhub-sandbox", Key="train.jsonl")
    assert found["Body"].read() == b"{}\n"


def test_a_taken_port_gives_one_clear_line_and_exit_code_2():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        command = [sys.executable, "-m", "sandbox", "--port", port]
        ended = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=10)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert f"port {port} on 127.0.0.1 is taken" in ended.stderr


def test_the_region_is_in_every_arn(run, aws_client):
    _, url = run("--region", "eu-central-1")
    models = aws_client("bedrock", url).list_foundation_models()["modelSummaries"]
    assert all(model["modelArn"].startswith("arn:aws:bedrock:eu-central-1::") for model in models)


def test_it_stays_light_until_s3_is_used(run):
    """moto alone takes 50 MB; a sandbox that only lists models must not pay for it."""
    process, url = run()
    SandboxControl(url).models("bedrock")
    status = Path(f"/proc/{process.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    assert resident < 45 * 1024
