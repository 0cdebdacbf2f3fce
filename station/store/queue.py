# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""What waits, batch by batch: how many devices stand where, and how often they were tried."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from station.core.batch import Batch
from station.core.outcome import OutcomeKind
from station.core.progress import Progress

from .base import Part, marks
from .listing import LOST
from .rows import BATCH_COLUMNS, read_batch
from .values import maybe_read_time, time_text


class Sizes(NamedTuple):
    """Of one batch: its rows, the devices that Claim would claim of them, and how many rows of those hold a secret."""

    rows: int = 0
    ready: int = 0
    secret: int = 0


class QueueReads(Part):
    def waiting_batches(self, limit: int = 200) -> list[Batch]:
        rows = self._db.read(
            f"SELECT {BATCH_COLUMNS} FROM batches b WHERE b.closed_at IS NOT NULL "
            "AND (b.queued > 0 OR b.sending > 0 OR b.unknown > 0) ORDER BY b.seq LIMIT ?", limit,
        )
        return [read_batch(row) for row in rows]

    def waiting(self) -> dict[str, int]:
        """All such batches, and how many devices of each are queued or sending."""
        rows = self._db.read(
            "SELECT id, queued + sending FROM batches WHERE closed_at IS NOT NULL "
            "AND (queued > 0 OR sending > 0 OR unknown > 0) ORDER BY seq"
        )
        return {row[0]: row[1] for row in rows}

    def closed_since(self, at: datetime) -> list[Batch]:
        """Batches with anything queued that were closed after a moment."""
        rows = self._db.read(
            f"SELECT {BATCH_COLUMNS} FROM batches b WHERE b.closed_at > ? AND b.queued > 0", time_text(at)
        )
        return [read_batch(row) for row in rows]

    def paused_batches(self, connection: str) -> list[Batch]:
        rows = self._db.read(
            f"SELECT {BATCH_COLUMNS} FROM batches b WHERE b.connection = ? AND b.paused != '' ORDER BY b.seq",
            connection,
        )
        return [read_batch(row) for row in rows]

    def sizes(self, batch: str) -> Sizes:
        row = self._db.one(
            "SELECT scanned, ready, (SELECT count(*) FROM items i WHERE i.batch = b.seq AND i.secret_names != '' "
            f"AND i.claimable > 0 AND NOT {LOST}), (SELECT coalesce(sum(i.claimable), 0) FROM items i "
            f"WHERE i.batch = b.seq AND i.secret_names != '' AND i.claimable > 0 AND {LOST}) "
            "FROM batches b WHERE b.id = ?", batch,
        )
        return Sizes(row[0], row[1] - row[3], row[2]) if row else Sizes()

    def has_other(self, batch: str, progresses: Collection[Progress]) -> bool:
        """Whether a batch has a row of its own (no repeat, none inside another) with a progress beside these."""
        known = list(progresses)
        return bool(self._db.value(
            "SELECT EXISTS (SELECT 1 FROM items i WHERE i.batch = (SELECT seq FROM batches WHERE id = ?) "
            f"AND i.progress NOT IN ({marks(known)}) AND i.repeat_of IS NULL AND i.inside IS NULL)",
            batch, *(one.value for one in known),
        ))

    def outcomes(self, batch: str) -> list[tuple[Progress, OutcomeKind | None, bool, int]]:
        """How many devices of a batch's own rows came to what: progress, outcome, whether another row holds them."""
        rows = self._db.read(
            "SELECT d.progress, d.outcome, d.inside IS NOT NULL, count(*) FROM items i JOIN devices d ON d.item = i.id "
            "WHERE i.batch = (SELECT seq FROM batches WHERE id = ?) AND i.repeat_of IS NULL AND i.inside IS NULL "
            "AND i.progress != 'removed' AND d.progress != 'removed' GROUP BY 1, 2, 3 ORDER BY min(d.id)", batch,
        )
        return [(Progress(row[0]), None if row[1] is None else OutcomeKind(row[1]), bool(row[2]), row[3])
                for row in rows]

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
