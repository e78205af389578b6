"""Which class an AWS error belongs to. The messages are those that real accounts saw."""

import pytest

from catalog.platforms.base import (
    AuthError,
    CapacityError,
    ConflictError,
    PermanentError,
    PlatformError,
    TransientError,
)
from catalog.platforms.classify import classify

T, C, X, P, A = TransientError, CapacityError, ConflictError, PermanentError, AuthError
VALIDATION = "ValidationException"


@pytest.mark.parametrize(
    ("code", "status", "message", "expected"),
    [
        # throttling, in every service's own word
        ("ThrottlingException", 429, "Too many requests, please wait before trying again.", T),
        ("ThrottlingException", 400, "Rate exceeded", T),
        ("Throttling", 400, "Rate exceeded", T),
        ("ThrottledException", 400, "Rate exceeded", T),
        ("RequestThrottled", 400, "Rate exceeded", T),
        ("TooManyRequestsException", 429, "", T),
        ("RequestLimitExceeded", 503, "Request limit exceeded.", T),
        ("SlowDown", 503, "Please reduce your request rate.", T),
        # the platform's own trouble
        ("InternalServerException", 500, "The system encountered an unexpected error", T),
        ("InternalFailure", 500, "", T),
        ("InternalError", 500, "We encountered an internal error. Please try again.", T),
        ("ServiceUnavailableException", 503, "", T),
        ("ModelNotReadyException", 429, "Model is not ready for inference", T),
        ("RequestTimeout", 400, "Your socket connection to the server was not read from", T),
        ("502", 502, "Bad Gateway", T),
        ("", 200, "", T),
        ("", 0, "", T),
        # quotas: HTTP 400
        ("ServiceQuotaExceededException", 400, "Too many model-units", C),
        ("LimitExceededException", 400, "", C),
        ("LimitExceeded", 409, "Cannot exceed quota for RolesPerAccount: 1000.", C),
        ("TooManyBuckets", 400, "You have attempted to create more buckets than allowed", C),
        (VALIDATION, 400, "You have exceeded the quota of 0 model units for Nova Lite", C),
        (VALIDATION, 400, "Account limit exceeded for model units", C),
        # conflicts: HTTP 400 and 409
        ("ConflictException", 400, "", X),
        ("ResourceInUseException", 400, "", X),
        (VALIDATION, 400, "The provided job name is currently in use.", X),
        (VALIDATION, 400, "The provided model name is currently in use.", X),
        (VALIDATION, 400, "A provisioned model with this name already exists", X),
        (VALIDATION, 400, "Model customization is still in progress", X),
        ("SomethingNew", 409, "", X),
        # a fresh role takes a while to be known
        (VALIDATION, 400, "Could not assume provided IAM role. Please verify its trust policy.", T),
        # the rest of ValidationException is the caller's own mistake
        (VALIDATION, 400, "The provided model identifier is invalid.", P),
        (VALIDATION, 400, "Unable to fetch info about bucket my-bucket", P),
        ("ResourceNotFoundException", 404, "Could not resolve the foundation model", P),
        ("TooManyTagsException", 400, "Too many tags", P),
        ("UnknownOperationException", 404, "", P),
        ("SomethingNew", 400, "We have never seen this", P),
        # trust
        ("AccessDeniedException", 403, "Your account is not authorized to invoke this API operation.", A),
        ("AccessDenied", 403, "Access Denied", A),
        ("ExpiredTokenException", 403, "The security token included in the request is expired", A),
        ("ExpiredToken", 400, "The provided token has expired.", A),
        ("RequestExpired", 400, "Request has expired.", A),
        ("UnrecognizedClientException", 403, "The security token included in the request is invalid.", A),
        ("InvalidClientTokenId", 403, "", A),
        ("InvalidAccessKeyId", 403, "", A),
        ("InvalidToken", 400, "The provided token is malformed or otherwise invalid.", A),
        ("AuthFailure", 401, "", A),
        ("InvalidSignatureException", 403, "Signature expired: 20261122T000000Z is now earlier than", A),
        ("SignatureDoesNotMatch", 403, "", A),
        ("MissingAuthenticationTokenException", 403, "Missing Authentication Token", A),
        ("OptInRequired", 403, "", A),
        (
            "SubscriptionRequiredException",
            400,
            "The AWS Access Key Id needs a subscription for the service",
            A,
        ),
        ("SomethingNew", 401, "", A),
        ("SomethingNew", 403, "quite another thing", A),
    ],
)
def test_an_aws_error_is_judged_by_code_then_message_then_status(code, status, message, expected):
    assert classify(code, status, message) is expected


def test_a_code_that_says_enough_is_not_overruled_by_words_in_its_message():
    assert classify("AccessDeniedException", 403, "quota of the key already exists") is A
    assert classify("ThrottlingException", 400, "Could not assume, job name currently in use, quota") is T


def test_a_refusal_that_names_an_existing_thing_is_still_a_refusal():
    """HTTP 401 and 403 are about trust whatever the words are."""
    assert classify("SomethingNew", 403, "the resource already exists") is A


@pytest.mark.parametrize("error", [T, C, X, P, A])
def test_every_class_says_what_to_do(error):
    assert issubclass(error, PlatformError)
    assert error.word
    assert error.way_out.endswith(".")
