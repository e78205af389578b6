"""``manage.py check_dataset``: the same rules from the shell, with exit codes and JSON for scripts."""

import json

import pytest
from django.core.management import load_command_class

from .rows_for_tests import LLAMA, NOVA, good

pytestmark = pytest.mark.django_db


@pytest.fixture
def shell(tmp_path, capsys):
    """Run the command on a file with this content; returns (exit code, standard output, standard error)."""

    def shell(*arguments, data=None):
        if data is not None:
            path = tmp_path / "data.jsonl"
            path.write_bytes(data)
            arguments = (str(path), *arguments)
        command = load_command_class("customization", "check_dataset")
        with pytest.raises(SystemExit) as left:
            command.run_from_argv(["manage.py", "check_dataset", *arguments])
        captured = capsys.readouterr()
        return left.value.code, captured.out, captured.err

    return shell


def test_a_valid_file_exits_with_0(shell):
    code, out, _ = shell("--base-model", NOVA, data=good())
    assert code == 0
    assert "Valid as Nova conversation data" in out
    assert "40 rows" in out


def test_an_invalid_file_exits_with_1_and_names_line_and_way_out(shell):
    code, out, _ = shell("--base-model", NOVA, data=good() + b"oops\n")
    assert code == 1
    assert "line 41: error [bad_json]" in out
    assert "errors in all: bad_json 1" in out


def test_json_has_what_scripts_need(shell):
    code, out, _ = shell(
        "--base-model", LLAMA, "--purpose", "validation", "--json", data=good(LLAMA) + b"[]\n"
    )
    report = json.loads(out)
    assert code == 1
    assert report["valid"] is False
    assert report["rows"] == 41
    assert report["tokens"] > 0
    assert report["errors"] == [
        {"line": 41, "code": "not_an_object", "message": report["errors"][0]["message"]}
    ]
    assert report["warnings"] == []


@pytest.mark.parametrize("source", ["/nowhere/at/all.jsonl", "/", "s3://bucket-only", "s3:///key"])
def test_what_cannot_be_read_exits_with_2(shell, source):
    code, _, err = shell(source, "--base-model", NOVA)
    assert code == 2
    assert "Could not be read" in err


def test_what_cannot_be_read_is_json_too(shell):
    code, out, _ = shell("/nowhere.jsonl", "--base-model", NOVA, "--json")
    assert code == 2
    assert json.loads(out)["valid"] is None
