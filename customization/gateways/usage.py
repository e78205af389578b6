"""How often what is rented was called: Amazon CloudWatch, read only.

Shapes: CloudWatch API reference, GetMetricData (500 metrics a call, StatusCode); namespace, metric and dimension:
Amazon Bedrock user guide, "Monitoring Amazon Bedrock", read 2026-11-22. CloudWatch has no point at all for a period
without calls, so "no points" is an answer; a metric that is missing from the answer, or not Complete, is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from catalog.platforms.base import TransientError
from catalog.platforms.words import plain
from customization.gateways.door import aws

MOST_METRICS = 500
PERIOD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Usage:
    """The last call seen in the window, to the end of its five minutes; or why that is not known."""

    last_invoked_at: datetime | None = None
    trouble: str = ""


@dataclass(slots=True)
class _Series:
    """What the pages told of one metric."""

    word: str = ""
    last: datetime | None = None
    messages: list[str] = field(default_factory=list)


def last_invocations(arns: Sequence[str], start: datetime, end: datetime) -> dict[str, Usage]:
    """The last call of each of up to 500 ARNs between the two moments. Raises one of our platform errors."""
    if not arns:
        return {}
    series = {f"m{number}": _Series() for number in range(len(arns))}
    for page in _pages(arns, _rounded(start), end):
        _take(page, series)
    return {arn: _usage(series[f"m{number}"], end) for number, arn in enumerate(arns)}


def _pages(arns: Sequence[str], start: datetime, end: datetime) -> Iterable[dict[str, Any]]:
    if len(arns) > MOST_METRICS:
        raise ValueError(f"CloudWatch takes {MOST_METRICS} metrics a call, not {len(arns)}.")
    queries = [_query(f"m{number}", arn) for number, arn in enumerate(arns)]
    with aws.translated():
        paginator = aws.client("cloudwatch").get_paginator("get_metric_data")
        yield from paginator.paginate(MetricDataQueries=queries, StartTime=start, EndTime=end)


def _query(name: str, arn: str) -> dict[str, Any]:
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Bedrock",
                "MetricName": "Invocations",
                "Dimensions": [{"Name": "ModelId", "Value": arn}],
            },
            "Period": int(PERIOD.total_seconds()),
            "Stat": "Sum",
        },
    }


def _take(page: dict[str, Any], series: dict[str, _Series]) -> None:
    results = page.get("MetricDataResults")
    if not isinstance(results, list):
        raise TransientError("GetMetricData answered without “MetricDataResults”.", code="BrokenAnswer")
    for result in results:
        if not isinstance(result, dict) or result.get("Id") not in series:
            continue
        known = series[result["Id"]]
        known.word = plain(result.get("StatusCode"), 100)
        known.messages += [plain(each.get("Value"), 300) for each in result.get("Messages") or () if each]
        called = [
            moment
            for moment, count in zip(result.get("Timestamps") or (), result.get("Values") or (), strict=False)
            if isinstance(moment, datetime) and count
        ]
        known.last = max([*called, known.last] if known.last else called, default=None)


def _usage(series: _Series, end: datetime) -> Usage:
    if series.word == "Complete":
        return Usage(min(series.last + PERIOD, end) if series.last else None)
    said = f"CloudWatch says “{series.word}”" if series.word else "CloudWatch left it out of its answer"
    return Usage(trouble=": ".join([said, *series.messages[:1]]) + ".")


def _rounded(moment: datetime) -> datetime:
    """CloudWatch counts periods from multiples of their length."""
    length = int(PERIOD.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // length * length, moment.tzinfo)
