"""CloudWatch's invocations and the price list, through boto3."""

import json
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from sandbox.client import SandboxError

STORAGE = "USE1-Nova2.0Lite-Customization-Storage"


@pytest.fixture
def cloudwatch(sandbox, aws_client):
    return aws_client("cloudwatch", sandbox.url)


@pytest.fixture
def pricing(sandbox, aws_client):
    return aws_client("pricing", sandbox.url)


def query(arn, name="q1", **changes):
    metric = {
        "Namespace": "AWS/Bedrock",
        "MetricName": "Invocations",
        "Dimensions": [{"Name": "ModelId", "Value": arn}],
    }
    return {"Id": name, "MetricStat": {"Metric": metric | changes, "Period": 3600, "Stat": "Sum"}}


@pytest.fixture
def asked(cloudwatch, control):
    """Ask for the last day."""

    def ask(*queries, **changes):
        span = {
            "StartTime": control.now() - timedelta(days=1),
            "EndTime": control.now() + timedelta(minutes=1),
        }
        return cloudwatch.get_metric_data(MetricDataQueries=list(queries), **(span | changes))[
            "MetricDataResults"
        ]

    return ask


def products(answer):
    return [json.loads(text) for text in answer["PriceList"]]


def test_invocations_of_many_models_are_read_in_one_call(asked, control):
    control.freeze()
    control.invoke("arn-a", 5)
    control.invoke("arn-a", 2)
    control.invoke("arn-a", 7, at=control.now() - timedelta(hours=3))
    first, second = asked(query("arn-a", "a"), query("arn-b", "b"))
    assert (first["Id"], first["Values"], first["StatusCode"]) == ("a", [7.0, 7.0], "Complete")
    assert first["Timestamps"][0] - first["Timestamps"][1] == timedelta(hours=3)
    assert (second["Id"], second["Timestamps"], second["Values"]) == ("b", [], [])


def test_times_and_order_are_heeded(asked, control):
    control.freeze()
    for hours, count in ((30, 1), (2, 2), (1, 3)):
        control.invoke("arn-a", count, at=control.now() - timedelta(hours=hours))
    (found,) = asked(query("arn-a"), ScanBy="TimestampAscending")
    assert found["Values"] == [2.0, 3.0]
    (found,) = asked(query("arn-a"), EndTime=control.now() - timedelta(hours=1, minutes=30))
    assert found["Values"] == [2.0]


@pytest.mark.parametrize(
    "changes", [{"MetricName": "InvocationLatency"}, {"Namespace": "AWS/EC2"}, {"Dimensions": []}]
)
def test_other_metrics_have_no_data(asked, control, changes):
    control.invoke("arn-a", 5)
    assert asked(query("arn-a", **changes))[0]["Values"] == []


def test_statistics_of_one_model(cloudwatch, control):
    control.freeze()
    control.invoke("arn-a", 5)
    span = {"StartTime": control.now() - timedelta(hours=1), "EndTime": control.now() + timedelta(hours=1)}
    metric = query("arn-a")["MetricStat"]["Metric"]
    answer = cloudwatch.get_metric_statistics(
        **metric, **span, Period=86400, Statistics=["Sum", "SampleCount"]
    )
    assert [(point["Sum"], point["Unit"]) for point in answer["Datapoints"]] == [(5.0, "Count")]


def test_too_many_queries_and_odd_ones_are_refused(asked):
    math = {"Id": "m", "Expression": "SUM(METRICS())"}
    for queries in ([query("a", f"q{number}") for number in range(501)], [math]):
        with pytest.raises(ClientError, match="ValidationError"):
            asked(*queries)
    assert len(asked(*[query("a", f"q{number}") for number in range(500)])) == 500


def test_reading_the_numbers_may_be_forbidden(asked, pricing, control):
    control.fail("denied", platform="cloudwatch", operation="GetMetricData", times=None)
    control.fail("denied", platform="pricing")
    for _ in range(2):
        with pytest.raises(ClientError, match="AccessDenied"):
            asked(query("a"))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        pricing.get_products(ServiceCode="AmazonBedrock")
    assert [entry["operation"] for entry in control.ledger(platform="cloudwatch")] == ["GetMetricData"] * 2


def test_invalid_keys_and_unknown_operations_are_refused(aws_client, sandbox, cloudwatch, pricing):
    for call in (cloudwatch.list_metrics, pricing.describe_services):
        with pytest.raises(ClientError, match="UnknownOperation"):
            call()
    stranger = aws_client("pricing", sandbox.url, key="invalid-key")
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        stranger.get_products(ServiceCode="AmazonBedrock")


def test_the_price_list_holds_products_as_strings_in_pages(pricing):
    mine = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": "us-east-1"}]
    first = pricing.get_products(ServiceCode="AmazonBedrock", Filters=mine, MaxResults=10)
    assert all(isinstance(text, str) for text in first["PriceList"])
    pages = pricing.get_paginator("get_products").paginate(
        ServiceCode="AmazonBedrock", Filters=mine, PaginationConfig={"PageSize": 10}
    )
    found = [product for page in pages for product in products(page)]
    usages = {each["product"]["attributes"]["usagetype"] for each in found}
    assert len(usages) == len(found) > 20
    assert all(usage.startswith("USE1-") for usage in usages)
    assert pricing.get_products(ServiceCode="AmazonEC2")["PriceList"] == []


@pytest.mark.parametrize(
    ("usage", "unit", "usd"),
    [
        ("Customization-Training", "1K tokens", "0.0037800000"),
        ("Customization-Storage", "Model / month", "1.9500000000"),
        ("ProvisionedThroughput-NoCommit-ModelUnits", "hour", "60.5000000000"),
    ],
)
def test_nova_2_lite_costs_what_aws_asks(pricing, usage, unit, usd):
    wanted = [{"Type": "EQUALS", "Field": "usagetype", "Value": f"USE1-Nova2.0Lite-{usage}"}]
    (product,) = products(pricing.get_products(ServiceCode="AmazonBedrock", Filters=wanted))
    assert product["product"]["attributes"]["model"] == "Nova 2.0 Lite"
    (term,) = product["terms"]["OnDemand"].values()
    (price,) = term["priceDimensions"].values()
    assert (price["unit"], price["pricePerUnit"]) == (unit, {"USD": usd})


def test_some_families_are_priced_by_the_million_and_some_not_at_all(control):
    units = {row["unit"] for row in control.prices() if row["usagetype"].endswith("Customization-Training")}
    assert units == {"1K tokens", "1M tokens", "image"}
    haiku = [row["usagetype"] for row in control.prices() if row["model"] == "Claude 3 Haiku"]
    assert haiku
    assert not any("ModelUnits" in usage for usage in haiku)


def test_a_price_is_changed_and_taken_away(pricing, control):
    def shown():
        wanted = [{"Type": "TERM_MATCH", "Field": "usagetype", "Value": STORAGE}]
        return pricing.get_products(ServiceCode="AmazonBedrock", Filters=wanted)["PriceList"]

    control.set_price(STORAGE, "us-east-1", 2.5)
    assert '"USD":"2.5000000000"' in shown()[0]
    control.set_price(STORAGE, "us-east-1", None)
    assert shown() == []
    with pytest.raises(SandboxError, match="no such price"):
        control.set_price("USE1-Nothing", "us-east-1", 1)


def test_a_page_of_no_sense_is_refused(pricing):
    for wrong in ({"NextToken": "x"}, {"FormatVersion": "v2"}):
        with pytest.raises(ClientError):
            pricing.get_products(ServiceCode="AmazonBedrock", **wrong)
