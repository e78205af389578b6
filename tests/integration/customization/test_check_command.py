"""``manage.py check_dataset s3://…``: the same door to S3 as the worker's, and the same rules."""

import pytest
from django.core.management import call_command
from django.db import OperationalError

from customization.datasets import Family
from customization.management.commands import check_dataset
from tests.integration.customization.conftest import BASE, BUCKET, green_base, put, rows

pytestmark = pytest.mark.django_db


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


def test_a_file_can_be_checked_before_there_is_a_database(shell, monkeypatch, tmp_path):
    def nowhere(_base):
        raise OperationalError("no such table: catalog_model")

    monkeypatch.setattr(check_dataset, "modalities_of", nowhere)
    file = tmp_path / "rows.jsonl"
    file.write_bytes(rows(12))
    assert shell(str(file), "--base-model", BASE)[0] == 0
