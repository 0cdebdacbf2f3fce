"""Typing codes and pasting lists, and the help."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextBrowser
from pytestqt.qtbot import QtBot

from station.ui.entry_parts import EntryField
from station.ui.help_texts import entries
from station.words import has
from tests.ui.panel_bench import PanelBench, focused, part, texts


@pytest.fixture
def bench(qtbot: QtBot) -> PanelBench:
    return PanelBench(qtbot)


def kept(bench: PanelBench) -> list[tuple[str, str]]:
    return [(args[0].text, args[0].source) for args in bench.source.wished("keep")]


def test_enter_keeps_what_is_typed_and_the_panel_stays_for_the_next(bench: PanelBench, qtbot: QtBot) -> None:
    shown = bench.open("entry")
    field = focused()
    QTest.keyClicks(field, " work-building-flower ")
    assert "ID of a kit or a device" in texts(shown)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "b5rj9ed7rihk942p48og")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert kept(bench) == [("work-building-flower", "typed"), ("b5rj9ed7rihk942p48og", "typed")]
    assert bench.window.panels.open_name == "entry"
    assert focused() is field


def test_what_is_no_device_is_said_while_it_is_typed(bench: PanelBench) -> None:
    shown = bench.open("entry")
    part(shown, EntryField, "ID of a kit or a device").setPlainText("WIFI:S:guest;T:WPA;P:secret-word;;")
    assert "Wi-Fi" in texts(shown)
    assert "secret-word" not in texts(shown)


def test_a_pin_that_is_typed_stands_nowhere_but_in_the_field(bench: PanelBench, qtbot: QtBot) -> None:
    shown = bench.open("entry")
    field = part(shown, EntryField, "ID of a kit or a device")
    field.setPlainText("SN:7788 PIN:471147")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "471147" not in texts(shown)


def test_a_pasted_list_becomes_a_row_a_line(bench: PanelBench, qtbot: QtBot) -> None:
    shown = bench.open("entry")
    field = part(shown, EntryField, "ID of a kit or a device")
    QApplication.clipboard().setText("one-two-three\r\n\r\n  four-five-six\t\nseven")
    field.paste()
    assert "3 lines" in texts(shown)
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(kept(bench)) == 3)
    assert kept(bench) == [("one-two-three", "pasted"), ("four-five-six", "pasted"), ("seven", "pasted")]


def test_enter_on_an_empty_field_does_nothing(bench: PanelBench, qtbot: QtBot) -> None:
    bench.open("entry")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert kept(bench) == []


@pytest.mark.parametrize("text", ["", "\x00", "\u202e", "=1+1", "<b>", "]Q1", "x" * 20_000, "{0}", "%s"])
def test_any_text_is_read_without_harm(bench: PanelBench, text: str) -> None:
    shown = bench.open("entry")
    part(shown, EntryField, "ID of a kit or a device").setPlainText(text)


def test_the_help_is_searched_by_words(bench: PanelBench, qtbot: QtBot) -> None:
    shown = bench.open("help")
    page = part(shown, QTextBrowser, "Help")
    assert "Take the last scan back" in page.toPlainText()
    QTest.keyClicks(focused(), "billing")
    assert "Identify Device" in page.toPlainText()
    assert "Take the last scan back" not in page.toPlainText()
    QTest.keyClicks(focused(), "zzz")
    assert "Nothing here fits" in page.toPlainText()


def test_every_key_status_error_and_topic_has_its_text() -> None:
    for entry in entries():
        assert not entry.heading.startswith("help."), entry.heading
        assert not entry.text.startswith("help."), entry.text
    assert has("help.error.not_found.text")
