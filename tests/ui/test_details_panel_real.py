"""The details before a real desk: what is written there is what the desk has done."""

from datetime import UTC, datetime

from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from station.core.scan import Scan
from station.desk import batches, intake
from station.parts import Station
from station.ui.window import Window
from tests.ui.panel_bench import panel, part, real_desk, texts

WAIT_MS = 20_000
KIT = "maple-harbor-lantern"


def scan(station: Station, window: Window, qtbot: QtBot) -> None:
    station.desk.do(batches.choose, "local", "oslo-west", "Oslo-West")
    station.desk.do(batches.choose_operator, "Kari")
    station.desk.do(intake.keep, Scan(KIT.encode(), "typed", datetime.now(UTC), "]Q1"))
    qtbot.waitUntil(lambda: window.state.plan.counts.devices == (("Oslo-West", 5),), timeout=WAIT_MS)
    item = window.items.item_at(0)
    assert item is not None
    window.table.go_to(item.id)


def name_of_first(window: Window) -> str:
    item = window.items.item_at(0)
    return item.name if item is not None else ""


def test_a_scanned_kit_is_named_claimed_and_given_back(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        scan(station, window, qtbot)
        window.panels.open("details")
        shown = panel(window.panels, "details")
        wanted = {"5 devices inside", "QR code (]Q1)"}
        qtbot.waitUntil(lambda: all(each in texts(shown) for each in wanted), timeout=WAIT_MS)
        assert "typed by hand" in texts(shown)
        name = part(shown, QLineEdit, "Name")
        name.setText("Meeting room")
        name.setModified(True)
        name.editingFinished.emit()
        qtbot.waitUntil(lambda: name_of_first(window) == "Meeting room", timeout=WAIT_MS)
        with qtbot.waitSignal(window.bridge.summary, timeout=WAIT_MS):
            window.wishes.claim()
        qtbot.waitUntil(lambda: "Yours since" in texts(shown), timeout=WAIT_MS)
        part(shown, QPushButton, "Release…").click()
        assert "Give 5 devices back?" in texts(shown)
        part(shown, QPushButton, "Release").click()
        qtbot.waitUntil(lambda: "Released" in texts(shown).splitlines(), timeout=WAIT_MS)
        qtbot.waitUntil(lambda: "(Kari), 5 devices" in texts(shown), timeout=WAIT_MS)


def test_a_row_is_removed_by_its_button(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        scan(station, window, qtbot)
        window.panels.open("details")
        shown = panel(window.panels, "details")
        qtbot.waitUntil(lambda: KIT in texts(shown), timeout=WAIT_MS)
        part(shown, QPushButton, "Remove").click()
        qtbot.waitUntil(lambda: window.items.rowCount() == 0, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: "Select a row" in texts(shown), timeout=WAIT_MS)
