# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""Taking over what can still be read of a damaged database."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .batches import DESK_ID
from .connection import Value, connect
from .store import SqliteStore
from .triggers import RECOUNT
from .values import read_time, time_number

# Others refer to these: in this order a row finds what it refers to.
_TABLES = ("meta", "batches", "calls", "items", "devices", "call_devices", "findings", "events", "refused_scans")
_TIMES = {
    "items": ("scanned_at", "looked_up_at", "settled_at", "sent_at"), "devices": ("changed_at",), "events": ("at",),
}
"""Numbers; texts up to version 3."""


def salvage(aside: Path, store: SqliteStore) -> str:
    """Copy what can be read from ``aside`` into the new ``store``; gives how many rows of which table, for support.

    Raises ``sqlite3.Error`` where the new one cannot be written; it is then empty.
    """
    try:
        old = connect(aside, read_only=True)
    except sqlite3.Error as error:
        return f"nothing could be read: {error}"
    told: list[str] = []
    try:
        with store.transaction():
            for table in _TABLES:
                kept, lost = _copy(old, store.connection.raw, table)
                told.append(f"{table} {kept}" + (f" (not all: {lost})" if lost else ""))
            _mend(store.connection.raw)
    finally:
        old.close()
    return ", ".join(told)


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> tuple[int, str]:
    """How many rows came over, and why not all of them (empty where all did)."""
    known = [row["name"] for row in new.execute(f"PRAGMA table_xinfo({table})") if not row["hidden"]]
    kept = 0
    lost: list[str] = []
    # From the front until it breaks, then from the back: a damaged page in the middle costs only what is on it.
    for way in ("ASC", "DESC"):
        for row in _readable(old, table, way, lost):
            values = _as_now(table, dict(zip(row.keys(), row, strict=True)))
            names = [name for name in known if name in values]
            insert = (
                f"INSERT OR {_else(table, row)} INTO {table} ({', '.join(names)}) "
                f"VALUES ({', '.join('?' * len(names))})"
            )
            try:
                kept += new.execute(insert, [values[name] for name in names]).rowcount
            except sqlite3.IntegrityError as error:
                lost.append(str(error))
        if not lost:
            break
    return kept, lost[0] if lost else ""


def _as_now(table: str, row: Mapping[str, Any]) -> dict[str, Value]:
    """A row as it would be written now, whatever version its database had."""
    values = dict(row)
    for name in _TIMES.get(table, ()):
        if isinstance(values.get(name), str):
            with suppress(ValueError):
                values[name] = time_number(read_time(values[name]))
    if table == "items" and "own_fields" not in values:
        # Nothing of it follows from the text: NULL means so, but for a sealed scan that was erased.
        scan = values["scan"] if values["sealed"] else values["scan"] or b""
        values |= {"own_fields": values["fields"], "own_shown": values["shown"], "own_scan": scan}
    return values


def _readable(old: sqlite3.Connection, table: str, way: str, lost: list[str]) -> Iterator[sqlite3.Row]:
    """The rows of a table up to the first that cannot be read."""
    order = "name" if table == "meta" else "rowid"
    try:
        yield from old.execute(f"SELECT * FROM {table} ORDER BY {order} {way}")
    except sqlite3.DatabaseError as error:
        lost.append(str(error))


def _else(table: str, row: sqlite3.Row) -> str:
    # The desk's values come back (the salt of what is sealed among them); a new file's ID stays its own.
    return "REPLACE" if table == "meta" and row["name"] != DESK_ID else "IGNORE"


def _mend(new: sqlite3.Connection) -> None:
    """Rows that lost what they refer to let go of it; the counters are counted anew."""
    for table, links in (("items", ("repeat_of", "inside", "again_of", "again_in")), ("devices", ("inside",))):
        for link in links:
            new.execute(f"UPDATE {table} SET {link} = NULL WHERE {link} NOT IN (SELECT id FROM items)")
    new.execute("UPDATE devices SET call = NULL WHERE call NOT IN (SELECT key FROM calls)")
    new.execute(RECOUNT)
