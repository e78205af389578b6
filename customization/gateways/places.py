"""Where a file is in S3, and which bytes are meant. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

# As botocore takes them (older buckets have capitals and underscores); a key has at most 1,024 bytes.
_BUCKET = re.compile(r"[a-zA-Z0-9._-]{3,255}", re.ASCII)
MAX_KEY = 1024


@dataclass(frozen=True)
class Place:
    """A bucket and a key."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class StoredObject:
    """An object as S3 shows it: what must not change between checking and training."""

    place: Place
    size: int
    etag: str
    version_id: str


def safe_name(filename: str) -> str:
    """A key's last part: the file's own name without anything that could mislead a tool; always ends in .jsonl.

    Amazon Bedrock refuses input that does not end so (its message, "Input data must be in .jsonl format").
    """
    stem = re.sub(r"\.jsonl?$", "", filename.replace("\\", "/").rpartition("/")[2], flags=re.IGNORECASE)
    return (re.sub(r"[^0-9A-Za-z._-]+", "-", stem).strip(".-")[:100] or "data") + ".jsonl"


def place_of(uri: str) -> Place:
    """Parse ``s3://bucket/key``; ValueError says what is wrong with it."""
    # By hand: "?" and "#" are ordinary letters of a key, and so are two slashes in a row.
    scheme, _, rest = uri.strip().partition("://")
    bucket, _, key = rest.partition("/")
    if scheme.lower() != "s3" or not _BUCKET.fullmatch(bucket) or not key or key.endswith("/"):
        raise ValueError("Give the file's address as s3://bucket/path/to/file.jsonl.")
    if not key.isprintable() or len(key.encode("utf-8", "replace")) > MAX_KEY:
        raise ValueError(f"The key must be plain text of at most {MAX_KEY} bytes.")
    return Place(bucket, key)
