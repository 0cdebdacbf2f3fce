"""The pattern for names: tried out while it is typed, taken by Enter, kept for each connection."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from station.core.item import Details
from station.core.news import Refused
from station.words import has
from tests.ui.panel_bench import PanelBench, focused, part, texts
from tests.ui.rows import plan_of


@pytest.fixture
def bench(qtbot: QtBot) -> PanelBench:
    made = PanelBench(qtbot)
    made.window.table.go_to(8)
    return made


def test_an_example_is_made_of_the_selected_row_while_the_pattern_is_typed(bench: PanelBench) -> None:
    shown = bench.open("names")
    QTest.keyClicks(focused(), "Room {n:03} {type}")
    assert "Room 001 temperature, Room 002 temperature" in texts(shown)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert bench.source.wished("set_pattern") == [("oslo", "Room {n:03} {type}")]
    assert "Taken." in texts(shown)


@pytest.mark.parametrize("pattern", ["{", "}", "{nn}", "{n:x}", "{colour}", "x" * 201])
def test_a_mistake_is_said_and_not_taken(bench: PanelBench, pattern: str) -> None:
    shown = bench.open("names")
    part(shown, QLineEdit, "Pattern").setText(pattern)
    if len(pattern) <= 200:
        assert not part(shown, QPushButton, "Use this pattern").isEnabled()
        assert "advice.wish" not in texts(shown)
    QTest.keyClick(focused(), Qt.Key.Key_Escape)
    assert bench.source.wished("set_pattern") == []


def test_the_present_pattern_stands_there_and_can_be_taken_away(bench: PanelBench) -> None:
    bench.tell(replace(plan_of(bench.items), pattern="Desk {n}"))
    shown = bench.open("names")
    assert part(shown, QLineEdit, "Pattern").text() == "Desk {n}"
    QTest.mouseClick(part(shown, QPushButton, "No pattern"), Qt.MouseButton.LeftButton)
    assert bench.source.wished("set_pattern") == [("oslo", "")]


def test_a_word_is_put_where_the_cursor_stands(bench: PanelBench) -> None:
    shown = bench.open("names")
    field = part(shown, QLineEdit, "Pattern")
    field.setText("Desk ")
    next(each for each in shown.findChildren(QPushButton) if each.text() == "{serial}").click()
    assert field.text() == "Desk {serial}"


def test_the_details_lead_there(bench: PanelBench) -> None:
    shown = bench.show_details(Details(next(each for each in bench.items if each.number == 8)))
    QTest.mouseClick(part(shown, QPushButton, "Names by a pattern…"), Qt.MouseButton.LeftButton)
    assert bench.window.panels.open_name == "names"


@pytest.mark.parametrize("why", ["too_long", "not_printable", "unbalanced", "bad_number", "unknown_word"])
def test_what_the_desk_refuses_is_said_in_words(bench: PanelBench, why: str) -> None:
    assert has(f"advice.wish.{why}.cause")
    bench.tell(Refused("pattern", why, "{colour}"))
    shown = bench.window.parts.banner.shown
    assert shown is not None
    assert "{title}" not in shown.text
