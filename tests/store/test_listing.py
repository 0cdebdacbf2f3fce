# ruff: noqa: S608 - statements are made of the store's own words
"""Filters, orders and counters of the table, and that they stay quick when it is long."""

import time

import pytest

from station.core.finding import ClaimStatus
from station.core.item import Check
from station.core.progress import Progress
from station.desk.ports import Order, Show, SortBy
from tests.store.shelf import Shelf, found

P = Progress
LONG = 100_000


def ids(shelf: Shelf, **order: object) -> list[int]:
    return list(shelf.store.item_ids(Order(descending=False, **order)))  # type: ignore[arg-type]


def test_the_text_is_looked_for_as_it_is_written(shelf: Shelf) -> None:
    shelf.batch("b2", "local2", title="Bergen Øst")
    per_cent, plain, named = shelf.add("100%"), shelf.add("100x"), shelf.add("C_1", name="Straße 7")
    elsewhere = shelf.add("other", "b2")
    assert ids(shelf, text="0%") == [per_cent]
    assert ids(shelf, text="_") == [named]
    assert ids(shelf, text=" STRASSE ") == [named]
    assert ids(shelf, text="øST") == [elsewhere]
    assert ids(shelf, text="100") == [per_cent, plain]
    assert ids(shelf, text="\\'\"; DROP") == []
    with shelf.store.transaction():
        shelf.store.change_item(plain, name="Roof")
    assert ids(shelf, text="roof") == [plain]


def test_orders(shelf: Shelf) -> None:
    b, a, c = shelf.add("B", name="x"), shelf.add("A"), shelf.add("C", name="W")
    shelf.find(c, *found("c"))
    assert list(shelf.store.item_ids(Order())) == [c, a, b]
    assert ids(shelf, by=SortBy.IDENTIFIER) == [a, b, c]
    assert ids(shelf, by=SortBy.NAME) == [c, b, a]
    assert ids(shelf, by=SortBy.WHAT)[-1] == c
    for by in SortBy:
        assert sorted(ids(shelf, by=by)) == [b, a, c]


def test_filters_and_counters_say_the_same(shelf: Shelf) -> None:
    ready, checking, gone = shelf.kit("R"), shelf.add("U", check=Check.CHECKING), shelf.add("N")
    shelf.find(gone)
    stages = {to: shelf.kit(to.value.upper()) for to in (P.QUEUED, P.SENDING, P.UNKNOWN, P.HELD, P.CLAIMED, P.REFUSED)}
    for to, item in stages.items():
        shelf.bring(item, to)
    theirs, fits = shelf.add("T"), shelf.add("F", fits="oslo")
    shelf.find(theirs, *found("t", status=ClaimStatus.CLAIMED))
    repeat, removed = shelf.add("R", repeat_of=ready), shelf.add("X")
    with shelf.store.transaction():
        shelf.store.remove_item(removed, shelf.now(), "Anna", "undo")
    assert ids(shelf, show=Show.READY) == [ready, checking]
    problems = [gone, stages[P.UNKNOWN], stages[P.HELD], stages[P.REFUSED], theirs, fits]
    assert ids(shelf, show=Show.PROBLEMS) == problems
    assert ids(shelf, show=Show.WAITING) == [stages[to] for to in (P.QUEUED, P.SENDING, P.UNKNOWN, P.HELD)]
    assert ids(shelf, show=Show.DONE) == [stages[P.CLAIMED]]
    assert set(ids(shelf)) == {ready, checking, gone, theirs, fits, repeat, *stages.values()}
    counts = shelf.store.counts()
    assert (counts.scanned, counts.ready, counts.problems) == (12, 3, len(problems))
    assert (counts.queued, counts.sending, counts.unknown, counts.claimed) == (2, 2, 4, 2)
    assert (counts.checking, counts.unchecked, counts.devices) == (1, 1, (("Oslo", 3),))
    assert counts.waiting_since is None  # nobody has closed the batch
    closed_at = shelf.now()
    with shelf.store.transaction():
        shelf.store.change_batch("b1", closed_at=closed_at)
    assert shelf.store.counts().waiting_since == closed_at
    assert (shelf.store.counts().ready, shelf.store.counts().devices, ids(shelf, show=Show.READY)) == (0, (), [])


def test_what_is_next_is_of_the_oldest_batch_that_may_send(shelf: Shelf) -> None:
    shelf.batch("b2")
    shelf.batch("b3", "oslo")
    for text, batch in (("A", "b1"), ("B", "b2"), ("C", "b3")):
        item = shelf.add(text, batch)
        shelf.find(item, *found(f"{text}1", f"{text}2"))
        shelf.bring(item, P.QUEUED)
    assert shelf.store.queued_connections() == ["local", "oslo"]
    assert [device.device_id for _, _, device in shelf.store.queued("local", 1)] == ["A1"]
    with shelf.store.transaction():
        shelf.store.change_batch("b1", paused="licence")
    assert [(batch.id, device.device_id) for batch, _, device in shelf.store.queued("local", 9)] == [
        ("b2", "B1"), ("b2", "B2"),
    ]
    assert shelf.store.queued("none", 9) == []


@pytest.fixture
def long_shelf(shelf: Shelf) -> Shelf:
    """A table of 100,000 rows, each with a device, made by copying one in SQL."""
    shelf.kit("K", 1)
    columns = [row["name"] for row in shelf.store.connection.read("PRAGMA table_info(items)")
               if row["name"] not in ("id", "number", "text")]
    with shelf.store.transaction():
        many = f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {LONG})"
        names = ", ".join(columns)
        shelf.store.connection.write(
            f"{many} INSERT INTO items (number, text, {names}) "
            f"SELECT i, 'K' || i, {names} FROM n, items WHERE id = 1"
        )
        shelf.store.connection.write(
            "INSERT INTO devices (item, device_id, status) SELECT id, 'd' || id, 'unclaimed' FROM items WHERE id > 1"
        )
    return shelf


def test_a_long_table_is_counted_and_searched_at_once(long_shelf: Shelf) -> None:
    store = long_shelf.store
    assert store.counts().scanned == LONG == len(store.item_ids(Order()))

    def quickest(ask: object) -> float:
        times = []
        for _ in range(5):
            began = time.process_time()
            ask()  # type: ignore[operator]
            times.append(time.process_time() - began)
        return min(times)

    assert quickest(store.counts) < 0.02
    for ask in (
        lambda: store.live_item("local", long_shelf.store.items([LONG // 2])[0].identifier),
        lambda: store.live_device("local", "d77777"), store.last_open, lambda: store.queued("local", 50),
        store.queued_connections, lambda: store.halves("b1"),
    ):
        assert quickest(ask) < 0.01
