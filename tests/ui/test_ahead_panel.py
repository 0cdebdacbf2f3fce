"""Fetching a delivery ahead from the window, before a running station: pasted and from a file, then known offline."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station.core.scan import Scan
from station.desk import batches, intake, pauses
from station.fetching import Fetching
from station.ui.panel_list import RowList
from tests.ui.panel_bench import panel, part, real_desk, texts
from tests.ui.test_queue_panel import KIT, SINGLE, TIMEOUT

UNKNOWN = "zz-unknown-zz"


def rows_of(shown: QWidget) -> list[tuple[str, str]]:
    (rows,) = shown.findChildren(RowList)
    return [(row.title, row.line) for row in rows.rows.rows]


def test_pasted_codes_are_fetched_and_known_without_a_network(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        QTest.keyClick(window, Qt.Key.Key_F11)
        shown = panel(window.panels, "ahead")
        qtbot.waitUntil(lambda: "Nothing is kept for" in texts(shown), timeout=TIMEOUT)
        fetch = part(shown, QPushButton, "Fetch")
        assert not fetch.isEnabled()
        field = part(shown, QPlainTextEdit, "Codes of the delivery")
        assert field.hasFocus()
        field.setPlainText(f"{KIT}\n{UNKNOWN}\nhttps://example.com/x\n")
        QTest.keyClick(fetch, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: "Pasted codes: done." in texts(shown), timeout=TIMEOUT)
        assert "Nothing is claimed" not in texts(shown)  # the codes need the room
        assert "1 known" in texts(shown)
        assert "1 not found" in texts(shown)
        assert "1 line is no code" in texts(shown)
        qtbot.waitUntil(lambda: len(rows_of(shown)) == 2, timeout=TIMEOUT)
        (first, none), (second, told) = rows_of(shown)
        assert (first, second) == (UNKNOWN, KIT)
        assert none.startswith("Not found")
        assert "kit of" in told
        assert "just now" in told
        qtbot.waitUntil(lambda: "codes, the oldest from just now" in texts(shown), timeout=TIMEOUT)
        assert window.items.rowCount() == 0
        station.desk.do(batches.choose, "local", "oslo-west", "Oslo-West")
        station.desk.do(pauses.pause, "local")
        station.desk.do(intake.keep, Scan(KIT.encode(), "practice", datetime.now(UTC)))
        qtbot.waitUntil(lambda: window.state.plan.counts.ready > 0, timeout=TIMEOUT)


def test_a_list_is_fetched_goes_on_after_a_pause_and_is_stopped(qtbot: QtBot, tmp_path: Path) -> None:
    listed = tmp_path / "delivery.csv"
    listed.write_text(f"code\n{KIT}\n{SINGLE}\n", "utf-8")
    with real_desk(qtbot) as (station, window):
        station.desk.do(pauses.pause, "local")
        window.panels.open("ahead")
        shown = panel(window.panels, "ahead")
        doors = Fetching(station.desk)
        doors.fetch_file(listed)
        qtbot.waitUntil(lambda: "is paused: resume it" in texts(shown), timeout=TIMEOUT)
        assert "delivery.csv: 0 of 2 asked." in texts(shown)
        station.desk.do(pauses.resume, "local")
        qtbot.waitUntil(lambda: "delivery.csv: done." in texts(shown), timeout=TIMEOUT)
        station.desk.do(pauses.pause, "local")
        doors.fetch_file(listed)
        qtbot.waitUntil(lambda: "0 of 2 asked" in texts(shown), timeout=TIMEOUT)
        QTest.keyClick(part(shown, QPushButton, "Stop"), Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: "delivery.csv: done." in texts(shown), timeout=TIMEOUT)
        doors.fetch_file(tmp_path / "missing.csv")
        qtbot.waitUntil(lambda: "missing.csv" in texts(window.parts.banner), timeout=TIMEOUT)
        doors.stop()
