# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""Rows: reading them, and finding those that a scan or a person means."""

from array import array
from collections.abc import Iterator, Sequence

from station.core.identifier import Identifier
from station.core.item import Device, Item, Link
from station.core.progress import LIVE

from .base import CHUNK, Part, marks
from .rows import DEVICE_COLUMNS, ITEM_FROM, read_device, read_link

_LIVE = ", ".join(sorted(f"'{progress.value}'" for progress in LIVE))
_FREE = "i.repeat_of IS NULL AND i.inside IS NULL"
_SAME = "(i.connection = ? OR (b.kind = ? AND b.address = ?))"
_OPEN = "b.closed_at IS NULL AND i.progress = 'open'"

MOST_HALVES = 20
"""A label is tried with so many of the rows that still lack something, the newest first."""


class ItemReads(Part):
    def item(self, item: int) -> Item | None:
        found = self._items("WHERE i.id = ?", item)
        return found[0] if found else None

    def items(self, ids: Sequence[int]) -> list[Item]:
        found: dict[int, Item] = {}
        for at in range(0, len(ids), CHUNK):
            part = list(ids[at : at + CHUNK])
            found |= {item.id: item for item in self._items(f"WHERE i.id IN ({marks(part)})", *part)}
        return [found[one] for one in ids if one in found]

    def items_of(self, batch: str) -> Iterator[Item]:
        """In slices, so that nobody holds a million rows and no statement stays open between them."""
        seq = self._db.value("SELECT seq FROM batches WHERE id = ?", batch)
        last = (-1, -1)
        while seq is not None:
            part = self._items(
                f"WHERE i.batch = ? AND (i.number, i.id) > (?, ?) ORDER BY i.number, i.id LIMIT {CHUNK}", seq, *last
            )
            yield from part
            if len(part) < CHUNK:
                return
            last = (part[-1].number, part[-1].id)

    def open_ids(self, batch: str = "") -> "array[int]":
        """Rows that are open, by number: of a batch, or of all that Claim has not closed; others are not looked at."""
        if batch:
            return self._db.numbers(
                "SELECT id FROM items WHERE batch = (SELECT seq FROM batches WHERE id = ?) AND progress = 'open' "
                "ORDER BY number", batch,
            )
        return self._db.numbers(
            "SELECT i.id FROM batches b CROSS JOIN items i ON i.batch = b.seq "
            "WHERE b.closed_at IS NULL AND +b.on_table = 1 AND i.progress = 'open' ORDER BY i.number"
        )

    def devices(self, item: int) -> list[Device]:
        return self._devices("WHERE d.item = ? ORDER BY d.id", item)

    def raw_finding(self, item: int) -> str:
        return str(self._db.value("SELECT raw_finding FROM items WHERE id = ?", item) or "")

    def live_item(
        self, connection: str, identifier: Identifier, *, kind: str = "", address: str = "", other_than: int = 0
    ) -> Link | None:
        row = self._db.one(
            "SELECT i.id, i.number, i.scanned_at, b.id AS batch_id, b.on_table FROM "
            f"{ITEM_FROM} WHERE i.key = ? AND {_SAME} AND i.live = 1 AND i.complete = 1 AND i.fits = '' AND i.id != ? "
            f"AND {_FREE} ORDER BY i.id LIMIT 1",
            identifier.key, connection, kind, address, other_than,
        )
        return read_link(row) if row else None

    def live_device(
        self, connection: str, device_id: str, *, other_than: int = 0, kind: str = "", address: str = ""
    ) -> Link | None:
        row = self._db.one(
            "SELECT i.id, i.number, i.scanned_at, b.id AS batch_id, b.on_table FROM devices d "
            "JOIN items i ON i.id = d.item JOIN batches b ON b.seq = i.batch WHERE d.device_id = ? "
            f"AND d.inside IS NULL AND d.progress IN ({_LIVE}) AND {_SAME} AND i.id != ? AND {_FREE} "
            "ORDER BY i.id LIMIT 1",
            device_id, connection, kind, address, other_than,
        )
        return read_link(row) if row else None

    def halves(self, batch: str) -> list[Item]:
        return self._items(
            "WHERE i.batch = (SELECT seq FROM batches WHERE id = ?) AND i.complete = 0 AND i.progress = 'open' "
            f"AND i.fits = '' AND {_FREE} ORDER BY i.id DESC LIMIT {MOST_HALVES}", batch,
        )

    def newest(self, batch: str, most: int) -> list[Item]:
        return self._items(
            "WHERE i.batch = (SELECT seq FROM batches WHERE id = ?) AND i.progress = 'open' AND i.fits = '' "
            f"AND {_FREE} ORDER BY i.number DESC LIMIT ?", batch, most,
        )

    def last_open(self) -> Item | None:
        newest = self._db.value(
            "SELECT max((SELECT i.id FROM items i WHERE i.batch = b.seq AND i.progress = 'open' "
            "ORDER BY i.number DESC LIMIT 1)) FROM batches b WHERE b.closed_at IS NULL AND +b.on_table = 1"
        )
        return None if newest is None else self.item(newest)

    def open_items(self, *, unchecked_only: bool = False) -> list[Item]:
        only = " AND i.claim_status = 'unchecked'" if unchecked_only else ""
        found = self._items(
            f"WHERE {_OPEN} AND i.complete = 1 AND {_FREE}{only} ORDER BY b.seq, i.number, i.id"
        )
        return [item for item in found if not item.identifier.missing]

    def devices_by_id(self, ids: Sequence[int]) -> list[Device]:
        found: list[Device] = []
        for at in range(0, len(ids), CHUNK):
            part = list(ids[at : at + CHUNK])
            found += self._devices(f"WHERE d.id IN ({marks(part)}) ORDER BY d.id", *part)
        return found

    def _devices(self, where: str, *values: str | int) -> list[Device]:
        rows = self._db.read(f"SELECT {DEVICE_COLUMNS} FROM devices d {where}", *values)
        links = self._links(row["inside"] for row in rows)
        return [read_device(row, links) for row in rows]
