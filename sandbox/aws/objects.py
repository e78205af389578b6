"""S3 objects as the simulated jobs see them: looked up and written without HTTP and without access rules."""

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.aws.lean_moto import read_blocks


class Objects:
    def __init__(self, backend: Callable[[], Any], changed: Callable[[Any, str], None]) -> None:
        self._backend, self._changed = backend, changed

    def has_bucket(self, bucket: str) -> bool:
        return bucket in self._backend().buckets

    def blocks(self, bucket: str, key: str) -> Iterator[bytes] | None:
        """The newest version's content piece by piece; None when there is no such object."""
        backend = self._backend()
        if bucket not in backend.buckets:
            return None
        found = backend.buckets[bucket].keys.get(key)
        return read_blocks(found) if hasattr(found, "_value_buffer") else None  # a delete marker has none

    def put(self, bucket: str, key: str, content: bytes, content_type: str) -> None:
        """Silent when the bucket is gone: a finished job has nobody to complain to."""
        backend = self._backend()
        if bucket in backend.buckets:
            made = backend.put_object(bucket, key, content)
            made.set_metadata({"Content-Type": content_type})
            self._changed(backend.buckets[bucket], key)
