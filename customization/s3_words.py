"""What to do when S3 does not do as asked, for those who upload files or have them checked. Pure.

The words of ``PlatformError.way_out`` are about syncing models, and of no use here.
"""

from __future__ import annotations

from catalog.platforms.base import AuthError, CapacityError, PlatformError, TransientError

_WAY_OUT: tuple[tuple[type[PlatformError], str], ...] = (
    (
        TransientError,
        "S3 has trouble that should pass: try again in a minute. Parts that have arrived are kept.",
    ),
    (
        AuthError,
        "modelhub's rights in S3 do not suffice: an admin finds them in docs/operations.md, “What AWS must allow”, and "
        "`manage.py doctor` shows whose credentials are in use.",
    ),
    (CapacityError, "S3 takes no more at present: try again later."),
)


def told(error: PlatformError) -> str:
    """The error and the way out of it, in words."""
    way_out = next(
        (words for kind, words in _WAY_OUT if isinstance(error, kind)), "Trying again will not help."
    )
    return f"{error.message} {way_out}"
