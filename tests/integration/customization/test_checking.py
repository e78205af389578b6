"""Checking a file in the worker: what it finds, and what happens when somebody or something interferes."""

from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from catalog.platforms import aws
from customization import checking, jobs, s3_files, uploads
from customization.models import Dataset
from customization.tasks import STEPS, check_dataset, tick
from modelhub.celery import app
from tests.integration.customization.conftest import Killed, put, rows

pytestmark = pytest.mark.django_db

CAPTION = b'{"image-ref": "s3://b/x.png", "caption": "A cat"}\n'


@pytest.fixture
def arrived(world, base):
    def go(body: bytes, key: str = "train.jsonl", purpose: str = "training") -> Dataset:
        uri = put(key, body).uri
        return s3_files.refer(uri=uri, purpose=purpose, base=base, actor=None, now=world.now)

    return go


def checked(dataset: Dataset, now) -> Dataset:
    checking.run_check(dataset, now)
    return Dataset.objects.get(pk=dataset.pk)


def test_a_good_file_is_valid_and_counted(world, arrived):
    found = checked(arrived(rows(20)), world.now)
    assert (found.state, found.rows, found.report["valid"], found.next_check_at) == ("valid", 20, True, None)
    assert found.tokens
    assert len(found.sha256) == 64
    assert found.fingerprint
    assert found.bytes_checked == found.size


def test_errors_are_told_by_line(world, arrived):
    found = checked(arrived(rows(10) + b'{"messages": 7}\n'), world.now)
    assert found.state == "invalid"
    assert {error["line"] for error in found.report["errors"]} == {11}


def test_data_of_another_family_is_called_by_its_name(world, arrived, as_admin):
    found = checked(arrived(CAPTION * 10), world.now)
    assert (found.state, found.report["detected_family"]) == ("invalid", "image-caption")
    page = as_admin.get(f"/custom/datasets/{found.pk}/").content.decode()
    assert "image/caption" in page
    assert "Nova conversation" in page


def test_an_object_that_was_replaced_is_not_checked(world, base):
    aws.client("s3").create_bucket(Bucket="training-data")
    uri = put("train.jsonl", rows(), bucket="training-data").uri
    dataset = s3_files.refer(uri=uri, purpose="training", base=base, actor=None, now=world.now)
    put("train.jsonl", rows(11), bucket="training-data")
    found = checked(dataset, world.now)
    assert found.state == "unreadable"
    assert "was replaced since it arrived" in found.trouble


def test_where_s3_keeps_versions_the_very_version_that_arrived_is_checked(world, arrived, base):
    dataset = arrived(rows())
    put("train.jsonl", rows(11))
    assert dataset.version_id
    assert checked(dataset, world.now).rows == 10
    job = jobs.create(name="x", base=base, training=Dataset.objects.get(), now=world.now)
    world.tick()
    job.refresh_from_db()
    assert "has changed since it was checked" in job.failure


def test_an_object_that_vanished_is_told(world, arrived):
    dataset = arrived(rows())
    Dataset.objects.update(key="nowhere.jsonl")
    dataset.refresh_from_db()
    assert checked(dataset, world.now).state == "unreadable"


@pytest.mark.parametrize("kind", ["error500", "closed", "throttle", "html503", "expired", "html200"])
def test_passing_trouble_is_told_and_tried_again(world, arrived, kind):
    dataset = arrived(rows())
    world.control.fail(kind, platform="s3", operation="GetObject")
    found = checked(dataset, world.now)
    assert (found.state, found.next_check_at > world.now) == ("uploaded", True)
    assert "tried again by itself" in found.trouble
    assert checking.due_checks(world.now) == []
    (again,) = checking.due_checks(world.wait(60))
    found = checked(again, world.now)
    assert (found.state, found.trouble) == ("valid", "")


def test_the_pauses_between_tries_grow(world, arrived):
    dataset = arrived(rows())
    world.control.fail("error500", platform="s3", operation="GetObject", times=None)
    pauses = []
    for _ in range(9):
        found = checked(dataset, world.now)
        pauses.append((found.next_check_at - world.now).total_seconds())
        world.wait(pauses[-1])
        dataset = found
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    world.control.clear_faults()
    found = checked(dataset, world.now)
    assert (found.state, found.report["valid"]) == ("valid", True)


def test_what_may_not_be_read_is_told_at_once(world, arrived):
    dataset = arrived(rows())
    world.control.fail("denied", platform="s3", operation="GetObject")
    found = checked(dataset, world.now)
    assert (found.state, found.next_check_at) == ("unreadable", None)
    assert "Access Denied" in found.trouble


def test_a_second_delivery_finds_the_file_taken(world, arrived):
    dataset = arrived(rows())
    stale = Dataset.objects.get(pk=dataset.pk)
    assert checked(dataset, world.now).state == "valid"
    world.control.clear_ledger()
    checking.run_check(stale, world.now)
    check_dataset(dataset.pk)
    assert world.control.ledger() == []


