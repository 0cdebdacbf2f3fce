"""A long table is sorted beside the desk: scans are kept meanwhile, the last order that was asked for counts, and what
came in between is told after it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from station.core.news import ItemsChanged, Listing
from station.desk import table
from station.desk.sorting import Order, Show, SortBy

from .bench import PATIENCE_S, Bench

FEW = 3
TEXTS = ("m-1", "a-2", "z-3", "c-4", "k-5")


@dataclass(frozen=True)
class HeldUp:
    """An order whose sorting takes until it is let go."""

    by: SortBy = SortBy.IDENTIFIER
    descending: bool = False
    show: Show = Show.ALL
    go: threading.Event = field(default_factory=threading.Event, compare=False)
    begun: threading.Event = field(default_factory=threading.Event, compare=False)

    @property
    def text(self) -> str:
        if threading.current_thread().name == "reading":
            self.begun.set()
            assert self.go.wait(PATIENCE_S)
        return ""


@pytest.fixture
def long(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr("station.store.listing.LONG", FEW)
    bench.choose()
    for text in TEXTS:
        bench.scan(text)
    return bench


def ask(bench: Bench, ticket: int, order: object) -> None:
    bench.station.desk.do(table.order, ticket, order).result(PATIENCE_S)  # type: ignore[arg-type]


def listed(bench: Bench, ticket: int) -> list[str]:
    found = bench.until(lambda: next(
        (each for each in reversed(bench.news) if isinstance(each, Listing) and each.ticket == ticket), None))
    return [bench.rows[item].identifier.text for item in found.ids]


@contextmanager
def held_up(bench: Bench, ticket: int) -> Iterator[None]:
    order = HeldUp()
    ask(bench, ticket, order)
    assert order.begun.wait(PATIENCE_S)
    try:
        yield
    finally:
        order.go.set()


def test_a_long_table_is_sorted_as_a_short_one_is(long: Bench) -> None:
    ask(long, 1, Order(by=SortBy.IDENTIFIER, descending=False))
    assert listed(long, 1) == sorted(TEXTS)
    ask(long, 2, Order(text="A-", descending=False))
    assert listed(long, 2) == ["a-2"]
    ask(long, 3, Order())
    assert listed(long, 3) == list(reversed(TEXTS))


def test_scans_are_kept_while_it_is_sorted_and_told_after_it(long: Bench) -> None:
    with held_up(long, 1):
        kept = long.scan("b-6").item
        assert kept is not None
        assert not any(isinstance(each, Listing) for each in long.news)
    assert kept.identifier.text not in listed(long, 1) or listed(long, 1) == sorted((*TEXTS, "b-6"))
    at = next(number for number, each in enumerate(long.news) if isinstance(each, Listing))
    long.until(lambda: any(
        kept.id in {item.id for item in each.items} for each in long.news[at:] if isinstance(each, ItemsChanged)))


def test_the_order_that_was_asked_for_last_counts(long: Bench) -> None:
    with held_up(long, 1):
        ask(long, 2, Order(by=SortBy.IDENTIFIER))
        ask(long, 3, Order(by=SortBy.NAME, descending=False, text="-"))
        ask(long, 4, Order(by=SortBy.IDENTIFIER, descending=True, text="-"))
    assert listed(long, 4) == sorted(TEXTS, reverse=True)
    assert {each.ticket for each in long.news if isinstance(each, Listing)} == {4}


def test_one_that_changes_all_the_time_is_shown_and_sorted_again(long: Bench) -> None:
    with held_up(long, 1):
        same = HeldUp()
        same.go.set()
        ask(long, 2, same)
        long.scan("b-6")
    assert listed(long, 2) in (sorted(TEXTS), sorted((*TEXTS, "b-6")))
    assert long.until(lambda: listed(long, 2) == sorted((*TEXTS, "b-6")))
