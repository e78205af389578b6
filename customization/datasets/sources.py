"""Where data to check can lie: a local path or an object in S3, told apart by their address. Pure."""

from typing import NamedTuple
from urllib.parse import urlsplit


class Place(NamedTuple):
    """An object in S3."""

    bucket: str
    key: str


def place_of(source: str) -> Place | None:
    """The place that ``s3://bucket/key`` names, None for a local path; ValueError says what is wrong with it."""
    if not source.lower().startswith("s3:"):
        return None
    parts = urlsplit(source)
    key = parts.path.removeprefix("/")
    if not parts.netloc or not key or key.endswith("/"):
        raise ValueError("Give the object's address as s3://bucket/path/to/file.jsonl.")
    return Place(parts.netloc, key)
