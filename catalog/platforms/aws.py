"""The only door to boto3: clients with our timeouts and retries, and botocore's errors in our classes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError
from botocore.utils import parse_timestamp as botocore_timestamp
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings

from catalog.platforms.base import AuthError, PlatformError, TransientError, UnreachableError
from catalog.platforms.classify import classify

# Browsers put parts to presigned addresses: version 4 signatures (some regions take no other), and no checksum header
# that the browser would have to compute and send.
_SERVICE = {"s3": Config(signature_version="s3v4", request_checksum_calculation="when_required")}
# Services that do not live in every region. AWS billing guide, "Price List Query API endpoints", read 2026-11-22.
_REGION = {"pricing": "us-east-1"}
# For a look that a page waits for: one try, and no longer. A platform that hangs must not take the web workers along.
HURRIED_SECONDS = 2.0


def parse_timestamp(value: str | int | float) -> datetime | None:
    """Parse what AWS sends. ISO text is read by the standard library: botocore's way is 92 % of a big List.

    None for what is no time: one odd field must not cost the whole answer.
    """
    moment: datetime | None
    try:
        moment = (
            datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
        )
    except (TypeError, ValueError, OverflowError, OSError):
        moment = _odd_timestamp(value)
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _odd_timestamp(value: object) -> datetime | None:
    """HTTP dates and seconds in text: rare enough for botocore's slow way."""
    try:
        return botocore_timestamp(value)
    except (TypeError, ValueError, OverflowError):
        return None


def client(service: str, *, hurried: bool = False) -> Any:
    """Return the one client of a service (making it costs 11 ms); botocore's clients are thread-safe.

    ``hurried=True``: another one, which gives up soon and tries nothing again.
    """
    return _kept(service, hurried)


def forget_clients() -> None:
    """Settings have changed: whoever asks next gets a new one."""
    _kept.cache_clear()


@cache
def _kept(service: str, hurried: bool) -> Any:
    return make_client(service, hurried=hurried)


def make_client(service: str, *, hurried: bool = False) -> Any:
    """A client that nobody keeps."""
    core = botocore.session.Session()
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse_timestamp)
    region = _REGION.get(service, settings.AWS_REGION)
    session = boto3.session.Session(botocore_session=core, region_name=region)
    config = Config(
        retries={
            "mode": "standard",
            "total_max_attempts": 1 if hurried else 1 + settings.PLATFORM_RETRIES,
        },
        connect_timeout=HURRIED_SECONDS if hurried else 5,
        read_timeout=HURRIED_SECONDS if hurried else settings.PLATFORM_READ_TIMEOUT,
        user_agent_appid="modelhub",
    )
    return session.client(
        service, config=config.merge(_SERVICE.get(service, Config())), **settings.PLATFORM_ENDPOINTS.aws
    )


_NO_CREDENTIALS = (
    CredentialRetrievalError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise our error classes instead of botocore's, with the platform's code, words and request id."""
    try:
        yield
    except ClientError as error:
        raise _from_client_error(error) from error
    except _NO_CREDENTIALS as error:
        raise AuthError(f"No usable AWS credentials: {error}", code=type(error).__name__) from error
    except NoRegionError as error:
        raise AuthError("No AWS region is set: set AWS_REGION.", code="NoRegion") from error
    except ResponseParserError as error:
        raise TransientError("AWS sent an answer that can't be read.", code="UnreadableAnswer") from error
    except BotoCoreError as error:
        if isinstance(error.kwargs.get("error"), SoftTimeLimitExceeded):
            raise error.kwargs[
                "error"
            ] from None  # not AWS's doing: botocore wraps whatever happens in a call
        raise UnreachableError(f"AWS could not be reached: {error}", code=type(error).__name__) from error


def _from_client_error(error: ClientError) -> PlatformError:
    meta: dict[str, Any] = error.response.get("ResponseMetadata", {})
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", "")) or str(error)
    retry_after = meta.get("HTTPHeaders", {}).get("retry-after", "")
    found = classify(code, int(meta.get("HTTPStatusCode", 0)), message)
    return found(
        message,
        code=code,
        request_id=str(meta.get("RequestId", "")),
        retry_after=float(retry_after) if retry_after.isdigit() else None,
    )
