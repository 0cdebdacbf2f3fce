"""Stores on files of their own."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from station.store import MemoryOnly, Seal, SqliteStore, open_store
from tests.store.shelf import Open, Shelf


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens stores on one file; all are closed at the end."""
    stores: list[SqliteStore] = []

    def begin(seal: Seal | None = None, name: str = "desk.db") -> SqliteStore:
        stores.append(open_store(tmp_path / name, seal or MemoryOnly()).store)
        return stores[-1]

    yield begin
    for store in stores:
        store.close()


@pytest.fixture
def shelf(opened: Open) -> Shelf:
    made = Shelf(opened(), count())
    made.store.connection.raw.execute("PRAGMA synchronous = OFF")  # what the disk does is another test's matter
    made.batch()
    return made
