"""Twelve letters and digits, as AWS's ids have. From a seed, so that names and curves are the same everywhere."""

import hashlib

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def short_id(seed: str) -> str:
    number, letters = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:12], "big"), ""
    for _ in range(12):
        number, digit = divmod(number, 36)
        letters += _DIGITS[digit]
    return letters
