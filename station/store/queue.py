# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""What waits, batch by batch: how many devices stand where, and how often they were tried."""

from datetime import datetime

from station.core.batch import Batch
from station.core.progress import Progress

from .base import Part
from .rows import BATCH_COLUMNS, read_batch
from .values import maybe_read_time


class QueueReads(Part):
    def waiting_batches(self, limit: int = 200) -> list[Batch]:
        rows = self._db.read(
            f"SELECT {BATCH_COLUMNS} FROM batches b WHERE b.closed_at IS NOT NULL "
            "AND (b.queued > 0 OR b.sending > 0 OR b.unknown > 0) ORDER BY b.seq LIMIT ?", limit,
        )
        return [read_batch(row) for row in rows]

    def tally(self, batch: str) -> dict[Progress, int]:
        sums = ", ".join(f"coalesce(sum(i.{each.value}_devices), 0)" for each in Progress)
        row = self._db.one(
            f"SELECT {sums} FROM items i WHERE i.batch = (SELECT seq FROM batches WHERE id = ?)", batch
        )
        return {each: count for each, count in zip(Progress, row or (), strict=False) if count}

    def attempts(self, batch: str) -> tuple[int, datetime | None]:
        row = self._db.one(
            "SELECT coalesce(sum(tries), 0), max(sent_at) FROM calls WHERE batch = ? AND verb = 'claim'", batch
        )
        return (int(row[0]), maybe_read_time(row[1])) if row else (0, None)
