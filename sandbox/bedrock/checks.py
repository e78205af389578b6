"""AWS's words for a parameter out of bounds, in the form its services share; not recorded from Bedrock."""

import re

from sandbox.errors import PlatformError, validation
from sandbox.wire import Request


def one_of(request: Request, name: str, allowed: tuple[str, ...]) -> str | None:
    value = request.query.get(name)
    if value is not None and value not in allowed:
        raise _failed(name, value, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    return value


def matching(request: Request, name: str, pattern: str) -> str | None:
    value = request.query.get(name)
    if value is not None and not re.fullmatch(pattern, value):
        raise _failed(name, value, f"Member must satisfy regular expression pattern: {pattern}")
    return value


def whole_number(request: Request, name: str, default: int, low: int, high: int) -> int:
    value = request.query.get(name)
    if value is None:
        return default
    number = int(value) if re.fullmatch(r"-?\d{1,9}", value) else low - 1
    if number < low:
        raise _failed(name, value, f"Member must have value greater than or equal to {low}")
    if number > high:
        raise _failed(name, value, f"Member must have value less than or equal to {high}")
    return number


def _failed(name: str, value: str, constraint: str) -> PlatformError:
    return validation(
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {constraint}"
    )
