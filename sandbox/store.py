"""Everything the sandbox remembers, written through to one SQLite file.

SQLite because a ledger line per request must be cheap and must survive SIGKILL: with WAL and
``synchronous=OFF`` a finished statement is in the kernel's hands, which is enough against a killed process
(not against a power cut, which a sandbox may forget).
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Store:
    """One database for all shelves; without a folder it lives in memory and dies with the process."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        path = ":memory:" if folder is None else str(folder / "sandbox.sqlite3")
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, body TEXT, UNIQUE (kind, key))"
        )

    def shelf(self, kind: str) -> "Shelf":
        return Shelf(self, kind)

    @contextmanager
    def together(self) -> Iterator[None]:
        """All writes inside survive a SIGKILL, or none. Ask no clock inside: it waits for this lock elsewhere."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                self.db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self.lock:
            self.db.close()


class Shelf:
    """Records of one kind by key, in the order they were put; read from memory, written through."""

    def __init__(self, store: Store, kind: str) -> None:
        self._store, self._kind = store, kind
        with store.lock:
            rows = store.db.execute("SELECT key, body FROM record WHERE kind = ? ORDER BY rowid", (kind,))
            self._records: dict[str, Record] = {key: json.loads(body) for key, body in rows}

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, key: str) -> bool:
        return key in self._records

    def __iter__(self) -> Iterator[Record]:
        with self._store.lock:
            return iter(list(self._records.values()))

    def get(self, key: str) -> Record | None:
        return self._records.get(key)

    def put(self, key: str, record: Record) -> None:
        self.put_all([(key, record)])

    def put_all(self, records: Iterable[tuple[str, Record]]) -> None:
        pairs = list(records)
        rows = [(self._kind, key, json.dumps(record)) for key, record in pairs]
        with self._store.lock:
            self._records.update(pairs)
            self._transact(
                "INSERT INTO record (kind, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                rows,
            )

    def delete(self, key: str) -> bool:
        with self._store.lock:
            known = self._records.pop(key, None) is not None
            self._store.db.execute("DELETE FROM record WHERE kind = ? AND key = ?", (self._kind, key))
        return known

    def drop_oldest(self) -> None:
        with self._store.lock:
            if self._records:
                self.delete(next(iter(self._records)))

    def clear(self) -> None:
        with self._store.lock:
            self._records.clear()
            self._store.db.execute("DELETE FROM record WHERE kind = ?", (self._kind,))

    def _transact(self, sql: str, rows: list[tuple[str, str, str]]) -> None:
        db = self._store.db
        if len(rows) == 1 or db.in_transaction:
            db.executemany(sql, rows)
            return
        db.execute("BEGIN IMMEDIATE")
        try:
            db.executemany(sql, rows)
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
