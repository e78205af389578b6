"""What people write about a custom model, as it is stored. Pure."""

from catalog.platforms.words import plain

MOST = 2000  # characters; a browser counts a line break as one


def tidy(text: str | None) -> str:
    """Line breaks as \\n, for a browser sends CR LF; nothing that a database does not take, no space around it."""
    whole = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return plain(whole, len(whole)).strip()


def why_too_long(what: str, text: str) -> str:
    """Say that a text is too long, or ""."""
    if len(text) <= MOST:
        return ""
    return f"The {what} has {len(text):,} characters; at most {MOST:,} fit. Shorten it."
