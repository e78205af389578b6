"""AWS's ways of writing an error, as botocore's parsers read them.

Source: ``botocore.parsers`` 1.44.5: restJson1 takes the code from the x-amzn-errortype header (up to a colon)
and the message from the body; restXml for S3; the query protocol for STS and IAM; the JSON
protocols of CloudWatch and the price list take it from ``__type``, CloudWatch's older code from x-amzn-query-error.
"""

from dataclasses import replace
from xml.sax.saxutils import escape

from sandbox.errors import PlatformError
from sandbox.wire import Response, json_response

_NAMESPACE = "http://internal.amazon.com/coral/com.amazon.bedrock/"  # AWS appends it after a colon


def rest_json(error: PlatformError, request_id: str) -> Response:
    headers = {"x-amzn-ErrorType": f"{error.code}:{_NAMESPACE}", **error.headers}
    return json_response({"message": error.message}, error.status, headers)


def json_type(error: PlatformError, request_id: str) -> Response:
    headers = {"Content-Type": "application/x-amz-json-1.1", **error.headers}
    return json_response({"__type": error.code, "message": error.message}, error.status, headers)


def json_of_query(error: PlatformError, request_id: str) -> Response:
    """Of a service that once spoke the query protocol."""
    sender = "Receiver" if error.status >= 500 else "Sender"
    answer = json_type(error, request_id)
    return replace(answer, headers=answer.headers | {"x-amzn-query-error": f"{error.code};{sender}"})


def s3_xml(error: PlatformError, request_id: str) -> Response:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(error.code or '')}</Code><Message>{escape(error.message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    )
    return Response(error.status, body.encode(), {"Content-Type": "application/xml", **error.headers})


def query_xml(error: PlatformError, request_id: str) -> Response:
    kind = "Receiver" if error.status >= 500 else "Sender"
    body = (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{escape(error.code or '')}</Code>"
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Response(error.status, body.encode(), {"Content-Type": "text/xml", **error.headers})
