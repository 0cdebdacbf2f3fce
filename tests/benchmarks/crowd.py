# ruff: noqa: S608 - statements are made of this file's own words
"""A desk's database with very many rows in the queue, made in seconds: one row goes the way that the desk takes, and
SQLite copies it."""

import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from station.core.batch import Batch
from station.core.finding import ClaimStatus, FoundDevice
from station.core.identifier import Identifier, Kind
from station.core.progress import Progress
from station.core.scan import Scan
from station.desk.writing import NewItem
from station.store import SqliteStore, open_store
from station.store.triggers import RECOUNT, TRIGGERS

SINCE = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
FIRST = "b5rj9ed7rihk00000000"
"""The row that is copied."""
ADDRESS = "http://127.0.0.1:9"
"""Where nothing answers: a desk without a network."""
_KEPT = ("items", "devices", "events")
_PRIME = 99_999_989
"""The squares of numbers up to its half, modulo it, are all different and in no order: as codes are in life, whose
indexes are looser than those of a row of numbers."""


@dataclass(frozen=True)
class Crowd:
    """How many devices wait, in batches of how many, for how many connections (``v0``, ``v1`` …) in turn."""

    items: int = 1_000_000
    a_batch: int = 500
    connections: int = 5

    @property
    def batches(self) -> int:
        return -(-self.items // self.a_batch)

    @property
    def names(self) -> list[str]:
        return [f"v{number}" for number in range(self.connections)]


def text_of(number: int) -> str:
    return f"{FIRST[:-8]}{number * number % _PRIME:08d}"


def make(path: Path, crowd: Crowd) -> None:
    """A database in which all of the crowd was claimed without a network, batch after batch."""
    store = open_store(path).store
    raw = store.connection.raw
    raw.execute("PRAGMA synchronous = OFF")
    raw.execute("PRAGMA secure_delete = OFF")
    batches = [batch_of(crowd, number) for number in range(crowd.batches)]
    with store.transaction():
        for number, batch in enumerate(batches):
            store.add_batch(replace(batch, closed_at=None) if not number else batch)
        _first(store, batches[0])
    raw.execute("BEGIN")
    names = [row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in names:
        raw.execute(f"DROP TRIGGER {name}")
    for table in _KEPT:
        _copy(raw, table, crowd)
    for statement in (*TRIGGERS, RECOUNT):
        raw.execute(statement)
    raw.execute("COMMIT")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def batch_of(crowd: Crowd, number: int) -> Batch:
    """The one of that number, closed."""
    opened = SINCE + timedelta(minutes=number)
    return Batch(
        f"5a2e0f00-0000-4000-9000-{number:012d}", crowd.names[number % crowd.connections], "local", opened, ADDRESS,
        target="oslo-west", target_title="Oslo-West", operator="Anna", closed_at=opened + timedelta(seconds=50),
    )


def _first(store: SqliteStore, batch: Batch) -> None:
    """One row, scanned, unchecked for want of a network, claimed."""
    identifier = Identifier.of(Kind.CODE, code=FIRST)
    item = store.add_item(
        NewItem(batch.id, batch.connection, identifier, Scan(FIRST.encode(), "keyboard", batch.opened_at), FIRST)
    )
    store.put_devices(item, [FoundDevice(FIRST, ClaimStatus.UNCHECKED)])
    devices = [device.id for device in store.devices(item)]
    assert batch.closed_at is not None
    store.change_batch(batch.id, closed_at=batch.closed_at)
    store.step(
        devices, Progress.OPEN, Progress.QUEUED, batch.closed_at, who=batch.operator, why="claim"
    )


def _copy(raw: sqlite3.Connection, table: str, crowd: Crowd) -> None:
    """Copy the one row of a table, each copy with its own number wherever the first one's text stands."""
    columns = [(row[1], row[2]) for row in raw.execute(f"PRAGMA table_info({table})")]
    own = f"'{FIRST[:-8]}' || printf('%08d', n * n % {_PRIME})"
    batch = f"(n / {crowd.a_batch})"
    told = {
        "id": "n + 1", "item": "n + 1", "number": "n + 1",
        "connection": f"'v' || ({batch} % {crowd.connections})",
        "batch": f"{batch} + 1",
    }

    def value(name: str, kind: str) -> str:
        if name in told:
            return told[name]
        if kind == "TEXT":
            return f"replace({name}, '{FIRST}', {own})"
        if kind == "BLOB":
            return f"CAST(replace(CAST({name} AS TEXT), '{FIRST}', {own}) AS BLOB)"
        return name

    names = ", ".join(name for name, _ in columns)
    values = ", ".join(value(*column) for column in columns)
    raw.execute(
        f"WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {crowd.items - 1}) "
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}, numbers WHERE {table}.id = 1"
    )
