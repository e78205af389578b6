"""Which class an AWS error belongs to, by its code *and* message. Pure.

Codes: Amazon Bedrock API reference, "Common Errors" and the errors of each operation, read 2026-11-22.
Messages: as real accounts saw them; ValidationException hides at least four different causes.
"""

from __future__ import annotations

from catalog.platforms.base import (
    AuthError,
    CapacityError,
    ConflictError,
    PermanentError,
    PlatformError,
    TransientError,
)

_BY_CODE: dict[str, type[PlatformError]] = {
    "ThrottlingException": TransientError,
    "Throttling": TransientError,  # STS and IAM, with HTTP 400
    "ThrottledException": TransientError,
    "RequestThrottled": TransientError,
    "TooManyRequestsException": TransientError,
    "RequestLimitExceeded": TransientError,
    "InternalServerException": TransientError,
    "InternalFailure": TransientError,
    "ServiceUnavailableException": TransientError,
    "ServiceUnavailable": TransientError,
    "ModelNotReadyException": TransientError,
    "RequestTimeout": TransientError,
    "SlowDown": TransientError,
    "ServiceQuotaExceededException": CapacityError,
    "TooManyTagsException": PermanentError,
    "LimitExceededException": CapacityError,
    "LimitExceeded": CapacityError,
    "TooManyBuckets": CapacityError,
    "ConflictException": ConflictError,
    "ResourceInUseException": ConflictError,
    "AccessDeniedException": AuthError,
    "AccessDenied": AuthError,
    "ExpiredTokenException": AuthError,
    "ExpiredToken": AuthError,
    "RequestExpired": AuthError,
    "InvalidToken": AuthError,
    "UnrecognizedClientException": AuthError,
    "InvalidClientTokenId": AuthError,
    "InvalidAccessKeyId": AuthError,
    "IncompleteSignature": AuthError,
    "InvalidSignatureException": AuthError,
    "SignatureDoesNotMatch": AuthError,
    "MissingAuthenticationTokenException": AuthError,
    "NotAuthorized": AuthError,
    "OptInRequired": AuthError,
    "SubscriptionRequiredException": AuthError,
}

# (part of the message, class): only looked at for the codes that do not say enough.
_BY_MESSAGE: tuple[tuple[str, type[PlatformError]], ...] = (
    # IAM needs some seconds until a fresh role can be assumed: the very same call works then.
    ("could not assume provided iam role", TransientError),
    ("currently in use", ConflictError),
    ("already exists", ConflictError),
    ("in progress", ConflictError),
    ("quota", CapacityError),
    ("limit exceeded", CapacityError),
    ("too many", TransientError),
)


def classify(code: str, http_status: int, message: str) -> type[PlatformError]:
    """Return the error class that says what happens next; what is not known is judged by its HTTP status."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    if http_status in (401, 403):
        return AuthError
    lowered = message.lower()
    for part, found in _BY_MESSAGE:
        if part in lowered:
            return found
    if http_status == 429 or http_status >= 500 or http_status in (0, 200, 408):
        return TransientError
    if http_status == 409:
        return ConflictError
    return PermanentError
