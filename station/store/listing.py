# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""Which rows the table shows, in which order, and the counters above it."""

import sqlite3
from array import array
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from station.core.news import Counts

from .base import Part, marks
from .values import maybe_read_time


class Order(Protocol):
    """A sort order and a filter, as the desk says it; the words are those below."""

    @property
    def by(self) -> StrEnum: ...
    @property
    def descending(self) -> bool: ...
    @property
    def text(self) -> str: ...
    @property
    def show(self) -> StrEnum: ...


_SORTS = {
    "number": "i.number {way}",  # no two rows on the table have the same: the index alone gives this order
    "identifier": "i.text {way}, i.id {way}",
    "what": "i.what {way}, i.product_number {way}, i.device_type {way}, i.id {way}",
    "name": "i.name = '', i.name COLLATE NOCASE {way}, i.id {way}",
    "status": "i.progress {way}, i.claim_status {way}, i.id {way}",
    "scanned": "i.scanned_at {way}, i.id {way}",
}
# A secret that was kept in memory by a run that is over: the row is not ready, whatever its columns say.
LOST = "(i.secret_names != '' AND NOT secret_known(i.id, i.secret IS NOT NULL))"
_SHOWS = {
    "all": "",
    "ready": f" AND i.claimable > 0 AND b.closed_at IS NULL AND NOT {LOST}",
    "problems": f" AND (i.problem = 1 OR (i.claimable > 0 AND {LOST}))",
    "waiting": " AND (i.queued_devices > 0 OR i.sending_devices > 0 OR i.unknown_devices > 0 OR i.held_devices > 0)",
    "done": " AND i.progress IN ('claimed', 'released')",
}


MOST_ROWS = 50_000
"""A table that is neither filtered nor sorted otherwise shows so many rows and those of their batches: nobody scrolls
further, and whoever looks for one of a million rows filters."""
MOST_SORTED = 100_000
"""And one that is, so many rows."""
LONG = 20_000
"""Rows that are sorted or filtered in some 50 ms."""


class ListingReads(Part):
    def item_ids(self, order: Order) -> "array[int]":
        on_table = self._db.read("SELECT seq, target_title, scanned FROM batches WHERE on_table = 1 ORDER BY highest")
        needle = order.text.strip().casefold()
        if _is_plain(order):
            on_table = _first_rows(on_table, descending=order.descending)
        if not on_table:
            return array("q")
        seqs = [row["seq"] for row in on_table]
        text, values = "", []
        if needle:
            titled = [row["seq"] for row in on_table if needle in row["target_title"].casefold()]
            text = f" AND (instr(lower(i.text), ?) > 0 OR instr(i.search, ?) > 0 OR i.batch IN ({marks(titled)}))"
            values = [needle, needle, *titled]
        shown = _SHOWS[order.show.value]
        sort = _SORTS[order.by.value].format(way="DESC" if order.descending else "ASC")
        most = "" if _is_plain(order) else f" LIMIT {MOST_SORTED}"
        joined = " JOIN batches b ON b.seq = i.batch" if "b." in shown else ""
        return self._db.numbers(
            f"SELECT i.id FROM items i{joined} WHERE i.batch IN ({marks(seqs)}) AND i.progress != 'removed'"
            f"{shown}{text} ORDER BY {sort}{most}", *seqs, *values,
        )

    def sorts_long(self, order: Order) -> bool:
        if _is_plain(order):
            return False
        return int(self._db.value("SELECT coalesce(sum(scanned), 0) FROM batches WHERE on_table = 1")) > LONG

    def counts(self) -> Counts:
        """A few rows of counters that triggers keep, whatever lies on the table."""
        row = self._db.one(
            "SELECT sum(scanned), sum(CASE WHEN closed_at IS NULL THEN ready END), sum(problems), sum(queued), "
            "sum(unknown), sum(claimed), sum(sending), sum(checking), "
            "sum(CASE WHEN closed_at IS NULL THEN unchecked END) FROM batches WHERE on_table = 1"
        )
        scanned, ready, problems, queued, unknown, claimed, sending, checking, unchecked = (one or 0 for one in row)
        # Two connections may have targets of the same title: each is counted by itself.
        goals = {
            (one["connection"], one["target_title"]): one["ready"]
            for one in self._db.read(
                "SELECT connection, target_title, sum(ready) AS ready FROM batches WHERE +on_table = 1 "
                "AND closed_at IS NULL GROUP BY connection, target_title ORDER BY min(seq)"
            )
        }
        lost = self._db.read(
            "SELECT i.claimable, i.claim_status, b.connection, b.target_title FROM batches b "
            "CROSS JOIN items i ON i.batch = b.seq "  # open batches are few: closed ones have nothing to be claimed
            "WHERE +b.on_table = 1 AND b.closed_at IS NULL AND i.secret_names != '' AND i.claimable > 0 "
            f"AND {LOST}"
        )
        for one in lost:
            problems += 1
            ready -= one["claimable"]
            unchecked -= one["claim_status"] == "unchecked"
            goals[one["connection"], one["target_title"]] -= one["claimable"]
        return Counts(
            scanned, ready, problems, queued, unknown, claimed, sending, self._waiting_since() if queued else None,
            tuple((title, count) for (_, title), count in goals.items() if count), checking, unchecked,
        )

    def under_way(self, batches: Sequence[str]) -> int:
        among = f"id IN ({marks(batches)})"
        return int(self._db.value(f"SELECT coalesce(sum(queued + sending), 0) FROM batches WHERE {among}", *batches))

    def unfinished(self, connection: str) -> int:
        return int(self._db.value(
            "SELECT coalesce(sum(queued + sending + unknown), 0) FROM batches WHERE connection = ?", connection
        ))

    def _waiting_since(self) -> datetime | None:
        return maybe_read_time(self._db.value("SELECT min(closed_at) FROM batches WHERE queued > 0"))


def _is_plain(order: Order) -> bool:
    """Whether rows are shown by number, all of them: an index gives them in that order."""
    return not order.text.strip() and order.by.value == "number" and order.show.value == "all"


def _first_rows(on_table: list[sqlite3.Row], *, descending: bool) -> list[sqlite3.Row]:
    """Of batches by their highest number, those that hold the first rows of the table."""
    found: list[sqlite3.Row] = []
    rows = 0
    for batch in reversed(on_table) if descending else on_table:
        if rows >= MOST_ROWS:
            break
        found.append(batch)
        rows += batch["scanned"]
    return found
