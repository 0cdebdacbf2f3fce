"""The table's list keeps its order and asks only for what is seen, however long it is."""

import time
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from station.core.news import ItemsChanged, Listing, Page
from station.ui.item_list import KEPT, ItemList
from station.ui.items_model import Column, ItemsModel
from station.ui.window import Window
from tests.ui.rows import row
from tests.ui.source import Source

MANY = 100_000


def model_of(ids: Sequence[int]) -> tuple[ItemsModel, list[list[int]]]:
    asked: list[list[int]] = []
    model = ItemsModel(lambda wanted: asked.append(list(wanted)))
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.lay_out(ids)
    return model, asked


OLD, NEW = st.integers(1, 60), st.integers(61, 99)


@given(st.lists(OLD, unique=True), st.sets(OLD), st.lists(NEW, unique=True))
def test_the_list_is_what_a_plain_list_would_be(ids: list[int], gone: set[int], new: list[int]) -> None:
    rows, plain = ItemList(ids), list(ids)
    for item_id in new:
        rows.put_on_top(row(item_id, "x"))
        plain.insert(0, item_id)
    for first, last in list(rows.runs(gone)):
        rows.take_out(first, last)
    plain = [item_id for item_id in plain if item_id not in gone]
    assert [rows.id_at(at) for at in range(len(rows))] == plain
    assert [rows.row_of(item_id) for item_id in plain] == list(range(len(plain)))
    assert rows.row_of(1000) == -1


def test_only_what_is_seen_is_asked_for_and_once(qtbot: QtBot) -> None:
    model, asked = model_of(range(MANY, 0, -1))
    assert model.item_at(500) is None
    assert model.item_at(510) is None
    qtbot.waitUntil(lambda: bool(asked))
    assert len(asked) == 1
    assert MANY - 500 in asked[0]
    assert len(asked[0]) < 400
    model.keep([row(item_id, "abc") for item_id in asked[0]])
    item = model.item_at(500)
    assert item is not None
    assert item.id == MANY - 500


def test_no_more_rows_are_kept_than_are_needed(qtbot: QtBot) -> None:
    model, _ = model_of(range(3 * KEPT, 0, -1))
    model.keep(row(item_id, "abc") for item_id in range(1, 3 * KEPT + 1))
    kept = sum(model.rows.item_at(at) is not None for at in range(len(model.rows)))
    assert kept == KEPT


def test_rows_come_and_go_in_runs_and_in_crowds(qtbot: QtBot) -> None:
    model, _ = model_of(range(200, 0, -1))
    model.put_on_top([row(201, "a"), row(202, "b")])
    assert [model.rows.id_at(at) for at in range(3)] == [202, 201, 200]
    model.take_out([201, 200, 7, 9999])
    assert model.rowCount() == 199
    assert model.rows.row_of(7) == -1
    model.take_out(range(2, 200, 2))
    assert model.rowCount() == 100
    assert model.rows.id_at(1) == 199


def test_only_texts_are_answered_and_a_row_that_is_being_read_is_empty(qtbot: QtBot) -> None:
    model, _ = model_of([2, 1])
    model.keep([row(2, "abc", name="Door")])
    index = model.index(0, Column.NAME)
    assert model.data(index) == "Door"
    assert model.data(index, Qt.ItemDataRole.AccessibleTextRole) == "Name: Door"
    assert model.data(index, Qt.ItemDataRole.BackgroundRole) is None
    assert model.data(model.index(1, Column.NAME)) is None
    assert model.data(QModelIndex()) is None


def test_a_hundred_thousand_rows_never_hold_the_window_up(qtbot: QtBot, window: Window, source: Source) -> None:
    source.items = {item_id: row(item_id, f"code-{item_id}") for item_id in range(MANY - 2_000, MANY + 1)}
    window.listing.ask()
    ticket = source.wished("order")[-1][0]
    listing = Listing(ticket, tuple(range(MANY, 0, -1)))
    spent = 0.0
    for work in (
        lambda: window.listing.lay_out(listing),
        lambda: window.listing.keep(Page(tuple(source.items.values())[-200:])),
        window.table.scrollToBottom,
        window.table.scrollToTop,
        lambda: window.listing.take((row(MANY + 1, "newest"),)),
        window.grab,
    ):
        began = time.process_time()
        work()
        spent = max(spent, time.process_time() - began)
    assert window.items.rowCount() == MANY + 1
    assert window.items.rows.id_at(0) == MANY + 1
    assert spent < 0.25  # generous for a busy machine: a freeze would be seconds


def test_a_row_that_comes_back_stands_at_its_place(qtbot: QtBot, window: Window, source: Source) -> None:
    source.items = {item_id: row(item_id, "x") for item_id in (1, 2, 3)}
    source.tell(*(ItemsChanged((source.items[item_id],)) for item_id in (1, 3)))
    qtbot.waitUntil(lambda: window.items.rowCount() == 2)
    source.tell(ItemsChanged((source.items[2],)))
    qtbot.waitUntil(lambda: window.items.rowCount() == 3)
    assert [window.items.rows.id_at(at) for at in range(3)] == [3, 2, 1]
