"""Choosing who claims and where to, by keyboard alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from station.core.errors import Cause
from station.core.news import LineState, TargetsRead
from station.core.target import Target
from station.ui.panel_list import RowList
from tests.ui.panel_bench import PanelBench, focused, part, texts
from tests.ui.rows import LINE, NOW

TARGETS = (
    Target("p1", "Oslo-West", "Norway / Oslo", "Acme", may_claim=True, seats_left=12),
    Target("p2", "Archive", may_claim=False),
    Target("p3", "Tiny office", "Norway / Bergen", seats_left=0),
    Target("p4", "Old wing", expires_at=NOW - timedelta(days=3)),
    Target("p5", "Harbour <b>7</b>", "Norway / Bergen", may_claim=True, expires_at=NOW + timedelta(days=30)),
)


@pytest.fixture
def bench(qtbot: QtBot) -> PanelBench:
    return PanelBench(qtbot)


def press(qtbot: QtBot, *keys: Qt.Key | str) -> None:
    for key in keys:
        where = focused()
        if isinstance(key, str):
            QTest.keyClicks(where, key)
        else:
            QTest.keyClick(where, key)


def rows_of(bench: PanelBench, panel: str, name: str) -> list[tuple[str, str, bool]]:
    rows = part(bench.open(panel), RowList, name).rows.rows
    return [(row.title, f"{row.line} {row.more}".strip(), row.enabled) for row in rows]


def test_a_typed_name_is_taken_by_enter(bench: PanelBench, qtbot: QtBot) -> None:
    bench.open("operator")
    press(qtbot, "  Kari   Nordmann ", Qt.Key.Key_Return)
    assert bench.source.wished("choose_operator") == [("Kari Nordmann",)]
    assert bench.window.panels.open_name == ""


def test_known_names_are_walked_with_the_arrow_keys(bench: PanelBench, qtbot: QtBot) -> None:
    bench.open("operator")
    press(qtbot, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert bench.source.wished("choose_operator") == [("Per",)]


def test_a_known_name_in_other_letters_is_the_known_one(bench: PanelBench, qtbot: QtBot) -> None:
    bench.open("operator")
    press(qtbot, "PER", Qt.Key.Key_Return)
    assert bench.source.wished("choose_operator") == [("Per",)]


def test_a_name_that_begins_like_a_known_one_can_be_taken(bench: PanelBench, qtbot: QtBot) -> None:
    bench.open("operator")
    press(qtbot, "An", Qt.Key.Key_Return)
    assert bench.source.wished("choose_operator") == [("An",)]


def test_nothing_typed_and_nobody_known_takes_nothing(bench: PanelBench, qtbot: QtBot) -> None:
    bench.open("operator")
    press(qtbot, "   ", Qt.Key.Key_Escape)
    assert bench.source.wished("choose_operator") == []


def test_targets_say_what_may_be_claimed_into_them(bench: PanelBench) -> None:
    bench.tell(TargetsRead("oslo", TARGETS))
    rows = rows_of(bench, "targets", "Targets")
    assert [title for title, _, enabled in rows if enabled] == ["Harbour <b>7</b>", "Oslo-West"]
    said = {title: line for title, line, _ in rows}
    assert "12 places left" in said["Oslo-West"]
    assert "Acme" in said["Oslo-West"]
    assert said["Archive"] == "You may not claim here"
    assert said["Tiny office"].startswith("No places left")
    assert said["Old wing"].startswith("Its licence ended on")
    assert "until" in said["Harbour <b>7</b>"]


def test_a_target_is_found_and_chosen_by_keyboard(bench: PanelBench, qtbot: QtBot) -> None:
    bench.tell(TargetsRead("oslo", TARGETS))
    bench.open("targets")
    assert bench.source.wished("read_targets") == [("oslo",)]
    press(qtbot, "berg", Qt.Key.Key_Return)  # Tiny office fits too, but is full
    assert bench.source.wished("choose") == [("oslo", "p5", "Harbour <b>7</b>")]
    assert bench.window.panels.open_name == ""


def test_the_arrow_keys_pass_over_what_cannot_be_chosen(bench: PanelBench, qtbot: QtBot) -> None:
    bench.tell(TargetsRead("oslo", TARGETS))
    bench.open("targets")
    press(qtbot, Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert bench.source.wished("choose") == [("oslo", "p5", "Harbour <b>7</b>")]


def test_a_list_on_its_way_an_empty_and_a_missing_one_are_said(bench: PanelBench) -> None:
    shown = bench.open("targets")
    assert "Asking for the list" in texts(shown)
    bench.tell(replace(LINE, state=LineState.OFFLINE, cause=Cause.CONNECT))
    assert "cannot be reached" in texts(shown)
    bench.tell(replace(LINE, state=LineState.ONLINE), TargetsRead("oslo", ()))
    assert "sees no target" in texts(shown)
    bench.tell(TargetsRead("oslo", TARGETS), replace(LINE, state=LineState.OFFLINE, cause=Cause.CONNECT))
    assert "Offline: this is the list" in texts(shown)


def test_of_several_connections_one_is_chosen_first(bench: PanelBench, qtbot: QtBot) -> None:
    bench.tell(replace(LINE, connection="xyte", title="Xyte · Bergen", noun="space"))
    bench.tell(TargetsRead("xyte", (Target("s1", "Room 12", may_claim=True),)), TargetsRead("oslo", TARGETS))
    shown = bench.open("targets")
    connections = part(shown, RowList, "Connections")
    connections.setFocus()
    press(qtbot, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert bench.source.wished("read_targets")[-1] == ("xyte",)
    press(qtbot, Qt.Key.Key_Return)
    assert bench.source.wished("choose") == [("xyte", "s1", "Room 12")]


def test_the_list_can_be_asked_for_again(bench: PanelBench, qtbot: QtBot) -> None:
    shown = bench.open("targets")
    QTest.mouseClick(part(shown, QPushButton, "Ask for the list again"), Qt.MouseButton.LeftButton)
    assert bench.source.wished("read_targets") == [("oslo",), ("oslo",)]
