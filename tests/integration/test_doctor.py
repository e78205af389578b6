"""The doctor names what is wrong and what to do, and its exit code tells."""

import io
import json
import socket
import time
from datetime import timedelta

import pytest
from django.conf import settings as settings_of_project
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from catalog.platforms import aws
from catalog.platforms import openai as openai_platform
from catalog.platforms.base import AuthError, PermanentError, TransientError
from modelhub import doctor, endpoints, health
from modelhub.celery import app
from modelhub.models import Heartbeat


@pytest.fixture
def live_worker():
    """Messages are carried out at once."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def live_beat(db):
    Heartbeat.objects.create(name="beat", seen_at=timezone.now())


@pytest.fixture
def silent_platform(settings):
    """An address that accepts connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        settings.PLATFORM_ENDPOINTS = endpoints.resolve({}, f"http://127.0.0.1:{listener.getsockname()[1]}")
        aws.forget_clients()
        openai_platform.client.cache_clear()
        yield
    aws.forget_clients()
    openai_platform.client.cache_clear()


def examine_as_json():
    output = io.StringIO()
    code = 0
    try:
        call_command("doctor", "--json", stdout=output)
    except SystemExit as exit_:
        code = exit_.code
    return code, {finding["name"]: finding for finding in json.loads(output.getvalue())}


def test_all_is_well(sandbox, live_worker, live_beat):
    code, findings = examine_as_json()
    assert code == 0
    assert {finding["state"] for finding in findings.values()} == {"ok"}
    assert list(findings) == [
        "database",
        "broker",
        "worker",
        "beat",
        "AWS identity",
        "Bedrock",
        "S3 bucket",
        "Bedrock role",
        "Custom models",
        "Jobs",
        "Throughputs",
        "Deployments",
        "CloudWatch",
        "AWS prices",
        "OpenAI key",
    ]
    assert "foundation models offered in us-east-1 (sandbox)" in findings["Bedrock"]["message"]


def test_a_person_reads_one_line_a_check(sandbox, live_worker, live_beat, settings):
    settings.S3_BUCKET = ""
    output = io.StringIO()
    call_command("doctor", stdout=output)  # a warning is no failure
    lines = output.getvalue().splitlines()
    assert len(lines) == 15
    assert lines[0].startswith("✓ database: ")
    assert "! S3 bucket: not set → Set S3_BUCKET before custom models are made." in lines


def test_without_worker_and_beat_it_fails_and_says_what_to_start(sandbox, db, monkeypatch):
    monkeypatch.setattr(doctor, "WORKER_LIMIT", 0.2)
    code, findings = examine_as_json()
    assert code == 1
    assert findings["worker"]["state"] == "failed"
    assert "make run" in findings["worker"]["way_out"]
    assert findings["beat"]["message"] == "was never heard"


def test_a_beat_that_fell_silent_is_named(db):
    Heartbeat.objects.create(name="beat", seen_at=timezone.now() - timedelta(minutes=5))
    finding = doctor.beat()
    assert (finding.state, finding.message[:13]) == ("failed", "last heard at")


@pytest.mark.parametrize(
    ("words", "way_out"),
    [(health.NO_DATABASE, "DATABASE_URL"), (health.NOT_MIGRATED, "manage.py prepare")],
)
def test_a_database_out_of_order_is_named(monkeypatch, words, way_out):
    monkeypatch.setattr(health, "readiness", lambda: words)
    finding = doctor.database()
    assert finding.state == "failed"
    assert way_out in finding.way_out


