"""S3 on disk: after each change the touched thing is written to a file, and at start the files are read back.

Pickles of moto's own objects, because they carry everything (metadata, ETags, versions, checksums) without a
second model of S3. They are read by the same pinned moto that wrote them; what can't be read is left aside
with one line on stderr. Not kept: tags, and access rules set after creation of an object's version list.

    s3/<bucket>/bucket          settings (CORS, versioning …)
    s3/<bucket>/keys/<sha256>   every version of one key
    s3/<bucket>/uploads/<id>/   ``head`` and one file per part: a resumed upload finds its parts
    …/<file>.d/                 the bytes of what is larger than 64 KB, one file for each, read from there
"""

import copy
import hashlib
import pickle
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sandbox.aws.lean_moto import Content
from sandbox.wire import Request


class Mirror:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def after(self, request: Request, backend: Any) -> None:
        """Write what a successful request may have changed."""
        if request.method not in ("PUT", "POST", "DELETE"):
            return
        name, _, key = request.path.lstrip("/").partition("/")
        bucket = backend.buckets.get(name)
        with self._lock:
            if bucket is None:
                self._drop_bucket(request, name, key)
            elif not key:
                self.save_bucket(bucket)
                self._save_all_keys(bucket)
            else:
                self._save_uploads(bucket, request)
                self._save_key(bucket, key)

    def save_bucket(self, bucket: Any) -> None:
        head = copy.copy(bucket)
        head.keys, head.multiparts = {}, {}
        _write(self._folder / bucket.name / "bucket", head)

    def save_key(self, bucket: Any, key: str) -> None:
        """After a change that came from inside, not by a request."""
        with self._lock:
            self._save_key(bucket, key)

    def clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _drop_bucket(self, request: Request, name: str, key: str) -> None:
        """Careful with names that come from a URL: only what S3 itself would call a bucket is removed."""
        if request.method == "DELETE" and not key and re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name):
            shutil.rmtree(self._folder / name, ignore_errors=True)

    def _save_key(self, bucket: Any, key: str) -> None:
        path = self._folder / bucket.name / "keys" / hashlib.sha256(key.encode()).hexdigest()
        versions = bucket.keys.getlist(key)
        if versions:
            _write(path, versions)
        else:
            _remove(path)

    def _save_all_keys(self, bucket: Any) -> None:
        """After DeleteObjects: drop the files of keys that are gone."""
        kept = {hashlib.sha256(key.encode()).hexdigest() for key in bucket.keys}
        for path in _children(self._folder / bucket.name / "keys"):
            if path.name not in kept:
                _remove(path)

    def _save_uploads(self, bucket: Any, request: Request) -> None:
        folder = self._folder / bucket.name / "uploads"
        for upload_id, upload in bucket.multiparts.items():
            if not (folder / upload_id).exists():
                head = copy.copy(upload)
                head.parts, head.partlist = {}, []
                _write(folder / upload_id / "head", head)
        upload_id = request.query.get("uploadId", "")
        if not upload_id:
            return
        if upload_id not in bucket.multiparts:
            shutil.rmtree(folder / upload_id, ignore_errors=True)
            return
        number = int(request.query.get("partNumber", "0"))
        part = bucket.multiparts[upload_id].parts.get(number)
        if part is not None:
            _write(folder / upload_id / f"{number:05d}", part)

    def replay(self, backend: Any) -> None:
        for folder in _children(self._folder):
            bucket = _read(folder / "bucket")
            if bucket is None:
                continue
            bucket.keys, bucket.multiparts = _fresh_containers()
            for path in _children(folder / "keys"):
                versions = _read(path)
                if versions:
                    bucket.keys.setlist(versions[-1].name, versions)
            for uploads in _children(folder / "uploads"):
                _replay_upload(bucket, uploads)
            backend.buckets[bucket.name] = bucket
            _register(bucket)


def _replay_upload(bucket: Any, folder: Path) -> None:
    upload = _read(folder / "head")
    if upload is None:
        return
    for path in _children(folder):
        part = None if path.name == "head" else _read(path)
        if part is not None:
            upload.parts[int(path.name)] = part
    upload.partlist = sorted(upload.parts)
    bucket.multiparts[upload.id] = upload


def _fresh_containers() -> tuple[Any, Any]:
    from moto.s3.models import MultipartDict
    from moto.s3.utils import _VersionedKeyStore

    return _VersionedKeyStore(), MultipartDict()


def _register(bucket: Any) -> None:
    from moto.s3.models import s3_backends

    s3_backends.bucket_accounts[bucket.name] = (bucket.partition, bucket.account_id)


def _children(folder: Path) -> Iterator[Path]:
    return (
        iter(sorted(path for path in folder.iterdir() if path.suffix not in (".new", ".d")))
        if folder.is_dir()
        else iter(())
    )


def _write(path: Path, thing: Any) -> None:
    """Aside first, then renamed: a killed process leaves the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}-{threading.get_ident()}.new")
    with aside.open("wb") as file:
        pickler = _Pickler(file, _blobs(path))
        pickler.dump(thing)
    aside.replace(path)
    for blob in _blobs(path).iterdir() if _blobs(path).is_dir() else ():
        if blob.name not in pickler.kept:
            blob.unlink()  # of a version that is gone


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    shutil.rmtree(_blobs(path), ignore_errors=True)


def _blobs(path: Path) -> Path:
    return path.with_name(f"{path.name}.d")


class _Pickler(pickle.Pickler):
    """Large contents go to files of their own."""

    def __init__(self, file: BinaryIO, folder: Path) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._folder = folder
        self.kept: set[str] = set()

    def persistent_id(self, thing: Any) -> str | None:
        if not isinstance(thing, Content):
            return None
        self.kept.add(thing.keep_in(self._folder))
        return str(thing.key.blob)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BinaryIO, folder: Path) -> None:
        super().__init__(file)
        self._folder = folder

    def persistent_load(self, name: str) -> Content:
        return Content(path=self._folder / name)


def _read(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            return _Unpickler(file, _blobs(path)).load()  # files of our own making
    except FileNotFoundError:
        return None
    except Exception as problem:  # a pickle of another moto version can fail in any way
        sys.stderr.write(f"sandbox: {path} can't be read and is ignored: {problem!r}\n")
        return None
