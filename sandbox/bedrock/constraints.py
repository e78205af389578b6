"""A value against its shape, complaints in the words AWS's services share.

Those words ("… failed to satisfy constraint: Member must …") are the AWS frameworks' own; that Bedrock's control plane
uses them for every constraint is assumed, not recorded.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.bedrock.shapes import Shape, pattern, shape
from sandbox.errors import PlatformError, validation

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "float": (int, float),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}
_NULL = "Member must not be null"


def check(value: Any, name: str) -> None:
    """Raises AWS's ValidationException naming every member out of bounds."""
    complaints = list(_complaints(value, shape(name), ""))
    if complaints:
        number = len(complaints)
        errors = "error" if number == 1 else "errors"
        raise validation(f"{number} validation {errors} detected: {'; '.join(complaints)}")


def _complaints(value: Any, form: Shape, path: str) -> Iterator[str]:
    kind = form["type"]
    if kind == "timestamp":
        return
    if not _is_a(kind, value):
        words = f"'{path}' must be of type {kind}"
        raise PlatformError(400, "SerializationException", words)
    match kind:
        case "structure":
            yield from _structure(value, form, path)
        case "string":
            yield from _string(value, form, path)
        case "list":
            yield from _length(value, form, path)
            for number, item in enumerate(value, 1):
                yield from _complaints(item, shape(form["member"]["shape"]), f"{path}.{number}.member")
        case "map":
            yield from _length(value, form, path)
            for key, item in value.items():
                yield from _complaints(key, shape(form["key"]["shape"]), path)
                yield from _complaints(item, shape(form["value"]["shape"]), f"{path}.{key}.member")
        case "integer" | "float":
            yield from _number(value, form, path)


def _is_a(kind: str, value: Any) -> bool:
    return isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _structure(value: dict[str, Any], form: Shape, path: str) -> Iterator[str]:
    if form.get("union") and len([member for member in value.values() if member is not None]) != 1:
        raise PlatformError(400, "SerializationException", f"'{path}' must have exactly one member")
    for name in form.get("required", ()):
        if value.get(name) is None:
            yield _failed("null", _join(path, name), _NULL)
    for name, member in form["members"].items():
        if value.get(name) is not None:
            yield from _complaints(value[name], shape(member["shape"]), _join(path, name))


def _string(value: str, form: Shape, path: str) -> Iterator[str]:
    said = f"'{value}'"
    if "enum" in form and value not in form["enum"]:
        yield _failed(said, path, f"Member must satisfy enum value set: [{', '.join(form['enum'])}]")
    if "pattern" in form and not (len(value) <= 4096 and pattern(form["pattern"]).fullmatch(value)):
        yield _failed(said, path, f"Member must satisfy regular expression pattern: {form['pattern']}")
    yield from _length(value, form, path)


def _length(value: Any, form: Shape, path: str) -> Iterator[str]:
    said = f"'{value}'" if isinstance(value, str) else f"'[{len(value)} members]'"
    if len(value) > form.get("max", len(value)):
        yield _failed(said, path, f"Member must have length less than or equal to {form['max']}")
    if len(value) < form.get("min", 0):
        yield _failed(said, path, f"Member must have length greater than or equal to {form['min']}")


def _number(value: float, form: Shape, path: str) -> Iterator[str]:
    if value > form.get("max", value):
        yield _failed(f"'{value}'", path, f"Member must have value less than or equal to {form['max']}")
    if value < form.get("min", value):
        yield _failed(f"'{value}'", path, f"Member must have value greater than or equal to {form['min']}")


def _failed(said: str, path: str, constraint: str) -> str:
    return f"Value {said} at '{path}' failed to satisfy constraint: {constraint}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
