"""From an HTTP request to an operation's arguments, as the service model lays them out: path, query and body."""

import re
from datetime import UTC, datetime
from typing import Any

from sandbox.bedrock import constraints, shapes
from sandbox.errors import PlatformError, validation
from sandbox.wire import Request


def read(operation: str, request: Request, identifier: str) -> dict[str, Any]:
    """Checked arguments by AWS's names; members nobody knows are ignored, as AWS does."""
    name_of_input = shapes.input_name(operation)
    if name_of_input is None:
        return {}
    form = shapes.shape(name_of_input)
    body = _body(request)
    given: dict[str, Any] = {}
    for name, member in form["members"].items():
        match member.get("location"):
            case "uri":
                given[name] = identifier
            case "querystring":
                text = request.query.get(member["locationName"])
                given[name] = None if text is None else _typed(name, text, shapes.shape(member["shape"]))
            case None:
                given[name] = body.get(name)
    given = {name: value for name, value in given.items() if value is not None}
    constraints.check(given, name_of_input)
    return given


def check_input(operation: str, given: dict[str, Any]) -> None:
    """The same bounds for wishes that come from inside; raises ValueError with a sentence."""
    name = shapes.input_name(operation)
    try:
        constraints.check(given, str(name))
    except PlatformError as problem:
        raise ValueError(problem.message) from problem


def _body(request: Request) -> dict[str, Any]:
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise PlatformError(400, "SerializationException", "The request body is not a JSON object.")
    return body


def _typed(name: str, text: str, form: shapes.Shape) -> Any:
    match form["type"]:
        case "integer" if re.fullmatch(r"-?\d{1,9}", text):
            return int(text)
        case "boolean" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "timestamp":
            return _moment(name, text)
        case "integer" | "boolean":
            raise validation(f"'{text}' at '{name}' is not of type {form['type']}")
    return text


def _moment(name: str, text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise validation(f"'{text}' at '{name}' is not a timestamp") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
