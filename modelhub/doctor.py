"""Is everything that modelhub needs in order? Each check is one function that returns one Finding.

What asks a platform runs in a thread of its own with a deadline, so a dead platform costs one line, not the answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.platforms import aws
from catalog.platforms.base import PlatformError
from catalog.platforms.bedrock import BedrockCatalog
from catalog.platforms.openai import OpenAICatalog
from catalog.redaction import redact
from customization.gateways.permissions import NOT_ALLOWED
from modelhub import doctor_permissions, health
from modelhub.celery import app
from modelhub.finding import Finding, simulated
from modelhub.models import Heartbeat
from modelhub.tasks import heartbeat

PLATFORM_LIMIT = 10.0
WORKER_LIMIT = 5.0
BEAT_LIMIT = timedelta(seconds=60)
BEDROCK_SERVICE = "bedrock.amazonaws.com"


def examine() -> Iterator[Finding]:
    """Run every check and yield the findings in order; the platforms are asked while we look at home."""
    asked = [(name, _in_background(name, check)) for name, check in PLATFORM_CHECKS]
    yield database()
    yield broker()
    yield worker()
    yield beat()
    deadline = time.monotonic() + PLATFORM_LIMIT
    for name, future in asked:
        try:
            yield future.result(timeout=max(0.0, deadline - time.monotonic()))
        except Late:
            limit = f"no answer within {PLATFORM_LIMIT:.0f} s"
            yield Finding(name, "failed", limit, "Check the network, proxy and endpoint variables.")


# --- Here at home -------------------------------------------------------------------------------------------
def database() -> Finding:
    """Reachable, and are our tables in it?"""
    words = health.readiness()
    if words == health.NO_DATABASE:
        return Finding("database", "failed", words, "Start it, or correct DATABASE_URL.")
    if words == health.NOT_MIGRATED:
        return Finding("database", "failed", words, "Run `manage.py prepare`.")
    version = ".".join(str(part) for part in connection.get_database_version())
    return Finding("database", "ok", f"{connection.display_name} {version}, all migrations applied")


def broker() -> Finding:
    """Can messages be handed over?"""
    scheme = settings.CELERY_BROKER_URL.partition(":")[0]
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError) as error:
        return Finding("broker", "failed", _plain(error), "Start it, or correct CELERY_BROKER_URL.")
    return Finding("broker", "ok", f"{scheme} answers")


def worker(limit: float | None = None) -> Finding:
    """Send a message and wait until a worker has carried it out."""
    start, deadline = timezone.now(), time.monotonic() + (WORKER_LIMIT if limit is None else limit)
    try:
        heartbeat.apply_async(args=("doctor",), expires=30, retry=False)
        while not Heartbeat.objects.filter(name="doctor", seen_at__gte=start).exists():
            if time.monotonic() > deadline:
                way_out = "Start one (`make run`, or the worker container) and look at its log."
                return Finding("worker", "failed", "no worker carried out our message", way_out)
            time.sleep(0.1)
    except (Error, OperationalError, OSError):
        return Finding("worker", "failed", "can't be asked", "Bring database and broker in order first.")
    return Finding("worker", "ok", f"answered in {(timezone.now() - start).total_seconds():.1f} s")


def beat() -> Finding:
    """Has the schedule spoken lately?"""
    try:
        last = Heartbeat.objects.filter(name="beat").values_list("seen_at", flat=True).first()
    except Error:
        return Finding("beat", "failed", "can't be known", "Bring the database in order first.")
    way_out = "Start exactly one beat (`make run`, or the beat container) and look at its log."
    if last is None:
        return Finding("beat", "failed", "was never heard", way_out)
    age = timezone.now() - last
    if age > BEAT_LIMIT:
        return Finding("beat", "failed", f"last heard at {last:%Y-%m-%d %H:%M:%S} UTC", way_out)
    return Finding("beat", "ok", f"heard {age.total_seconds():.0f} s ago")


# --- The platforms ------------------------------------------------------------------------------------------
def aws_identity() -> Finding:
    """Who are we to AWS?"""
    with aws.translated():
        me = aws.client("sts").get_caller_identity()
    return Finding("AWS identity", "ok", f"{me.get('Arn')} in {settings.AWS_REGION}{simulated()}")


def bedrock() -> Finding:
    """May we list models and inference profiles? The same calls a sync makes."""
    count = len(BedrockCatalog().list_models().models)
    return Finding(
        "Bedrock", "ok", f"{count} foundation models offered in {settings.AWS_REGION}{simulated()}"
    )


def bucket() -> Finding:
    """Does the bucket for training data exist, here, and may we use it?"""
    name = settings.S3_BUCKET
    if not name:
        return Finding("S3 bucket", "warning", "not set", "Set S3_BUCKET before custom models are made.")
    with aws.translated():
        answer = aws.client("s3").head_bucket(Bucket=name)
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    region = answer.get("BucketRegion") or headers.get("x-amz-bucket-region") or settings.AWS_REGION
    if region != settings.AWS_REGION:
        way_out = f"Bedrock reads only buckets of its own region: use one in {settings.AWS_REGION}."
        return Finding("S3 bucket", "failed", f"{name} is in {region}", way_out)
    return Finding("S3 bucket", "ok", f"{name} in {region}{simulated()}")


def role() -> Finding:
    """Does the role that Bedrock assumes exist, and does it trust Bedrock?"""
    arn = settings.BEDROCK_ROLE_ARN
    if not arn:
        way_out = "Set BEDROCK_ROLE_ARN before custom models are made."
        return Finding("Bedrock role", "warning", "not set", way_out)
    try:
        with aws.translated():
            answer = aws.client("iam").get_role(RoleName=arn.rpartition("/")[2])
    except PlatformError as error:
        if error.code not in NOT_ALLOWED:
            raise
        return Finding(
            "Bedrock role", "warning", "can't be checked", "Allow iam:GetRole on it to have it checked."
        )
    if not _trusts_bedrock(answer["Role"].get("AssumeRolePolicyDocument")):
        way_out = f"Name {BEDROCK_SERVICE} as a principal that may call sts:AssumeRole."
        return Finding("Bedrock role", "failed", f"{arn} does not trust Bedrock", way_out)
    return Finding("Bedrock role", "ok", f"{arn} trusts Bedrock")


def openai_key() -> Finding:
    """May we list OpenAI's models? The same call a sync makes."""
    count = len(OpenAICatalog().list_models().models)
    simulated = " (sandbox)" if settings.PLATFORM_ENDPOINTS.openai_is_sandbox else ""
    return Finding("OpenAI key", "ok", f"{count} models offered{simulated}")


