# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""What happened, and what was scanned that is no device: written once, never changed."""

from station.core.item import Event
from station.core.scan import Scan

from .base import Part
from .rows import read_event
from .values import time_number, time_text

BATCH_NUMBER = "(SELECT CAST(seq AS TEXT) FROM batches WHERE id = ?)"
"""A batch's number as events name it: most rows of the history are one to a device, and its ID is longer than all else
that they say. Histories of version 2 have the ID itself."""

_EVENTS = "SELECT e.*, coalesce(b.id, e.batch) AS batch_id FROM events e LEFT JOIN batches b ON b.seq = e.batch"


class JournalReads(Part):
    def events(self, *, item: int = 0, batch: str = "") -> list[Event]:
        """All where neither is given."""
        where = ["e.item = ?"] if item else []
        values: list[str | int] = [item] if item else []
        if batch:
            where.append(f"e.batch IN (?, {BATCH_NUMBER})")
            values += [batch, batch]
        # The partial indexes hold no empty words, and are used only where the condition says so.
        where += ["e.item != 0"] if item else []
        where += ["e.batch != ''"] if batch else []
        condition = f"WHERE {' AND '.join(where)} " if where else ""
        return [read_event(row) for row in self._db.read(f"{_EVENTS} {condition}ORDER BY e.id", *values)]


class JournalWrites(JournalReads):
    def add_event(self, event: Event) -> None:
        self._db.write(
            "INSERT INTO events (at, what, batch, item, device_id, old, new, who, why, detail) "
            f"VALUES (?,?,coalesce({BATCH_NUMBER},?),?,?,?,?,?,?,?)",
            time_number(event.at), event.what, event.batch, event.batch, event.item, event.device_id, event.old,
            event.new, event.who, event.why, event.detail,
        )

    def add_refused_scan(self, scan: Scan, shown: str, refusal: str, *, sealed: bool) -> None:
        scanned_at = time_text(scan.at)
        self._db.write(
            "INSERT INTO refused_scans (scanned_at, source, symbology, shown, refusal, sealed, data) "
            "VALUES (?,?,?,?,?,?,?)",
            scanned_at, scan.source, scan.symbology, shown, refusal, int(sealed),
            self._secrets.seal_scan(scan.data, scanned_at, secret=sealed),
        )
