"""S3, STS and IAM, played by moto inside this process and called without its web framework.

moto costs 50 MB and half a second to import, so it comes in with the first call that needs it. Its state is
global to the process: when several in-process sandboxes take turns (tests), each keeps its own buckets and
puts them in place before it speaks; two of them using S3 at the very same moment is not supported.
"""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from sandbox.aws import cors, lean_moto
from sandbox.aws.objects import Objects
from sandbox.aws.s3_mirror import Mirror
from sandbox.aws.s3_service import S3Service
from sandbox.wire import Request, Response

ACCOUNT = "123456789012"  # moto's own, documented default account
BUCKET = "modelhub-sandbox"
ROLE = "ModelhubBedrockRole"
_FORM = "application/x-www-form-urlencoded"
_TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"Service":"bedrock.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)


class MotoServices:
    _turn: ClassVar["MotoServices | None"] = None
    _lock: ClassVar[threading.RLock] = threading.RLock()

    def __init__(
        self, folder: Path | None, region: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._mirror = Mirror(folder / "s3") if folder else None
        self._region = region
        self._buckets: dict[str, Any] | None = None
        self.objects = Objects(self.backend, self._mirror.save_key if self._mirror else lambda *_: None)
        self.s3 = S3Service(self._s3, self.backend, now)

    def call(self, service: str, request: Request) -> Response:
        self._take_turn()
        if service != "s3":
            return _moto(service, request)
        answer = self.s3.answer(request)
        if self._mirror and answer.status < 300:
            self._mirror.after(request, self.backend())
        return answer

    def cors_rules(self, request: Request) -> list[Any]:
        bucket = self.backend().buckets.get(request.path.lstrip("/").partition("/")[0])
        return list(bucket.cors) if bucket else []

    def _s3(self, request: Request) -> Response:
        return _moto("s3", request)

    def backend(self) -> Any:
        """moto's S3 backend holding this sandbox's buckets: for simulated jobs that write artifacts."""
        self._take_turn()
        from moto.s3.models import s3_backends

        return s3_backends[ACCOUNT]["aws"]

    def reset(self) -> None:
        """Forget every bucket and object; the next call finds the two start-up things again."""
        with self._lock:
            if self._mirror:
                self._mirror.clear()
            _dispose(self._buckets or {})
            self._buckets = None
            if MotoServices._turn is self:
                MotoServices._turn = None

    def bucket_names(self) -> list[str] | None:
        """None while moto is not loaded: asking for the state must not cost 50 MB."""
        return sorted(self._buckets) if self._buckets is not None else None

    def _take_turn(self) -> None:
        if MotoServices._turn is self:
            return
        with self._lock:
            # Path style only: otherwise moto takes the host name for a bucket.
            os.environ.setdefault("S3_IGNORE_SUBDOMAIN_BUCKETNAME", "true")
            from moto.s3.models import s3_backends

            lean_moto.install()
            backend: Any = s3_backends[ACCOUNT]["aws"]
            fresh = self._buckets is None
            self._buckets = {} if self._buckets is None else self._buckets
            backend.buckets = self._buckets
            s3_backends.bucket_accounts = dict.fromkeys(self._buckets, ("aws", ACCOUNT))
            if fresh:
                self._furnish(backend)
            MotoServices._turn = self

    def _furnish(self, backend: Any) -> None:
        if self._mirror:
            self._mirror.replay(backend)
        if BUCKET not in backend.buckets:
            backend.create_bucket(BUCKET, self._region)
        bucket = backend.buckets[BUCKET]
        if bucket.versioning_status is None:  # never set; once set it can't be unset
            bucket.versioning_status = "Enabled"
            bucket.set_cors([cors.START_RULE])
            if self._mirror:
                self._mirror.save_bucket(bucket)
        _ensure_role()


def _moto(service: str, request: Request) -> Response:
    answerer, method = _answerer(service, request)
    arguments = _arguments(request)
    try:
        status, headers, body = getattr(answerer, method)(*arguments)
    finally:  # these two refer to each other and to the body, which would wait for the garbage collector
        vars(answerer).clear()
        vars(arguments[0]).clear()
    content = body.encode() if isinstance(body, str) else bytes(body or b"")
    return Response(status, content, {str(name): str(value) for name, value in headers.items()})


def _dispose(buckets: dict[str, Any]) -> None:
    """Frees the objects' bytes: moto itself keeps a reference to every object it ever made."""
    for bucket in buckets.values():
        for key in list(bucket.keys):
            for version in bucket.keys.getlist(key):
                if hasattr(version, "dispose"):  # delete markers have nothing to free
                    version.dispose()
        for upload in bucket.multiparts.values():
            upload.dispose()


def _ensure_role() -> None:
    from moto.iam.models import iam_backends

    backend = iam_backends[ACCOUNT]["aws"]
    if all(role.name != ROLE for role in backend.roles.values()):
        backend.create_role(ROLE, _TRUST, "/", None, "What Bedrock assumes to read and write S3", [], "3600")


def _answerer(service: str, request: Request) -> tuple[Any, str]:
    """The response class and method that moto's own URL table would choose (path style)."""
    from moto.iam.responses import IamResponse
    from moto.s3.responses import S3Response
    from moto.sts.responses import TokenResponse

    if service == "sts":
        return TokenResponse(), "_dispatch"
    if service == "iam":
        return IamResponse(), "_dispatch"
    bucket, _, key = request.raw_path.lstrip("/").partition("/")
    if key:
        return S3Response(), "key_response"
    return S3Response(), "ambiguous_response" if bucket else "bucket_response"


def _arguments(request: Request) -> tuple[Any, str, dict[str, str]]:
    """The WSGI-shaped request moto wants. Header names with underscores keep their spelling (S3 metadata)."""
    from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY, environ_key_for_header
    from moto.core.request import Request as MotoRequest

    host = request.headers.get("Host") or "127.0.0.1"
    name, _, port = host.partition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        # WSGI strings are latin-1 spellings of bytes (PEP 3333).
        "PATH_INFO": request.path.encode().decode("latin-1"),
        "RAW_URI": request.raw_path,
        "QUERY_STRING": request.query_string,
        "SERVER_NAME": name,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        PRESERVED_HEADER_NAMES_ENVIRON_KEY: {},
    }
    for header, value in request.headers.items():
        environ[environ_key_for_header(header)] = value
        if "_" in header:
            environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY][environ_key_for_header(header)] = header
    environ["CONTENT_LENGTH"] = str(len(request.body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # already taken apart
    if request.method == "PUT" and environ.get("CONTENT_TYPE", "").startswith(_FORM):
        environ["CONTENT_TYPE"] = "binary/octet-stream"  # or werkzeug would eat the object as a form
    moto_request = MotoRequest(environ)
    moto_request.from_wsgi_server = True
    return moto_request, moto_request.raw_url, dict(moto_request.headers)
