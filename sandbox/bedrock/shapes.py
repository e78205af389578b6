"""Bedrock's own service model, as installed with botocore: which members an operation takes, and their bounds.

Read at the first call that needs it (7 ms, 2 MB): the model of the pinned botocore is the source, so there is
no copy that could age. Only the file is read, botocore itself is not imported.
"""

import gzip
import json
import re
import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Shape = dict[str, Any]
_FOLDER = "data/bedrock/2023-04-20/service-2.json"
# Repetitions inside repetitions, for which Python's engine takes exponential time on "a-----…_"; the right side
# accepts the same strings.
_TAME = {r"(-*[a-zA-Z0-9\+\-\.])*": r"[a-zA-Z0-9\+\-\.]*", r"([0-9a-zA-Z][_-]?)+": r"(?:[0-9a-zA-Z][_-]?)+"}


@cache
def _model() -> dict[str, Any]:
    spec = find_spec("botocore")
    assert spec is not None
    assert spec.origin is not None
    plain = Path(spec.origin).parent / _FOLDER
    packed = plain.with_name(f"{plain.name}.gz")
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
    model: dict[str, Any] = json.loads(text)
    return model


def shape(name: str) -> Shape:
    found: Shape = _model()["shapes"][name]
    return found


def input_name(operation: str) -> str | None:
    """The structure an operation takes; None when it takes nothing."""
    taken = _model()["operations"][operation].get("input")
    return str(taken["shape"]) if taken else None


@cache
def pattern(text: str) -> re.Pattern[str]:
    for wild, tame in _TAME.items():
        text = text.replace(wild, tame)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Java's spelling of character sets
        return re.compile(text, re.ASCII)
