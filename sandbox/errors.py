"""One exception for every refusal a platform may send; each platform renders it in its own dialect."""

from collections.abc import Mapping


class PlatformError(Exception):
    """A refusal: HTTP status, the platform's error code, its words, and OpenAI's extra ``type``/``param``."""

    def __init__(
        self,
        status: int,
        code: str | None,
        message: str,
        *,
        type: str = "invalid_request_error",
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.type, self.param = type, param
        self.headers = dict(headers or {})


def validation(message: str) -> PlatformError:
    return PlatformError(400, "ValidationException", message)


def not_found(message: str) -> PlatformError:
    return PlatformError(404, "ResourceNotFoundException", message)