PLATFORM_CHECKS: tuple[tuple[str, Callable[[], Finding]], ...] = (
    ("AWS identity", aws_identity),
    ("Bedrock", bedrock),
    ("S3 bucket", bucket),
    ("Bedrock role", role),
    *doctor_permissions.CHECKS,
    ("OpenAI key", openai_key),
)


def ask(name: str, check: Callable[[], Finding]) -> Finding:
    """Carry out a platform's check; its errors become findings."""
    try:
        return check()
    except PlatformError as error:
        code = f" [{error.code}]" if error.code and error.code not in error.message else ""
        return Finding(name, "failed", _plain(f"{error.message}{code}"), _way_out(name, error))


def _way_out(name: str, error: PlatformError) -> str:
    if name == "S3 bucket" and error.code in ("404", "NoSuchBucket"):
        return f"Create the bucket {settings.S3_BUCKET} in {settings.AWS_REGION}, or correct S3_BUCKET."
    if name == "Bedrock role" and error.code == "NoSuchEntity":
        return "Create the role, or correct BEDROCK_ROLE_ARN."
    if error.word == "auth":
        return "Check this platform's credentials and what they are allowed (docs/operations.md)."
    return "Check the network, the region and the endpoint variables, then ask again."


def _in_background(name: str, check: Callable[[], Finding]) -> Future[Finding]:
    """A daemon thread, unlike a pool's: one that hangs does not keep the command from ending."""
    future: Future[Finding] = Future()

    def run() -> None:
        try:
            future.set_result(ask(name, check))
        except Exception as error:
            failure = Finding(
                name, "failed", _plain(error), "This is a mistake in modelhub: please report it."
            )
            future.set_result(failure)

    threading.Thread(target=run, name=f"doctor {name}", daemon=True).start()
    return future


def _trusts_bedrock(policy: Any) -> bool:
    statements = policy.get("Statement", []) if isinstance(policy, dict) else []
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal", {})
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        if statement.get("Effect") == "Allow" and BEDROCK_SERVICE in (
            [services] if isinstance(services, str) else services
        ):
            return True
    return False


def _plain(problem: object) -> str:
    return " ".join(redact(str(problem)).split())[:300]
