"""May our credentials read what modelhub reads? Asked by the cheapest calls that need each permission; none changes
anything. ``Denied`` names the permission that is missing.

Shapes: botocore's service model bedrock/2023-04-20. Only what exists can be got: with nothing listed, no Get is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from catalog.platforms.base import AuthError, PlatformError
from customization.gateways import usage
from customization.gateways.calls import NOT_FOUND
from customization.gateways.door import aws
from customization.gateways.price_list import SERVICE

NOT_ALLOWED = frozenset({"AccessDenied", "AccessDeniedException", "403"})
# Nothing has this ARN: CloudWatch says that it was never called, which is an answer.
_NOBODY = "arn:aws:bedrock:us-east-1:000000000000:provisioned-model/none"


class Denied(AuthError):
    """The credentials are good, but lack ``action``."""

    def __init__(self, action: str, said: PlatformError) -> None:
        super().__init__(said.message, code=said.code, request_id=said.request_id)
        self.action = action


@dataclass(frozen=True)
class Noun:
    """One kind of thing that the radar looks at, in Amazon Bedrock's words."""

    listing: str
    entries: str
    arn: str
    get: str
    identifier: str


JOBS = Noun("ListModelCustomizationJobs", "modelCustomizationJobSummaries", "jobArn",
            "GetModelCustomizationJob", "jobIdentifier")  # fmt: skip
MODELS = Noun("ListCustomModels", "modelSummaries", "modelArn", "GetCustomModel", "modelIdentifier")
THROUGHPUTS = Noun("ListProvisionedModelThroughputs", "provisionedModelSummaries", "provisionedModelArn",
                   "GetProvisionedModelThroughput", "provisionedModelId")  # fmt: skip
DEPLOYMENTS = Noun("ListCustomModelDeployments", "modelDeploymentSummaries", "customModelDeploymentArn",
                   "GetCustomModelDeployment", "customModelDeploymentIdentifier")  # fmt: skip


def read(noun: Noun) -> bool:
    """List one of them, and get it with its tags; False when there was none to get. Raises Denied, or another of our
    platform errors."""
    entries = _ask(noun.listing, maxResults=1).get(noun.entries) or [{}]
    arn = entries[0].get(noun.arn)
    if not arn:
        return False
    _ask(noun.get, **{noun.identifier: arn})
    _ask("ListTagsForResource", resourceARN=arn)
    return True


def read_usage(now: datetime) -> None:
    """Ask CloudWatch as the idle notice does."""
    with _needs("cloudwatch:GetMetricData"):
        usage.last_invocations([_NOBODY], now - timedelta(minutes=15), now)


def read_prices(region: str) -> None:
    """Ask the Price List for one product of the region."""
    where = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
    with _needs("pricing:GetProducts"), aws.translated():
        aws.client("pricing").get_products(ServiceCode=SERVICE, Filters=where, MaxResults=1)


def _ask(operation: str, **given: Any) -> dict[str, Any]:
    method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
    try:
        with _needs(f"bedrock:{operation}"), aws.translated():
            answer: dict[str, Any] = getattr(aws.client("bedrock"), method)(**given)
            return answer
    except PlatformError as error:
        if error.code == NOT_FOUND:  # listed and gone: we were let in all the same
            return {}
        raise


@contextmanager
def _needs(action: str) -> Iterator[None]:
    try:
        yield
    except AuthError as error:
        if error.code in NOT_ALLOWED:
            raise Denied(action, error) from error
        raise
