"""Names and tags on the platform: which are legal, and the ones we give. Pure.

Patterns: Amazon Bedrock API reference, CreateModelCustomizationJob (jobName, customModelName), read 2026-11-22.
"""

from __future__ import annotations

import re

MAX = 63
_MODEL_NAME = re.compile(r"(?:[0-9a-zA-Z][_-]?){1,63}")


def why_not_a_model_name(name: str) -> str:
    """Say what is wrong with a custom model's name, or "" when the platform will take it."""
    if not name:
        return "Give the model a name."
    if len(name) > MAX:
        return f"The name has {len(name)} characters; Amazon Bedrock takes {MAX} at most."
    strange = sorted({sign for sign in name if not re.fullmatch(r"[0-9a-zA-Z_-]", sign)})
    if strange:
        return f"Use only letters A–Z, digits, “-” and “_”: {' '.join(map(repr, strange))} is not allowed."
    if not name[0].isalnum():
        return "The name must start with a letter or a digit."
    if not _MODEL_NAME.fullmatch(name):
        return "“-” and “_” must stand alone: not two of them in a row."
    return ""


def job_name(model_name: str, token: str) -> str:
    """The name of the job that makes a model: readable, the same on every retry, and used only once.

    Job names allow no underscore, and can't be given back: there is no call that deletes a job.
    """
    tail = token.replace("-", "")[:10]
    return f"{model_name.replace('_', '-')[: MAX - len(tail) - 1].rstrip('-')}-{tail}"


def tags(instance: str, token: str) -> dict[str, str]:
    """How a resource says which installation of modelhub asked for it, and by which request."""
    return {"modelhub:instance": instance, "modelhub:request": token}
