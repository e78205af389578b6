"""What the product logs as errors goes into a list, to be counted as a defect, instead of onto the terminal."""

from __future__ import annotations

import logging


class _Ear(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        said = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
        error = record.exc_info[1] if record.exc_info else None
        trace = str(said.get("exception", "")).strip().rsplit("\n", 1)[-1]
        named = f"{type(error).__name__}: {error}" if error else ""
        self.heard.append(f"{said.get('event')} {trace} {named}".strip()[:300])


def listen() -> list[str]:
    """From now on this process' errors are in the list that is returned; warnings are dropped."""
    heard: list[str] = []
    for name in (None, "django", "django.request", "celery", "kombu"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [_Ear(heard)] if name is None else []
        logger.propagate = True
    return heard
