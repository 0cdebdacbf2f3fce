"""Rows of several connections in one table: where each goes, how many go where, and the switch for it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from station.core.news import Claiming, ItemsChanged, Plan, Summary, TargetsRead
from station.core.target import Target
from station.ui.items_model import Column
from station.ui.panel_list import RowList
from station.ui.panel_tick import Tick
from station.ui.terms import Terms
from tests.ui.panel_bench import PanelBench, part
from tests.ui.rows import BATCH, LINE, NOW, plan_of, row

OSLO = replace(LINE, title="Disruptive Technologies", kind="disruptive")
HERE = replace(LINE, connection="here", title="HERE Tracking", kind="here")
ESTATES = replace(BATCH, id="b-h", connection="here", kind="here", target="h1", target_title="Estates")
ROWS = [row(1, "kit", device_count=20, what="kit"),
        row(2, "VRDE-1", batch="b-h", connection="here", target_title="Estates", device_count=5, what="kit")]
TERMS = {"disruptive": Terms("prepaid_subscription"), "here": Terms("licence_seat", irreversible=False)}


def plan(**changes: object) -> Plan:
    two = plan_of(ROWS, devices=(("Oslo-West", 20), ("Estates", 5)), ready=25)
    return replace(two, batches=(BATCH, ESTATES), mixed=True, **changes)  # type: ignore[arg-type]


@pytest.fixture
def bench(qtbot: QtBot) -> PanelBench:
    made = PanelBench(qtbot, items=ROWS, line=OSLO, terms=lambda _connection, kind: TERMS.get(kind, Terms()))
    made.tell(HERE, ItemsChanged(tuple(ROWS)), plan())
    return made


def places(bench: PanelBench) -> dict[str, str]:
    items = bench.window.items
    return {str(items.data(items.index(at, Column.IDENTIFIER))): str(items.data(items.index(at, Column.PLACE)))
            for at in range(items.rowCount())}


def test_each_row_says_where_it_goes(bench: PanelBench) -> None:
    assert not bench.window.table.isColumnHidden(Column.PLACE)
    assert places(bench) == {"kit": "Oslo-West", "VRDE-1": "Estates · HERE"}


def test_of_one_connection_no_row_says_where_it_goes(bench: PanelBench) -> None:
    bench.tell(replace(plan_of(ROWS[:1]), batches=(BATCH,)))
    assert bench.window.table.isColumnHidden(Column.PLACE)


def test_the_button_says_how_many_go_where(bench: PanelBench) -> None:
    assert bench.window.parts.claim.text() == "Claim 25 → 20 Oslo-West, 5 Estates · HERE"


def test_what_a_claim_starts_is_said_for_each_place_over_the_button(bench: PanelBench) -> None:
    said = bench.window.parts.starts.text()
    assert said == (
        "Claim starts 20 prepaid subscriptions today at Oslo-West, uses 5 licence seats at Estates · HERE. "
        "It cannot be undone at Oslo-West."
    )


def test_connections_of_one_kind_are_told_apart_by_their_names(bench: PanelBench) -> None:
    bench.tell(replace(HERE, connection="here_2"))
    assert places(bench)["VRDE-1"] == "Estates · HERE Tracking · here"


def test_the_band_says_where_while_claiming_and_sums_all_of_one_press(bench: PanelBench) -> None:
    bench.tell(Claiming(3, 25), plan_of(ROWS, devices=()))
    band = bench.window.parts.band
    assert band.shown.headline.line == "Into 20 Oslo-West, 5 Estates · HERE"
    closed = replace(BATCH, closed_at=NOW)
    bench.tell(plan(), Summary(closed, (("claimed_now", 20),), ()))
    bench.tell(Summary(replace(ESTATES, closed_at=NOW + timedelta(seconds=1)),
                       (("claimed_now", 4), ("over_quota", 1)), ()))
    head = band.shown.headline
    assert head.words == "24 CLAIMED"
    assert head.line.startswith("20 Oslo-West, 4 Estates · HERE. 1 device was not claimed")


def test_an_earlier_claim_is_no_part_of_the_sum(bench: PanelBench) -> None:
    early = replace(BATCH, id="b-0", closed_at=NOW - timedelta(minutes=9))
    bench.tell(Summary(early, (("claimed_now", 7),), ()))
    bench.tell(Summary(replace(BATCH, closed_at=NOW), (("claimed_now", 2),), ()))
    assert bench.window.parts.band.shown.headline.words == "2 CLAIMED"


def test_a_rehearsal_sums_up_too_and_says_which_vendor_has_none(bench: PanelBench) -> None:
    bench.window.parts.rehearse.click()
    bench.tell(Summary(BATCH, (("claimed_now", 20),), (), rehearsal=True),
               Summary(ESTATES, (("claimed_now", 5),), (("own_checks", 5),), rehearsal=True))
    head = bench.window.parts.band.shown.headline
    assert head.words == "25 WOULD BE CLAIMED"
    assert "20 Oslo-West, 5 Estates · HERE" in head.line
    assert "Own checks only at HERE" in head.line


def test_the_switch_stands_in_the_target_picker(bench: PanelBench) -> None:
    shown = bench.open("targets")
    tick = part(shown, Tick, "Mixed deliveries")
    assert tick.isChecked()
    QTest.mouseClick(tick, Qt.MouseButton.LeftButton)
    assert bench.source.wished("mix") == [(False,)]
    connections = part(shown, RowList, "Connections").rows.rows
    assert [each.title for each in connections] == ["Disruptive → Oslo-West", "HERE → Estates"]


def test_the_top_row_offers_the_switch_and_says_that_it_is_on(bench: PanelBench, qtbot: QtBot) -> None:
    top = bench.window.parts.top
    assert "Mixed (Disruptive)" in [each.text() for each in top.findChildren(type(bench.window.parts.rehearse))]
    with qtbot.waitSignal(top.mixed_wanted):
        top.mixed_wanted.emit(False)
    assert bench.source.wished("mix") == [(False,)]


def test_claim_asks_for_the_target_of_the_connection_that_has_none(bench: PanelBench) -> None:
    homeless = replace(ESTATES, target="", target_title="")
    counts = replace(plan().counts, devices=(("Oslo-West", 20), ("", 5)))
    two = replace(plan(), batches=(BATCH, homeless), counts=counts)
    bench.tell(TargetsRead("here", (Target("h1", "Estates"),)), two)
    bench.window.conduct.claim()
    assert bench.window.panels.open_name == "targets"
    assert bench.source.wished("read_targets")[-1] == ("here",)
    assert bench.source.wished("claim") == []


def test_nothing_that_is_said_is_taken_for_markup(bench: PanelBench) -> None:
    bench.tell(replace(HERE, title="<b>HERE</b> & co"), plan())
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in [bench.window.parts.starts]
               if isinstance(each, QLabel))
    assert "<b>HERE</b>" in bench.window.parts.claim.text()
