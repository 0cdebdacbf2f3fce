# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""Batches, and the desk's own values."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from station.core.batch import Batch

from .base import Part
from .connection import Value
from .rows import BATCH_COLUMNS, BATCH_FIELDS, read_batch
from .values import time_text

DESK_ID = "desk_id"
_CHANGEABLE = frozenset(BATCH_FIELDS) - {"id", "revision"}
_MARKS = ", ".join("?" * len(BATCH_FIELDS))
assert set(BATCH_FIELDS) == {field.name for field in fields(Batch)}  # noqa: S101 - a new field needs a column


class BatchReads(Part):
    def batch(self, batch: str) -> Batch | None:
        row = self._db.one(f"SELECT {BATCH_COLUMNS} FROM batches b WHERE id = ?", batch)
        return read_batch(row) if row else None

    def batch_named(self, name: str) -> Batch | None:
        """The newest of that name."""
        if not name:
            return None
        row = self._db.one(
            f"SELECT {BATCH_COLUMNS} FROM batches b WHERE name = ? AND name != '' ORDER BY seq DESC LIMIT 1", name
        )
        return read_batch(row) if row else None

    def batches(self, limit: int = 200) -> list[Batch]:
        rows = self._db.read(f"SELECT {BATCH_COLUMNS} FROM batches b ORDER BY seq DESC LIMIT ?", limit)
        return [read_batch(row) for row in rows]

    def open_batches(self) -> list[Batch]:
        rows = self._db.read(f"SELECT {BATCH_COLUMNS} FROM batches b WHERE closed_at IS NULL ORDER BY seq")
        return [read_batch(row) for row in rows]

    def desk_id(self) -> str:
        """A UUID that the database was given when it was made."""
        return self.get(DESK_ID)

    def get(self, name: str) -> str:
        return str(self._db.value("SELECT value FROM meta WHERE name = ?", name) or "")


class BatchWrites(BatchReads):
    def put(self, name: str, value: str) -> None:
        self._db.write(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name, value,
        )

    def add_batch(self, batch: Batch) -> None:
        values = [_value(getattr(batch, name)) for name in BATCH_FIELDS]
        self._db.write(f"INSERT INTO batches ({', '.join(BATCH_FIELDS)}) VALUES ({_MARKS})", *values)

    def change_batch(self, batch: str, *, revision: int | None = None, **changes: object) -> bool:
        """False where there is no such batch, or its revision is another by now."""
        unknown = set(changes) - _CHANGEABLE
        if unknown:
            raise TypeError(f"a batch has no {', '.join(sorted(unknown))} to change")
        sets = "".join(f"{name} = ?, " for name in changes)
        where, last = ("", ()) if revision is None else (" AND revision = ?", (revision,))
        done = self._db.write(
            f"UPDATE batches SET {sets}revision = revision + 1 WHERE id = ?{where}",
            *(_value(value) for value in changes.values()), batch, *last,
        )
        return done.rowcount == 1

    def put_away(self, batches: Sequence[str]) -> list[int]:
        gone: list[int] = []
        for batch in batches:
            rows = self._db.read(
                "SELECT i.id FROM items i JOIN batches b ON b.seq = i.batch WHERE b.id = ? AND b.on_table = 1 "
                "AND b.closed_at IS NOT NULL AND i.progress != 'removed' ORDER BY i.number", batch,
            )
            self._db.write(
                "UPDATE batches SET on_table = 0, revision = revision + 1 "
                "WHERE id = ? AND on_table = 1 AND closed_at IS NOT NULL", batch,
            )
            gone += [row[0] for row in rows]
        return gone

    def _touch(self, item: int) -> None:
        """Count up the revision of a row's batch: what Claim would do has changed."""
        self._db.write(
            "UPDATE batches SET revision = revision + 1 WHERE seq = (SELECT batch FROM items WHERE id = ?)", item
        )


def _value(value: object) -> Value:
    if isinstance(value, datetime):
        return time_text(value)
    if value is None or isinstance(value, str | int):
        return int(value) if isinstance(value, bool) else value
    raise TypeError(f"not for a batch's column: {type(value).__name__}")
