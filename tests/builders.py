"""Rows for tests, in one line each."""

from datetime import UTC, datetime
from typing import Any

from catalog.models import Model

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PROVIDERS = ("Amazon", "Anthropic", "Meta", "OpenAI", "")
CAPABILITIES = ("", ",chat,", ",chat,tools,", ",embedding,", ",image,vision,")


def unsaved_model(number: int = 1, **facts: Any) -> Model:
    """A yellow Bedrock base model unless ``facts`` say otherwise."""
    usual = {"platform": "bedrock", "external_id": f"acme.model-{number:05d}", "name": f"Model {number:05d}"}
    return Model(**{**usual, "platform_invocation_id": f"acme.model-{number:05d}", **facts})


def a_model(number: int = 1, **facts: Any) -> Model:
    """The same, saved, and read back so that its computed status is there."""
    model = unsaved_model(number, **facts)
    model.save()
    model.refresh_from_db()
    return model


def many_models(count: int, **facts: Any) -> None:
    """``count`` rows in one go, with every facet value in turn."""
    Model.objects.bulk_create(
        (
            unsaved_model(
                number,
                **{
                    "provider": PROVIDERS[number % 5],
                    "capability_set": CAPABILITIES[number % 4],
                    "enabled": number % 3 == 0,
                    "lifecycle": "legacy" if number % 7 == 0 else "active",
                    **facts,
                },
            )
            for number in range(count)
        ),
        batch_size=500,
    )
