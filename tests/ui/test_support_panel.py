"""The text to the vendor's support before a real desk: read, copied, saved."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from station.core.scan import Scan
from station.desk import batches, intake
from tests.ui.panel_bench import PanelBench, panel, part, real_desk, texts

WRONG, TAKEN = "zz-unknown-zz", "maple-harbor-lantern"


def test_a_letter_is_drafted_from_the_rows_that_need_it(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        station.desk.do(batches.choose_operator, "Kari")
        station.desk.do(intake.keep, Scan(WRONG.encode(), "typed", datetime.now(UTC)))
        qtbot.waitUntil(lambda: window.state.plan.counts.problems == 1, timeout=20_000)
        window.table.go_to(window.items.rows.id_at(0))
        window.panels.open("details")
        details = panel(window.panels, "details")
        qtbot.waitUntil(lambda: "Write to support…" in [each.text() for each in details.findChildren(QPushButton)],
                        timeout=20_000)
        QTest.mouseClick(part(details, QPushButton, "Write to support…"), Qt.MouseButton.LeftButton)
        shown = panel(window.panels, "support")
        (letter,) = shown.findChildren(QPlainTextEdit)
        qtbot.waitUntil(lambda: WRONG in letter.toPlainText(), timeout=20_000)
        assert "Kari" in letter.toPlainText()
        assert "does not find this device" in letter.toPlainText()
        letter.appendPlainText("It is the blue box.")
        QTest.mouseClick(part(shown, QPushButton, "Copy"), Qt.MouseButton.LeftButton)
        assert QGuiApplication.clipboard().text().endswith("It is the blue box.")
        QTest.mouseClick(part(shown, QPushButton, "Save"), Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: "Saved:" in texts(shown), timeout=20_000)
        (saved,) = station.folders.databases(True).glob("support/*.txt")
        assert "It is the blue box." in saved.read_text("utf-8")


def test_where_nothing_is_to_be_asked_it_says_so(qtbot: QtBot) -> None:
    shown = PanelBench(qtbot).open("support")
    assert "Nothing has to be asked" in texts(shown)
    assert not [each for each in shown.findChildren(QPlainTextEdit) if each.isVisible()]
