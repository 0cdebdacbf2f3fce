# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""Taking over what can still be read of a damaged database."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from .connection import connect
from .store import SqliteStore
from .triggers import RECOUNT

# Others refer to these: in this order a row finds what it refers to.
_TABLES = (
    "meta", "batches", "calls", "items", "devices", "call_devices", "findings", "events", "refused_scans"
)


def salvage(aside: Path, store: SqliteStore) -> str:
    """Copy what can be read from ``aside`` into the new ``store``; gives how many rows of which table, for support."""
    try:
        old = connect(aside, read_only=True)
    except sqlite3.Error as error:
        return f"nothing could be read ({error})"
    told: list[str] = []
    try:
        with store.transaction():
            for table in _TABLES:
                kept, whole = _copy(old, store, table)
                told.append(f"{table} {kept}{'' if whole else ' (not all)'}")
            _mend(store)
    finally:
        old.close()
    return ", ".join(told)


def _copy(old: sqlite3.Connection, store: SqliteStore, table: str) -> tuple[int, bool]:
    raw = store.connection.raw
    known = {row[1] for row in raw.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0}
    kept, whole = 0, True
    # From the front until it breaks, then from the back: a damaged page in the middle costs only what is on it.
    for way in ("ASC", "DESC"):
        rows = _rows(old, table, way)
        try:
            for row in rows:
                names = [name for name in row.keys() if name in known]  # noqa: SIM118 - a Row iterates its values
                try:
                    kept += raw.execute(
                        f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                        [row[name] for name in names],
                    ).rowcount
                except sqlite3.IntegrityError:
                    whole = False
            return kept, whole
        except sqlite3.DatabaseError as error:
            if raw.in_transaction is False:
                raise
            whole = False
            last = error
    del last
    return kept, whole


def _rows(old: sqlite3.Connection, table: str, way: str) -> Iterator[sqlite3.Row]:
    order = "name" if table == "meta" else "rowid"
    yield from old.execute(f"SELECT * FROM {table} ORDER BY {order} {way}")


def _mend(store: SqliteStore) -> None:
    """Rows that lost what they refer to let go of it; the counters are counted anew."""
    raw = store.connection.raw
    for table in ("items", "devices"):
        links = ("repeat_of", "inside", "again_of", "again_in") if table == "items" else ("inside",)
        for link in links:
            raw.execute(
                f"UPDATE {table} SET {link} = NULL WHERE {link} IS NOT NULL AND {link} NOT IN (SELECT id FROM items)"
            )
    raw.execute("UPDATE devices SET call = NULL WHERE call NOT IN (SELECT key FROM calls)")
    raw.execute(RECOUNT)
