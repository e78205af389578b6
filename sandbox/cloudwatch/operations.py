"""GetMetricData and GetMetricStatistics for AWS/Bedrock's Invocations by ModelId; any other metric has no data.

Source: botocore 1.44.5, service model cloudwatch/2010-08-01; namespace, metric and dimension: Bedrock user guide,
"Monitoring Amazon Bedrock". At most 500 queries a call and the rounding of times: CloudWatch API reference,
GetMetricData. Periods are counted from the rounded start. Not played: metric math, pages (all data come at once).
"""

from typing import TYPE_CHECKING, Any

from sandbox.aws.json_target import Service
from sandbox.cloudwatch.metrics import STATISTICS, Buckets, buckets, counts_by_model
from sandbox.errors import PlatformError

if TYPE_CHECKING:
    from sandbox.world import World

MOST_QUERIES = 500


def get_metric_data(world: "World", given: dict[str, Any]) -> dict[str, Any]:
    queries = given.get("MetricDataQueries") or []
    if not 0 < len(queries) <= MOST_QUERIES:
        raise _invalid(f"The collection MetricDataQueries must have 1 to {MOST_QUERIES} members.")
    counts = counts_by_model(world.invocations)
    backwards = given.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    results = [_result(counts, query, given, backwards) for query in queries if query.get("ReturnData", True)]
    return {"MetricDataResults": results, "Messages": []}


def get_metric_statistics(world: "World", given: dict[str, Any]) -> dict[str, Any]:
    wanted = given.get("Statistics") or []
    if not wanted or set(wanted) - set(STATISTICS):
        raise _invalid(f"Statistics must be of: {', '.join(STATISTICS)}")
    found = _found(counts_by_model(world.invocations), given, given.get("Period"), given)
    points = [
        {"Timestamp": at, "Unit": "Count"} | {name: STATISTICS[name](count) for name in wanted}
        for at, count in found.items()
    ]
    return {"Label": given.get("MetricName", ""), "Datapoints": points}


SERVICE = Service(
    "cloudwatch",
    "GraniteServiceVersion20100801",
    "application/x-amz-json-1.0",
    {"GetMetricData": get_metric_data, "GetMetricStatistics": get_metric_statistics},
)


def _result(
    counts: dict[str, Buckets], query: dict[str, Any], given: dict[str, Any], backwards: bool
) -> dict[str, Any]:
    stat = query.get("MetricStat")
    if not isinstance(stat, dict):
        raise _invalid("The sandbox plays no metric math: every query needs a MetricStat.")
    if stat.get("Stat") not in STATISTICS:
        raise _invalid(f"Stat must be one of: {', '.join(STATISTICS)}")
    found = _found(counts, stat.get("Metric") or {}, stat.get("Period"), given)
    times = sorted(found, reverse=backwards)
    return {
        "Id": query.get("Id", ""),
        "Label": query.get("Label") or stat["Metric"].get("MetricName", ""),
        "Timestamps": times,
        "Values": [STATISTICS[stat["Stat"]](found[at]) for at in times],
        "StatusCode": "Complete",
    }


def _found(counts: dict[str, Buckets], metric: dict[str, Any], period: Any, given: dict[str, Any]) -> Buckets:
    start, end = given.get("StartTime"), given.get("EndTime")
    if not isinstance(start, int | float) or not isinstance(end, int | float) or start >= end:
        raise _invalid("The parameter StartTime must be less than the parameter EndTime.")
    if not isinstance(period, int) or period < 60 or period % 60:
        raise _invalid("Period must be a multiple of 60.")  # AWS: also 1 to 30 for custom metrics
    if (metric.get("Namespace"), metric.get("MetricName")) != ("AWS/Bedrock", "Invocations"):
        return {}
    match metric.get("Dimensions") or []:
        case [{"Name": "ModelId", "Value": model}]:
            return buckets(counts.get(model, {}), start, end, period)
    return {}  # CloudWatch finds a metric by exactly its dimensions, no fewer


def _invalid(message: str) -> PlatformError:
    return PlatformError(400, "ValidationError", message)
