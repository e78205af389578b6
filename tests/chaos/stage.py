"""Where every story is set: one green base model, one checked file in S3, one price, one admin, and trained models."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.chaos.boot import BUCKET
from tests.chaos.steps import act

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BASE = "amazon.nova-lite-v1:0:300k"
ROW = (
    '{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "Hi %d"}]}, '
    '{"role": "assistant", "content": [{"text": "Hello"}]}]}\n'
)


def build(control: Any) -> None:
    """Once a process: what stays from schedule to schedule. Opens and closes boto3's connections."""
    from django.contrib.auth.models import User

    from catalog.models import Model
    from catalog.platforms import aws
    from customization.gateways import storage
    from customization.gateways.places import Place
    from customization.models import Dataset
    from customization.models.price import Price
    from tests.chaos.boot import hang_up

    User.objects.create_superuser("chaos", password="chaos")
    arn = f"arn:aws:bedrock:us-east-1::foundation-model/{BASE}"
    Model.objects.create(
        platform="bedrock", external_id=BASE, arn=arn, name="Nova Lite", provider="Amazon", enabled=True,
        capability_set=",chat,fine-tunable,", input_modalities=["TEXT"], platform_invocation_id=BASE,
    )  # fmt: skip
    body = "".join(ROW % number for number in range(10)).encode()
    aws.client("s3").put_object(Bucket=BUCKET, Key="train.jsonl", Body=body)
    there = storage.look(Place(BUCKET, "train.jsonl"))
    assert there
    Dataset.objects.create(
        purpose="training", state="valid", filename="train.jsonl", base_external_id=BASE, bucket=BUCKET,
        key="train.jsonl", size=there.size, etag=there.etag, version_id=there.version_id, rows=10, tokens=30_000,
        created_at=START,
    )  # fmt: skip
    Price.objects.update_or_create(
        base_prefix=BASE, region="us-east-1", origin="admin",
        defaults={"unit_hour": Decimal("60.50"), "source": "chaos", "as_of": START.date()},
    )  # fmt: skip
    _rehearse(control)
    hang_up()


def _rehearse(control: Any) -> None:
    """One story in this very process: what is loaded at the first use, children find loaded."""
    from catalog import killpoints
    from customization.gateways import serving
    from tests.chaos import doing, snapshots

    control._call("POST", "begin", {"now": START.isoformat(), "switches": {}})
    train(control, "m0", START)
    now = START
    with killpoints.armed(lambda point: None):
        for what, on in (("create", "j0"), ("provision", "m0"), ("deploy", "m0"), ("enable", "m0"), ("disable", "m0"),
                         ("extend", "m0"), ("remove", "m0"), ("undeploy", "m0"), ("delete", "m0")):  # fmt: skip
            doing.perform(act(what, on), now)
            for _ in range(2):
                doing.look(now), doing.discover(now)
                now += timedelta(seconds=125)
                control.set_clock(now)
    serving.account()
    snapshots.clear()


def train(control: Any, name: str, now: datetime) -> None:
    """A model that was trained here long ago, as far as rows and platform can tell; nothing serves it."""
    from django.db import transaction

    from catalog.customs import add_custom_model
    from catalog.models import Model

    # Its birth bears our caller: it is ours, no stranger.
    there = control.make_custom_model(name, baseModelId=BASE, caller="sandbox")
    with transaction.atomic():
        model = add_custom_model(name, Model.objects.get(kind="base"), description="", actor=None, now=now)
        # Its colour stays as it is, so no Event is needed; nearly every story begins here, and this is quick.
        arn = there["modelArn"]
        Model.objects.filter(pk=model.pk).update(build="built", serving="nothing", external_id=arn, arn=arn)
