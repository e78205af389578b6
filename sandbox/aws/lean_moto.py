"""moto's S3, taught not to hold whole objects in memory, and to list parts by number.

moto 5.2.5 spools each object and part over 5 MB to a temporary file, but joins an upload's parts in memory, keeps
them afterwards, copies objects to list their versions and pickles content as one string. The replacements below do
the same things a block at a time. They are put into moto's own classes, because moto makes its objects by name.
"""

import hashlib
import tempfile
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BLOCK = 1024 * 1024
SMALL = 64 * 1024  # what is pickled with its object instead of into a file of its own


class Content:
    """An object's bytes on their way into or out of a file; a deep copy leaves them behind."""

    def __init__(self, key: Any = None, path: Path | None = None) -> None:
        self.key, self.path = key, path

    def __deepcopy__(self, memo: Any) -> "Content":
        return Content()

    def keep_in(self, folder: Path) -> str:
        """Moves the bytes into a file of ``folder``, which then is the object's own buffer; gives the file's name."""
        key = self.key
        name = key.__dict__.setdefault(
            "blob", hashlib.sha256(f"{id(key)}{key.etag}".encode()).hexdigest()[:32]
        )
        path = folder / str(name)
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with path.with_suffix(".new").open("wb") as file:
                for block in read_blocks(key):
                    file.write(block)
            path.with_suffix(".new").replace(path)
            with key.lock:
                key._value_buffer.close()
                key._value_buffer = path.open("rb")
        return str(name)


def read_blocks(key: Any, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """An object's bytes piece by piece; other readers may come between."""
    left = key.contentsize - start if length is None else length
    while left > 0:
        with key.lock:
            key._value_buffer.seek(start)
            block = key._value_buffer.read(min(BLOCK, left))
        if not block:
            return
        start, left = start + len(block), left - len(block)
        yield block


def install() -> None:
    """Once, after moto is imported."""
    key, upload = _moto_models().FakeKey, _moto_models().FakeMultipart
    if getattr(key, "is_lean", False):
        return
    key.is_lean = True
    key.value = property(key.value.fget, _set_value)
    key.__getstate__, key.__setstate__ = _get_state, _set_state
    upload.complete, upload.list_parts = _complete, _list_parts


def _moto_models() -> Any:
    from moto.s3 import models

    return models


def _set_value(key: Any, value: Any) -> None:
    if hasattr(value, "read"):  # a file: it becomes the object's buffer as it is
        key._value_buffer.close()
        key._value_buffer, key.contentsize = value, value.seek(0, 2) or value.tell()
        return
    content = value.encode() if isinstance(value, str) else value
    key._value_buffer.seek(0)
    key._value_buffer.truncate()
    key._value_buffer.write(content)
    key.contentsize = len(content)


def _spool(size: int) -> Any:
    return tempfile.SpooledTemporaryFile(size)


def _get_state(key: Any) -> dict[str, Any]:
    state = dict(key.__dict__)
    del state["_value_buffer"], state["lock"]
    if key._value_buffer.closed:  # a part that went into a finished upload
        state["value"] = b""
    elif key.contentsize <= SMALL:
        state["value"] = key.value
    else:
        state["_etag"] = key.etag.strip('"')
        state["value"] = Content(key)
    return state


def _set_state(key: Any, state: dict[str, Any]) -> None:
    value, size = state.pop("value"), state.get("contentsize", 0)
    key.__dict__.update(state)
    key.lock = threading.Lock()
    key._value_buffer = _spool(key._max_buffer_size)
    if not isinstance(value, Content):
        key.value = value
    elif value.path is not None:
        key.value = value.path.open("rb")
    key.contentsize = size


def _complete(upload: Any, body: Any) -> tuple[Any, str, tuple[str, str, int] | None]:
    """Checks all parts first, then joins them, letting go of each as it goes."""
    from moto.s3.exceptions import EntityTooSmall, InvalidPart, MalformedXML

    wanted = [(upload.parts.get(number), etag.strip('"')) for number, etag in body]
    if not wanted:
        raise MalformedXML
    if any(part is None or part.etag.strip('"') != etag for part, etag in wanted):
        raise InvalidPart()
    if any(0 < part.contentsize < _moto_models().S3_UPLOAD_PART_MIN_SIZE for part, _ in wanted[:-1]):
        raise EntityTooSmall()  # parts of size 0 went into the null sink
    checksum = _Checksum(upload.metadata)
    whole = _spool(SMALL)
    for part, _ in wanted:
        checksum.next_part()
        for block in read_blocks(part):
            whole.write(block)
            checksum.add(block)
        part._value_buffer.close()
    digests = b"".join(bytes.fromhex(etag) for _, etag in wanted)
    etag = hashlib.md5(digests, usedforsecurity=False).hexdigest()
    return whole, f"{etag}-{len(wanted)}", checksum.result(len(wanted))


def _list_parts(upload: Any, part_number_marker: int, max_parts: int) -> Iterator[Any]:
    """moto takes the marker for a position, which skips parts when numbers have gaps."""
    later = [number for number in upload.partlist if number > part_number_marker]
    return (upload.parts[number] for number in later[:max_parts])


class _Checksum:
    """The composite checksum of SHA-1 and SHA-256 uploads; the CRC kinds are left out, as nobody here reads them."""

    def __init__(self, metadata: Any) -> None:
        self._make = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256}.get(
            metadata.get("x-amz-checksum-algorithm")
        )
        self._parts: list[Any] = []

    def next_part(self) -> None:
        if self._make:
            self._parts.append(self._make(usedforsecurity=False))

    def add(self, block: bytes) -> None:
        if self._parts:
            self._parts[-1].update(block)

    def result(self, count: int) -> tuple[str, str, int] | None:
        if not self._make:
            return None
        digest = self._make(b"".join(part.digest() for part in self._parts), usedforsecurity=False).digest()
        return "COMPOSITE", b64encode(digest).decode(), count
