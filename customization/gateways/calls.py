"""What every call to Amazon Bedrock shares: whole lists, the platform's "not found", and its request id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.platforms.base import TransientError
from catalog.platforms.words import plain
from customization.gateways.door import aws

NOT_FOUND = "ResourceNotFoundException"


def pages(operation: str, key: str, hurried: bool = False, /, **only: Any) -> Iterator[dict[str, Any]]:
    """All entries of a List, in pages of 1,000. Raises TransientError for an answer that lacks its key."""
    with aws.translated():
        bedrock = aws.client("bedrock", hurried=hurried)
        paginator = bedrock.get_paginator(operation)
        for page in paginator.paginate(PaginationConfig={"PageSize": 1000}, **only):
            entries = page.get(key)
            if not isinstance(entries, list):
                raise TransientError(f"{operation} answered without “{key}”.", code="BrokenAnswer")
            # botocore passes a null in a list on as None; one such entry must not cost the whole look.
            yield from (entry for entry in entries if isinstance(entry, dict))


def request_id(answer: dict[str, Any]) -> str:
    """AWS's own id of a call, which its support asks for."""
    return plain(answer.get("ResponseMetadata", {}).get("RequestId"), 200)
