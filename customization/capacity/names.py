"""Names of throughputs and deployments. Pure.

Pattern: Amazon Bedrock API reference, CreateProvisionedModelThroughput ``provisionedModelName`` and
CreateCustomModelDeployment ``modelDeploymentName``: ``([0-9a-zA-Z][_-]?){1,63}``, read 2026-11-22.
"""

from __future__ import annotations

from customization.names import MAX, why_not_a_model_name


def why_not_a_name(name: str) -> str:
    """Say what is wrong with a name, or "" when the platform will take it: the pattern is that of model names."""
    return why_not_a_model_name(name).replace("Give the model a name.", "Give it a name.")


def remote_name(name: str, token: str) -> str:
    """The name on the platform: readable, the same on every retry, and nobody else's: a lost answer is found by it."""
    tail = token.replace("-", "")[:10]
    return f"{name[: MAX - len(tail) - 1].rstrip('-_')}-{tail}"
