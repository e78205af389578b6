"""The broker in a folder, with whole files only.

kombu's own writes a message under its final name: a worker that looks at that moment reads half of it and dies
(JSONDecodeError; seen about once in ten minutes with its 0.1 s polling). Here a file appears when it is complete.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # kombu's stubs disagree
        part = _written(Path(self.data_folder_out), dumps(payload))
        # Any name ending in the queue's sorts and is found; renaming is what makes it appear at once.
        name = f"{part.stat().st_mtime_ns}_{uuid.uuid4()}.{queue}.msg"
        part.rename(part.with_name(name))

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str) -> None:
        file = Path(self.control_folder) / f"{exchange}.exchange"
        if not file.exists():
            part = _written(file.parent, "[]")
            try:
                os.link(part, file)  # unlike a rename it never replaces what another process has just made
            except FileExistsError:
                pass
            finally:
                part.unlink()
        super()._queue_bind(exchange, routing_key or "", pattern or "", queue)


class Transport(filesystem.Transport):
    Channel = Channel


def _written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{uuid.uuid4()}.part"
    part.write_text(text)
    return part


def use() -> None:
    """Make ``filesystem://`` mean this transport in this process."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
