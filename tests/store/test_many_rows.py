"""With very many rows in the queue nothing that happens at every scan or call looks at all of them."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from station.core.call import CallState
from station.core.finding import ClaimStatus, Finding, FoundDevice
from station.core.progress import SETTLED, Progress
from station.core.scan import Scan
from station.desk.sorting import Order, Show
from station.desk.writing import NewItem
from station.store import SqliteStore, open_store
from station.store.listing import MOST_ROWS
from station.store.migrations import VERSION
from tests.benchmarks.crowd import SINCE, Crowd, batch_of, make, text_of
from tests.store.older import ROWS, make_older
from tests.store.shelf import code

CROWD = Crowd(20_000, a_batch=250, connections=4)
OPEN = replace(batch_of(CROWD, CROWD.batches), closed_at=None)
WALKS = re.compile(r"^SCAN (?!b\b|batches\b|t\b|meta\b|CONSTANT|named\b|first\b)")
"""A step of a plan that goes through a whole table of rows; the batches are few enough."""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    path = tmp_path_factory.mktemp("crowd") / "desk.db"
    make(path, CROWD)
    store = open_store(path).store
    store.connection.raw.execute("PRAGMA synchronous = OFF")
    with store.transaction():
        store.add_batch(OPEN)
    yield store
    store.close()


def add(store: SqliteStore, text: str) -> int:
    with store.transaction():
        return store.add_item(NewItem(OPEN.id, OPEN.connection, code(text), Scan(text.encode(), "typed", SINCE), text))


def plans(store: SqliteStore, statements: list[str]) -> Iterator[tuple[str, str]]:
    for statement in statements:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            for step in store.connection.raw.execute(f"EXPLAIN QUERY PLAN {statement}"):
                # The plan of a new row names a check of those that point to it already, which SQLite skips: none do.
                if not (statement.startswith("INSERT INTO items") and step["detail"] == "SCAN items"):
                    yield step["detail"], statement


def test_the_counters_are_those_of_the_rows(crowded: SqliteStore) -> None:
    counts = crowded.counts()
    assert (counts.queued, counts.ready, counts.sending, counts.unknown) == (20_000, 0, 0, 0)
    assert counts.waiting_since == batch_of(CROWD, 0).closed_at
    assert list(crowded.waiting().values()) == [250] * 80
    assert crowded.queued_connections() == CROWD.names
    assert crowded.sizes(batch_of(CROWD, 3).id) == (250, 0, 0)
    assert crowded.outcomes(batch_of(CROWD, 3).id) == [(Progress.QUEUED, None, False, 250)]


def test_the_next_ones_are_the_oldest_of_their_connection(crowded: SqliteStore) -> None:
    taken = crowded.queued("v1", 300)
    assert [device.device_id for _, _, device in taken] == [text_of(number) for number in range(250, 500)]
    last = batch_of(CROWD, 77)
    assert crowded.queued("v1", 1, first=[last.id])[0][0].id == last.id
    assert crowded.queued("v1", 1, first=[last.id], without={last.id})[0][0].id == batch_of(CROWD, 1).id


def test_only_what_was_closed_lately_may_still_cool_off(crowded: SqliteStore) -> None:
    newest = batch_of(CROWD, CROWD.batches - 1)
    assert newest.closed_at is not None
    found = crowded.closed_since(newest.closed_at - timedelta(minutes=3))
    assert {batch.id for batch in found} == {batch_of(CROWD, CROWD.batches - number).id for number in (1, 2, 3)}


def test_a_new_row_gets_the_next_number_and_is_all_that_is_looked_up_again(crowded: SqliteStore) -> None:
    first, second = add(crowded, "new-1"), add(crowded, "new-2")
    rows = crowded.items([first, second])
    assert [row.number for row in rows] == [20_001, 20_002]
    assert list(crowded.open_ids()) == list(crowded.open_ids(OPEN.id)) == [first, second]
    with crowded.transaction():
        for row in (first, second):
            assert crowded.remove_item(row, SINCE, "Anna", "test")


def test_nothing_at_a_scan_a_call_or_a_look_walks_through_all_rows(crowded: SqliteStore) -> None:
    said: list[str] = []
    crowded.connection.raw.set_trace_callback(said.append)
    try:
        item = add(crowded, "hot-1")
        crowded.live_item("v0", code("hot-1"), kind=OPEN.kind, address=OPEN.address, other_than=item)
        crowded.live_device("v0", "hot-1", kind=OPEN.kind, address=OPEN.address)
        finding = Finding(code("hot-1"), ClaimStatus.UNCLAIMED, SINCE, devices=(
            FoundDevice("hot-1", ClaimStatus.UNCLAIMED),))
        with crowded.transaction():
            crowded.keep_finding("v0", finding)
            crowded.apply_finding(item, finding)
            devices = [device.id for device in crowded.devices(item)]
            crowded.step(devices, Progress.OPEN, Progress.QUEUED, SINCE, who="Anna")
            crowded.step(devices, Progress.QUEUED, Progress.OPEN, SINCE)
            crowded.remove_item(item, SINCE, "Anna", "test")
        _look(crowded)
    finally:
        crowded.connection.raw.set_trace_callback(None)
    assert len(said) > 60
    assert [found for found in plans(crowded, said) if WALKS.search(found[0])] == []


def _look(store: SqliteStore) -> None:
    """What the desk asks before each call, at each beat, at the start, and for the window."""
    store.counts()
    store.last_open()
    store.open_batches()
    store.queued_connections()
    store.queued("v2", 25, first=[batch_of(CROWD, 42).id])
    store.waiting()
    store.waiting_batches()
    store.closed_since(SINCE)
    store.paused_batches("v1")
    store.open_ids()
    store.sizes(OPEN.id)
    store.has_other(OPEN.id, SETTLED)
    store.under_way([OPEN.id])
    store.outcomes(OPEN.id)
    store.calls(CallState.SENDING, CallState.UNANSWERED)
    store.next_call_number()
    store.tally(OPEN.id)
    store.attempts(OPEN.id)


def test_a_long_table_shows_its_newest_rows_and_a_filter_finds_the_others(
    crowded: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_ROWS == 50_000
    monkeypatch.setattr("station.store.listing.MOST_ROWS", 1_000)
    assert list(crowded.item_ids(Order())) == list(range(20_000, 19_000, -1))
    assert list(crowded.item_ids(Order(descending=False)))[:3] == [1, 2, 3]
    assert list(crowded.item_ids(Order(text=text_of(7)))) == [8]
    assert len(crowded.item_ids(Order(show=Show.WAITING))) == 20_000


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_earlier_versions_database_goes_on_with_its_numbers(tmp_path: Path, version: int) -> None:
    path = tmp_path / "desk.db"
    make_older(path, version)
    with closing(open_store(path).store) as store:
        assert [row[0] for row in store.connection.raw.execute("SELECT highest FROM batches")] == [len(ROWS)]
        with store.transaction():
            store.add_batch(OPEN)
        assert store.items([add(store, "new")])[0].number == len(ROWS) + 1
