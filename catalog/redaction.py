"""No secret in a log, on a page or in a row: what looks like one is blanked out. Pure."""

import re

_SECRET_VALUE = re.compile(
    r"(sk-[A-Za-z0-9_-]{8,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)|X-Amz-(?:Signature|Credential|Security-Token)=[^&\s\"']+)"
)


def redact(text: str) -> str:
    """Blank out what looks like a key, a password in an address, or a signature."""
    return _SECRET_VALUE.sub("[redacted]", text)
