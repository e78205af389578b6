"""Made-up models in any number, for benchmarks and long lists. Deterministic: number N is always the same."""

from sandbox.store import Record

_PROVIDERS = ("Amazon", "Anthropic", "Cohere", "Meta", "Mistral AI", "Qwen", "Writer")
_OUTPUTS = (["TEXT"], ["TEXT"], ["TEXT"], ["EMBEDDING"], ["IMAGE"])
_SERVING: tuple[list[str], ...] = (
    ["ON_DEMAND"],
    ["INFERENCE_PROFILE"],
    ["ON_DEMAND", "PROVISIONED"],
    ["PROVISIONED"],
    [],
)
_FIRST = 1_700_000_000


def bedrock_model(number: int, prefix: str = "synthetic") -> Record:
    output = _OUTPUTS[number % len(_OUTPUTS)]
    return {
        "modelId": f"{prefix}.model-{number:05d}-v1:0",
        "modelName": f"{prefix.title()} {number % 8000:05d}",  # from 8,000 on, names repeat
        "providerName": _PROVIDERS[number % len(_PROVIDERS)],
        "inputModalities": ["TEXT", "IMAGE"] if number % 3 == 0 else ["TEXT"],
        "outputModalities": list(output),
        "responseStreamingSupported": output == ["TEXT"],
        "customizationsSupported": ["FINE_TUNING"] if number % 10 == 0 else [],
        "inferenceTypesSupported": list(_SERVING[number % len(_SERVING)]),
        "modelLifecycle": {"status": "LEGACY" if number % 25 == 0 else "ACTIVE"},
    }


def openai_model(number: int, prefix: str = "synthetic") -> Record:
    return {
        "id": f"{prefix}-{number:05d}",
        "object": "model",
        "created": _FIRST + number,
        "owned_by": "system",
        "shutdown_date": "2027-06-30" if number % 25 == 0 else None,
    }