def test_a_second_delivery_in_the_middle_of_a_check_does_not_begin_another(world, arrived):
    dataset = arrived(rows())
    Dataset.objects.filter(pk=dataset.pk).update(
        state="checking", next_check_at=world.now + checking.LOST_AFTER
    )
    checking.run_check(Dataset.objects.get(), world.wait(5))
    assert not world.calls("GetObject")
    assert Dataset.objects.get().state == "checking"


def test_a_killed_checker_is_missed_after_three_minutes(world, arrived, monkeypatch):
    dataset = arrived(rows())

    def die(*_args, **_options):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(checking, "check", die)
        with pytest.raises(Killed):
            checking.run_check(dataset, world.now)
    assert Dataset.objects.get().state == "checking"
    assert checking.due_checks(world.wait(170)) == []
    (lost,) = checking.due_checks(world.wait(11))
    assert checked(lost, world.now).state == "valid"


def test_a_checker_that_was_given_up_and_comes_back_writes_nothing(world, arrived, monkeypatch):
    dataset = arrived(rows())
    real = checking.check

    def overtaken(*args, **options):
        """While this one reads, three silent minutes pass and another begins."""
        (lost,) = checking.due_checks(world.wait(181))
        Dataset.objects.filter(pk=lost.pk).update(next_check_at=world.now + checking.LOST_AFTER)
        return real(*args, **options)

    monkeypatch.setattr(checking, "check", overtaken)
    found = checked(dataset, world.now)
    assert (found.state, found.rows, found.report) == ("checking", None, {})


def test_a_check_that_is_cancelled_in_the_middle_stops_and_says_nothing(world, arrived, monkeypatch):
    monkeypatch.setattr(checking, "TELL_EVERY", 0)
    dataset = arrived(rows(20_000))
    real = checking.storage.read

    def cancelled_meanwhile(stored):
        for chunk in real(stored):
            uploads.cancel(Dataset.objects.get())
            yield chunk

    monkeypatch.setattr(checking.storage, "read", cancelled_meanwhile)
    found = checked(dataset, world.now)
    assert (found.state, found.report, found.rows) == ("aborted", {}, None)


def test_progress_is_told_and_keeps_the_checker_alive(world, arrived, monkeypatch):
    monkeypatch.setattr(checking, "TELL_EVERY", 0)
    dataset = arrived(rows(12_000))
    told = []
    real = checking.check

    def check(chunks, *args, on_progress, **options):
        def note(done):
            on_progress(done)
            told.append(Dataset.objects.get().bytes_checked)

        return real(chunks, *args, on_progress=note, **options)

    monkeypatch.setattr(checking, "check", check)
    assert checked(dataset, world.now).state == "valid"
    assert len(told) > 1
    assert told == sorted(told)