def test_without_a_database_worker_and_beat_can_not_be_known(monkeypatch, db):
    def broken(*_args, **_kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(Heartbeat.objects, "filter", broken)
    assert doctor.worker().way_out == "Bring database and broker in order first."
    assert doctor.beat().state == "failed"


def test_a_dead_broker_is_named_without_its_password(settings, monkeypatch):
    address = "redis://:hunter2@127.0.0.1:1/0"
    settings.CELERY_BROKER_URL = address
    connect = app.connection_for_write
    monkeypatch.setattr(app, "connection_for_write", lambda: connect(address))
    finding = doctor.broker()
    assert finding.state == "failed"
    assert "CELERY_BROKER_URL" in finding.way_out
    assert "hunter2" not in str(finding)


def test_a_dead_platform_costs_one_line_each_and_not_the_answer(
    silent_platform, live_worker, live_beat, monkeypatch
):
    monkeypatch.setattr(doctor, "PLATFORM_LIMIT", 0.5)
    started = time.monotonic()
    code, findings = examine_as_json()
    assert time.monotonic() - started < 15  # the platforms' own clients would wait for 20
    assert code == 1
    assert findings["Bedrock"]["message"].startswith("no answer within")
    assert findings["OpenAI key"]["state"] == "failed"
    assert findings["database"]["state"] == "ok"


def test_expired_credentials_are_named(sandbox):
    sandbox.fail("expired", platform="bedrock", operation="ListFoundationModels", times=1)
    finding = doctor.ask("Bedrock", doctor.bedrock)
    assert finding.state == "failed"
    assert "credentials" in finding.way_out


def test_a_missing_bucket_is_named(sandbox, settings):
    settings.S3_BUCKET = "no-such-bucket"
    finding = doctor.ask("S3 bucket", doctor.bucket)
    assert finding.state == "failed"
    assert finding.way_out == "Create the bucket no-such-bucket in us-east-1, or correct S3_BUCKET."


def test_a_bucket_of_another_region_is_refused(settings, monkeypatch):
    class S3:
        def head_bucket(self, **_kwargs):
            return {"BucketRegion": "eu-west-1", "ResponseMetadata": {"HTTPHeaders": {}}}

    settings.S3_BUCKET = "training"
    monkeypatch.setattr(aws, "client", lambda _service: S3())
    finding = doctor.bucket()
    assert (finding.state, finding.message) == ("failed", "training is in eu-west-1")


def test_a_missing_role_is_named(sandbox, settings):
    settings.BEDROCK_ROLE_ARN = "arn:aws:iam::123456789012:role/Nobody"
    finding = doctor.ask("Bedrock role", doctor.role)
    assert (finding.state, finding.way_out) == ("failed", "Create the role, or correct BEDROCK_ROLE_ARN.")


def test_a_role_that_may_not_be_read_is_a_warning(settings, monkeypatch):
    class Iam:
        def get_role(self, **_kwargs):
            raise AuthError("not authorized to perform iam:GetRole", code="AccessDenied")

    settings.BEDROCK_ROLE_ARN = "arn:aws:iam::123456789012:role/Bedrock"
    monkeypatch.setattr(aws, "client", lambda _service: Iam())
    finding = doctor.role()
    assert (finding.state, finding.message) == ("warning", "can't be checked")


def denied(sandbox, operation: str, platform: str = "bedrock") -> dict[str, doctor.Finding]:
    """What each check says while one operation is not allowed."""
    sandbox.fail("denied", platform=platform, operation=operation, times=None)
    return {name: doctor.ask(name, check) for name, check in doctor.PLATFORM_CHECKS}


READS = {
    "Custom models": ("ListCustomModels", "GetCustomModel"),
    "Jobs": ("ListModelCustomizationJobs", "GetModelCustomizationJob"),
    "Throughputs": ("ListProvisionedModelThroughputs", "GetProvisionedModelThroughput"),
    "Deployments": ("ListCustomModelDeployments", "GetCustomModelDeployment"),
}


@pytest.fixture
def furnished(sandbox):
    """One of each kind is there: a Get needs something to get."""
    sandbox.make_custom_model("tone")
    sandbox.make_job("a-job")
    sandbox.make_throughput("rented", model="tone")
    sandbox.make_deployment("deployed", model="tone")
    return sandbox


@pytest.mark.parametrize(
    ("name", "operation"), [(name, operation) for name, both in READS.items() for operation in both]
)
def test_a_permission_that_is_missing_is_named(furnished, settings, name, operation):
    settings.S3_BUCKET = "modelhub-sandbox"
    findings = denied(furnished, operation)
    assert [finding.name for finding in findings.values() if finding.state != "ok"] == [name]
    assert (findings[name].state, findings[name].message) == ("failed", f"bedrock:{operation} is not allowed")
    assert "docs/operations.md" in findings[name].way_out


def test_tags_that_may_not_be_read_are_named_wherever_there_are_any(furnished):
    findings = denied(furnished, "ListTagsForResource")
    assert {name: finding.message for name, finding in findings.items() if finding.state != "ok"} == dict.fromkeys(
        READS, "bedrock:ListTagsForResource is not allowed"
    )  # fmt: skip


def test_who_makes_no_custom_models_may_leave_their_permissions_out(sandbox, settings):
    settings.S3_BUCKET = ""
    finding = denied(sandbox, "ListCustomModels")["Custom models"]
    assert (finding.state, finding.message) == ("warning", "bedrock:ListCustomModels is not allowed")


@pytest.mark.parametrize(("name", "platform", "operation", "loss"), [
    ("CloudWatch", "cloudwatch", "GetMetricData", "called idle"), ("AWS prices", "pricing", "GetProducts", "bundled"),
])  # fmt: skip
def test_what_modelhub_can_do_without_is_a_warning(sandbox, name, platform, operation, loss):
    finding = denied(sandbox, operation, platform)[name]
    assert (finding.state, finding.message) == ("warning", f"{platform}:{operation} is not allowed")
    assert loss in finding.way_out


def test_the_policy_in_the_docs_allows_what_the_doctor_asks_for(furnished):
    furnished.clear_ledger()
    assert {doctor.ask(name, check).state for name, check in doctor.PLATFORM_CHECKS} == {"ok"}
    policy = (settings_of_project.BASE_DIR / "docs" / "operations.md").read_text()
    asked = {
        call["operation"]
        for call in furnished.ledger()
        if call["platform"] in ("bedrock", "cloudwatch", "pricing")
    }
    assert {operation for operation in asked if f':{operation}"' not in policy} == set()
    assert not [operation for operation in asked if not operation.startswith(("List", "Get"))]


def test_a_list_that_only_stumbles_is_no_missing_permission(sandbox):
    sandbox.fail("error500", platform="bedrock", operation="ListProvisionedModelThroughputs", times=None)
    finding = {name: doctor.ask(name, check) for name, check in doctor.PLATFORM_CHECKS}["Throughputs"]
    assert (finding.state, "not allowed" in finding.message) == ("failed", False)


def statement(principal, effect="Allow"):
    return {"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"}


@pytest.mark.parametrize(
    ("policy", "trusted"),
    [
        ({"Statement": [statement({"Service": "bedrock.amazonaws.com"})]}, True),
        ({"Statement": [statement({"Service": ["ec2.amazonaws.com", "bedrock.amazonaws.com"]})]}, True),
        ({"Statement": statement({"Service": "bedrock.amazonaws.com"})}, True),
        ({"Statement": [statement({"Service": "bedrock.amazonaws.com"}, "Deny")]}, False),
        ({"Statement": [statement({"Service": "ec2.amazonaws.com"})]}, False),
        ({"Statement": [statement("*")]}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_role_must_trust_bedrock(policy, trusted):
    assert doctor._trusts_bedrock(policy) is trusted


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AuthError("Incorrect API key provided: sk-proj-abcdefgh12345678"), "credentials"),
        (TransientError("OpenAI could not be reached"), "network"),
        (PermanentError("no such thing"), "network"),
    ],
)
def test_a_platforms_error_is_a_finding_with_a_way_out_and_no_secret(error, words):
    def check():
        raise error

    finding = doctor.ask("OpenAI key", check)
    assert finding.state == "failed"
    assert words in finding.way_out
    assert "abcdefgh12345678" not in finding.message


def test_a_mistake_of_our_own_is_a_finding_too():
    def check():
        raise KeyError("Arn")

    finding = doctor._in_background("AWS identity", check).result(timeout=5)
    assert finding.state == "failed"
    assert "report it" in finding.way_out
