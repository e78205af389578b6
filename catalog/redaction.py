"""No secret in a log, on a page or in a row: what looks like one is blanked out. Pure."""

import re

_SECRET_VALUE = re.compile(
    r"(sk-[A-Za-z0-9_-]{8,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|(?<=://)[^/\s:@]*:[^\s@]+(?=@)"
    r"|(?i:bearer)\s+[\w.~+/=-]{8,}"
    r"|(?i:secret_access_key|session_token)[\"']?\s*[=:]\s*\S+"
    r"|X-Amz-(?:Signature|Credential|Security-Token)=[^&\s\"']+)"
)


def redact(text: str) -> str:
    """Blank out what looks like a key, a password in an address, or a signature."""
    return _SECRET_VALUE.sub("[redacted]", text)
