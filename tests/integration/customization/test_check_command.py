"""``manage.py check_dataset s3://…``: the same door to S3 as the worker's, and the same rules."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError

from customization.datasets import Family
from customization.datasets.fingerprint import Rows
from customization.management.commands import check_dataset
from tests.integration.customization.conftest import BASE, BUCKET, green_base, put, rows

pytestmark = pytest.mark.django_db
REAL_SETTINGS = {"DJANGO_SETTINGS_MODULE": "modelhub.settings"}


@pytest.fixture
def shell(world, capsys):
    """Run the command; returns (exit code, standard output, standard error)."""

    def shell(*arguments):
        with pytest.raises(SystemExit) as left:
            call_command("check_dataset", *arguments)
        captured = capsys.readouterr()
        return left.value.code, captured.out, captured.err

    return shell


@pytest.mark.parametrize("key", ["rows.jsonl", "a?b=c#d.jsonl", "//two/slashes.jsonl", "%41 ü.jsonl"])
def test_an_object_is_read_under_its_key_to_the_letter(shell, key):
    put(key, rows(12))
    code, out, _ = shell(f"s3://{BUCKET}/{key}", "--base-model", BASE)
    assert code == 0
    assert "12 rows" in out


def test_an_object_that_is_not_there_exits_with_2(shell):
    code, _, err = shell(f"s3://{BUCKET}/nothing.jsonl", "--base-model", BASE)
    assert code == 2
    assert f"There is no object at s3://{BUCKET}/nothing.jsonl." in err


def test_a_refusal_of_s3_exits_with_2(world, shell):
    put("rows.jsonl", rows())
    world.control.fail("denied", platform="s3", operation="GetObject")
    code, _, err = shell(f"s3://{BUCKET}/rows.jsonl", "--base-model", BASE)
    assert code == 2
    assert "Access Denied" in err


def test_a_nova_of_a_new_name_is_checked_as_the_page_checks_it(shell):
    put("rows.jsonl", b'{"messages": 7}\n' * 20)
    arguments = (f"s3://{BUCKET}/rows.jsonl", "--base-model", "amazon.nova-9-mini-v1:0")
    assert Family.UNKNOWN.label in shell(*arguments)[1]
    green_base(5, "amazon.nova-9-mini-v1:0", name="Nova 9 Mini", input_modalities=["TEXT"])
    code, out, _ = shell(*arguments)
    assert (code, Family.NOVA.label in out) == (1, True)


def test_what_goes_wrong_in_modelhub_is_not_said_of_the_file(shell, monkeypatch, tmp_path):
    monkeypatch.setattr(check_dataset, "check", lambda chunks, *_rules, **_limits: len(list(chunks)) / 0)
    file = tmp_path / "rows.jsonl"
    file.write_bytes(rows(12))
    code, out, err = shell(str(file), "--base-model", BASE)
    assert (code, out) == (2, "")
    assert "modelhub itself failed: ZeroDivisionError" in err
    code, out, err = shell(str(file), "--base-model", BASE, "--json", "--traceback")
    assert (code, json.loads(out)["valid"]) == (2, None)
    assert "Traceback" in err


def test_a_terminal_that_knows_ascii_only_is_told_all_the_same(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_bytes('{"é": "“"}\n'.encode() * 12)
    command = [sys.executable, "manage.py", "check_dataset", str(file), "--base-model", BASE]
    surroundings = {
        **os.environ,
        "PYTHONIOENCODING": "ascii",
        "SECRET_KEY": "x" * 50,
        "VAR_DIR": str(tmp_path),
        **REAL_SETTINGS,
    }
    told = subprocess.run(command, env=surroundings, cwd=settings.BASE_DIR, capture_output=True, check=False)
    assert (told.returncode, told.stdout.isascii()) == (1, True)
    assert b"\\xe9" in told.stdout
    told = subprocess.run([*command, "--json"], env=surroundings, cwd=settings.BASE_DIR, capture_output=True)
    assert (told.returncode, told.stdout.isascii()) == (1, True)
    assert "é" in json.dumps(json.loads(told.stdout), ensure_ascii=False)


def test_a_modelhub_that_is_not_set_up_says_nothing_of_the_file(tmp_path):
    surroundings = {
        **os.environ,
        "SECRET_KEY": "",
        "VAR_DIR": str(tmp_path),
        **REAL_SETTINGS,
    }
    command = [sys.executable, "manage.py", "check_dataset", "x.jsonl", "--base-model", BASE]
    told = subprocess.run(command, env=surroundings, cwd=settings.BASE_DIR, capture_output=True, check=False)
    assert told.returncode == 2
    assert b"SECRET_KEY is not set" in told.stderr
    assert b"Traceback" not in told.stderr


def test_an_estimate_of_duplicates_says_about(shell, monkeypatch, tmp_path):
    monkeypatch.setattr(Rows.__init__, "__defaults__", (40,))  # rows remembered
    file = tmp_path / "rows.jsonl"
    file.write_bytes(rows(400) * 2)
    _, out, _ = shell(str(file), "--base-model", BASE)
    assert "warnings in all: duplicate_row about " in out


def test_a_file_can_be_checked_before_there_is_a_database(shell, monkeypatch, tmp_path):
    def nowhere(_base):
        raise OperationalError("no such table: catalog_model")

    monkeypatch.setattr(check_dataset, "modalities_of", nowhere)
    file = tmp_path / "rows.jsonl"
    file.write_bytes(rows(12))
    assert shell(str(file), "--base-model", BASE)[0] == 0
