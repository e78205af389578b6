"""Expands the compact catalogue files into the records that the platforms' answers are made of.

``bedrock.json`` and ``openai.json`` are our own selection of late-2026 models. Life dates are illustrative: a
date such as ``"+12d"`` is counted from the day of seeding, so that "ends within 20 days" stays true whenever
the sandbox is set up. For real dates ask AWS's and OpenAI's own pages.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.clock import iso
from sandbox.store import Record

HERE = Path(__file__).parent
MODALITIES = {"T": "TEXT", "I": "IMAGE", "V": "VIDEO", "A": "AUDIO", "S": "SPEECH", "E": "EMBEDDING"}
SERVING = {"D": "ON_DEMAND", "P": "PROVISIONED", "X": "INFERENCE_PROFILE"}
TUNING = {"F": "FINE_TUNING", "C": "CONTINUED_PRE_TRAINING", "D": "DISTILLATION"}
REGIONS = {
    "us": ("us-east-1", "us-east-2", "us-west-2"),
    "eu": ("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"),
}
ACCESS: dict[str, Record] = {
    "no-agreement": {
        "agreementAvailability": {"status": "NOT_AVAILABLE", "errorMessage": "No agreement for this model."},
        "entitlementAvailability": "NOT_AVAILABLE",
    },
    "pending": {"agreementAvailability": {"status": "PENDING"}, "entitlementAvailability": "NOT_AVAILABLE"},
    "not-authorized": {"authorizationStatus": "NOT_AUTHORIZED", "entitlementAvailability": "NOT_AVAILABLE"},
    "other-region": {"regionAvailability": "NOT_AVAILABLE"},
}


def bedrock_models(now: datetime) -> list[Record]:
    return [_bedrock_model(line, now) for line in _load("bedrock.json")["models"]]


def openai_models(now: datetime) -> list[Record]:
    """``ends`` may be a date, null (announced: none) or absent (the field is absent too)."""
    records = []
    for line in _load("openai.json")["models"]:
        record = {"id": line["id"], "object": "model", "created": line["created"], "owned_by": line["by"]}
        if "ends" in line:
            record["shutdown_date"] = line["ends"] and f"{_day(line['ends'], now):%Y-%m-%d}"
        records.append(record)
    return records


def inference_profiles(now: datetime, region: str) -> list[Record]:
    """The profiles a region sees: its own area's and the global ones."""
    data = _load("bedrock.json")
    system = [
        _system_profile(prefix, line, region, now)
        for line in data["models"]
        for prefix in line.get("profiles", "").split()
        if prefix == "global" or region in REGIONS[prefix]
    ]
    return system + [_application_profile(line, region, now) for line in data["application_profiles"]]


def _bedrock_model(line: Record, now: datetime) -> Record:
    record: Record = {"modelId": line["id"], "modelName": line["name"], "providerName": line["by"]}
    record["inputModalities"] = _words(MODALITIES, line["in"])
    record["outputModalities"] = _words(MODALITIES, line["out"])
    if "stream" in line:  # real answers lack it for some models
        record["responseStreamingSupported"] = line["stream"]
    record["customizationsSupported"] = _words(TUNING, line.get("tune", ""))
    record["inferenceTypesSupported"] = _words(SERVING, line["serve"])
    if "life" in line:
        record["modelLifecycle"] = _lifecycle(line["life"], now)
    if "access" in line:
        record["_availability"] = ACCESS[line["access"]]
    return record


def _lifecycle(life: Record, now: datetime) -> Record:
    fields = {
        "from": "startOfLifeTime",
        "legacy": "legacyTime",
        "extended": "publicExtendedAccessTime",
        "end": "endOfLifeTime",
    }
    dates = {name: iso(_day(life[short], now)) for short, name in fields.items() if short in life}
    return {"status": life.get("status", "ACTIVE")} | dates


def _system_profile(prefix: str, line: Record, region: str, now: datetime) -> Record:
    """A ``global.`` profile names the model in the caller's region and once without region, as AWS does."""
    regions = (region, "") if prefix == "global" else REGIONS[prefix]
    scope = "Global" if prefix == "global" else prefix.upper()
    places = "all commercial AWS Regions" if prefix == "global" else " ".join(regions)
    born = iso(_day(line.get("life", {}).get("from", "2026-01-15"), now))
    return {
        "inferenceProfileName": f"{scope} {line['name']}"[:64],
        "description": f"Routes requests to {line['name']} in {places}."[:200],
        "inferenceProfileId": f"{prefix}.{line['id']}",
        "models": [{"modelArn": _model_arn(place, line["id"])} for place in regions],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
        "createdAt": born,
        "updatedAt": born,
    }


def _application_profile(line: Record, region: str, now: datetime) -> Record:
    born = iso(_day("-60d", now))
    return {
        "inferenceProfileName": line["name"],
        "inferenceProfileId": line["id"],
        "models": [{"modelArn": _model_arn(region, line["model"])}],
        "status": "ACTIVE",
        "type": "APPLICATION",
        "createdAt": born,
        "updatedAt": born,
    }


def _model_arn(region: str, model_id: str) -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{model_id}"


def _words(meaning: dict[str, str], letters: str) -> list[str]:
    """``"TI"`` → TEXT, IMAGE. Words longer than a letter stand after a plus: ``"D+ELASTIC"``."""
    first, *rest = letters.split("+")
    return [meaning[letter] for letter in first] + rest


def _day(text: str, now: datetime) -> datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if found := re.fullmatch(r"([+-]\d+)d", text):
        return midnight + timedelta(days=int(found[1]))
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _load(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))
