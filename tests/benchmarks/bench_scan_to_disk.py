"""How long a scan takes to be on disk, beside a bare SQLite commit of a row of that size with the same settings."""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import TypeVar

from station.core.batch import Batch
from station.core.identifier import Identifier, Kind
from station.core.scan import Scan
from station.desk.writing import NewItem
from station.store import SqliteStore, StoreError, open_store
from station.store.connection import LOG_PAGES
from tests.benchmarks.figures import Figure, at_most

ON_TABLE = 10_000
"""Rows on the table before the first scan that is measured."""
SCANS = 1_500
ROUND = 50
"""The two take turns in rounds of so many, so that a slow moment of the disk meets both."""
Store = TypeVar("Store")
CODE = "https://claim.example.com/kit/ocean-table-{:07}-blue"


def measure() -> list[Figure]:
    """p50 and p99 in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "desk.db").store
        bare = _bare(Path(folder) / "bare.db")
        try:
            size = _fill(store)
            scans: list[float] = []
            commits: list[float] = []
            for at in range(0, SCANS, ROUND):
                scans += [_timed(_scan, store, ON_TABLE + number) for number in range(at, at + ROUND)]
                commits += [_timed(_commit, bare, size) for _ in range(ROUND)]
        finally:
            bare.close()
            store.close()
    return [
        at_most("scan to on disk, p50 ms", _percentile(scans, 50), _percentile(commits, 50), 4),
        at_most("scan to on disk, p99 ms", _percentile(scans, 99), _percentile(commits, 99), 4),
    ]


def _fill(store: SqliteStore) -> int:
    """Put rows on the table; gives the size of one in bytes."""
    with store.transaction():
        store.add_batch(Batch("batch", "local", "local", datetime.now(UTC), target="1", target_title="Oslo-West"))
        for number in range(ON_TABLE):
            store.add_item(_row(number))
    store.connection.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = "SELECT sum(pgsize) FROM dbstat WHERE name = 'items'"
    try:
        return int(store.connection.value(pages)) // ON_TABLE
    except StoreError:  # dbstat is not in every build of SQLite
        return 400


def _row(number: int) -> NewItem:
    code = CODE.format(number)
    scan = Scan(code.encode(), "keyboard", datetime.now(UTC), "]Q1")
    return NewItem("batch", "local", Identifier.of(Kind.CODE, code=code), scan, code)


def _scan(store: SqliteStore, number: int) -> None:
    """What the store does for one scan: is it there already, and if not, keep it."""
    new = _row(number)
    with store.transaction():
        assert store.live_item("local", new.identifier) is None
        assert store.live_device("local", new.identifier.text) is None
        store.add_item(new)


def _bare(path: Path) -> sqlite3.Connection:
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    bare.execute("CREATE TABLE scans (id INTEGER PRIMARY KEY, data BLOB)")
    return bare


def _commit(bare: sqlite3.Connection, size: int) -> None:
    bare.execute("BEGIN IMMEDIATE")
    bare.execute("INSERT INTO scans (data) VALUES (?)", (bytes(size),))
    bare.execute("COMMIT")


def _timed(work: Callable[[Store, int], None], store: Store, number: int) -> float:
    began = time.perf_counter()
    work(store, number)
    return (time.perf_counter() - began) * 1000


def _percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]