def test_a_defect_of_ours_ends_in_words_not_in_a_loop(world, arrived, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr(checking, "check", broken)
    found = checked(arrived(rows()), world.now)
    assert (found.state, found.next_check_at) == ("unreadable", None)
    assert "modelhub itself failed" in found.trouble


def test_files_on_their_way_up_are_not_checked(world, base):
    dataset = uploads.begin(filename="x", size=10, purpose="training", base=base, actor=None, now=world.now)
    Dataset.objects.update(next_check_at=world.now)
    dataset.refresh_from_db()
    assert checking.due_checks(world.now) == []
    checking.run_check(dataset, world.now)
    assert Dataset.objects.get().state == "uploading"


def test_the_tick_looks_at_files_even_when_the_platform_is_down(world, arrived):
    arrived(rows())
    Dataset.objects.update(next_check_at="2020-01-01T00:00:00Z")
    world.control.fail("error500", platform="bedrock", times=None)
    app.conf.task_always_eager = True
    try:
        tick()
    finally:
        app.conf.task_always_eager = False
    assert Dataset.objects.get().state == "valid"


# ---- what a file may do to the report ----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["\\ud800", "\\u0000", "\\u001b[31m"])
def test_whatever_a_key_is_the_report_is_stored_and_shown(world, arrived, as_admin, key):
    """PostgreSQL takes neither NUL nor half a character; no page can send the latter."""
    found = checked(arrived(b'{"%s": 1, "messages": []}\n' % key.encode()), world.now)
    assert (found.state, found.next_check_at) == ("invalid", None)
    page = as_admin.get(f"/custom/datasets/{found.pk}/").content.decode()
    assert f"Unknown key &quot;{key}&quot;" in page


def test_a_report_that_can_not_be_stored_ends_in_words_not_in_a_loop(world, arrived, monkeypatch):
    def broken(*_args):
        raise ValueError("unsupported Unicode escape sequence")

    monkeypatch.setattr(checking, "_record", broken)
    found = checked(arrived(rows()), world.now)
    assert (found.state, found.next_check_at) == ("unreadable", None)


def test_a_check_that_takes_too_long_says_so(world, arrived, monkeypatch):
    def slow(*_args, **_options):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(checking, "check", slow)
    found = checked(arrived(rows()), world.now)
    assert (found.state, found.trouble) == ("unreadable", checking.TOO_LONG)


@pytest.mark.parametrize(
    ("kind", "said"), [("denied", "modelhub may not read it"), ("notfound", "Upload it again")]
)
def test_what_can_not_be_read_has_words_of_its_own(world, arrived, kind, said):
    dataset = arrived(rows())
    if kind == "denied":
        world.control.fail(kind, platform="s3", operation="GetObject")
    else:
        Dataset.objects.update(key="nowhere.jsonl")
        dataset.refresh_from_db()
    trouble = checked(dataset, world.now).trouble
    assert said in trouble
    assert "sync" not in trouble


# ---- never more at once than leave the tick a place --------------------------------------------------------


@pytest.fixture
def sent(monkeypatch):
    """What the tick hands to workers: (arguments, options)."""
    found = []
    monkeypatch.setattr(check_dataset, "apply_async", lambda args, **options: found.append((args, options)))
    return found


def start_checks(now):
    (step,) = [step for step in STEPS if step.__name__ == "_start_checks"]
    step(now)


def test_one_check_is_handed_out_and_the_others_wait_until_it_is_done(world, arrived, sent):
    first, second = arrived(rows(), "a.jsonl"), arrived(rows(), "b.jsonl")
    for _ in range(5):
        start_checks(world.wait(5))
    [((pk, ticket), options)] = sent
    assert (pk, options) == (first.pk, {"expires": 60})
    check_dataset(pk, ticket)
    assert Dataset.objects.get(pk=first.pk).state == "valid"
    start_checks(world.wait(5))
    assert [args[0] for args, _ in sent] == [first.pk, second.pk]


def test_a_check_under_way_keeps_its_place_and_one_that_was_lost_gives_it_back(world, arrived, sent):
    running, waiting = arrived(rows(), "a.jsonl"), arrived(rows(), "b.jsonl")
    Dataset.objects.filter(pk=running.pk).update(
        state="checking", next_check_at=world.now + checking.LOST_AFTER
    )
    start_checks(world.now)
    assert sent == []
    start_checks(world.wait(200))
    assert len(sent) == 1
    assert Dataset.objects.filter(pk=waiting.pk, state="uploaded").exists() == (sent[0][0][0] == running.pk)


def test_more_places_more_checks(world, arrived, sent, settings):
    settings.CHECKS_AT_ONCE = 2
    for name in "abc":
        arrived(rows(), f"{name}.jsonl")
    start_checks(world.now)
    assert len(sent) == 2


def test_a_message_that_nobody_took_is_sent_again_and_the_old_one_is_worth_nothing(world, arrived, sent):
    dataset = arrived(rows())
    start_checks(world.now)
    start_checks(world.wait(61))
    (stale, _), (fresh, _) = sent
    check_dataset(*stale)
    assert Dataset.objects.get(pk=dataset.pk).rows is None
    check_dataset(*fresh)
    assert Dataset.objects.get(pk=dataset.pk).rows == 10


def test_two_ticks_that_take_different_files_at_once_do_not_fill_both_places(world, arrived, monkeypatch):
    first, second = arrived(rows(), "a.jsonl"), arrived(rows(), "b.jsonl")
    monkeypatch.setattr(checking, "due_checks", lambda now: [first])
    assert len(checking.hand_out(world.now)) == 1
    monkeypatch.setattr(
        checking, "due_checks", lambda now: [second]
    )  # it looked before the other took its file
    assert checking.hand_out(world.now) == []
    second.refresh_from_db()
    assert (second.state, second.next_check_at) == ("uploaded", world.now)


def test_check_now_wakes_what_waits_and_leaves_finished_reports(world, arrived, logged_in, superuser):
    states = ("uploaded", "unreadable", "valid", "checking", "uploading")
    for state in states:
        dataset = arrived(rows(), f"{state}.jsonl")
        later = world.now + timedelta(days=9)
        Dataset.objects.filter(pk=dataset.pk).update(state=state, next_check_at=later)
    chosen = {"action": "check_now", "_selected_action": list(Dataset.objects.values_list("pk", flat=True))}
    page = logged_in(superuser).post("/admin/customization/dataset/", chosen, follow=True).content.decode()
    assert "2 files are checked now" in page
    soon = Dataset.objects.exclude(next_check_at=later)
    assert set(soon.values_list("filename", "state")) == {
        ("uploaded.jsonl", "uploaded"),
        ("unreadable.jsonl", "uploaded"),
    }
