"""The panel of claiming before a running station: kept in the file, in effect at once, refused where it cannot be."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station.settings import read_settings
from station.ui.claiming_doors import ClaimRules
from tests.ui.panel_bench import focused, panel, part, real_desk, texts
from tests.ui.test_cool_off import offers_to_cancel
from tests.ui.test_queue_panel import SINGLE, TIMEOUT, queue_up, resume


def choose(shown: QWidget, name: str, text: str) -> None:
    box = part(shown, QComboBox, name)
    box.setCurrentIndex(box.findText(text))


def save(qtbot: QtBot, shown: QWidget, says: str) -> None:
    QTest.keyClick(part(shown, QPushButton, "Save"), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: says in texts(shown), timeout=TIMEOUT)


def test_what_is_saved_counts_at_once_and_at_the_next_start(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        QTest.keyClick(window, Qt.Key.Key_F10)
        shown = panel(window.panels, "claiming")
        assert focused() is part(shown, QComboBox, "Wait before sending")
        choose(shown, "Wait before sending", "5 minutes")
        above = part(shown, QLineEdit, "Confirm above (devices)")
        above.setFocus()
        above.selectAll()
        QTest.keyClicks(above, "12")
        choose(shown, "Confirm by", "Keeping Claim pressed, 1.5 seconds")
        save(qtbot, shown, "It counts from now on")
        read = read_settings(station.folders.settings)
        assert (read.cool_off_minutes, read.confirm_above, read.confirm_by) == (5, 12, "hold")
        assert window.conduct.press.rules() == ClaimRules(5, 12, "hold")
        queue_up(qtbot, station, window, SINGLE)
        resume(qtbot, station, window)
        qtbot.waitUntil(lambda: offers_to_cancel(window), timeout=TIMEOUT)
        QTest.keyClick(window, Qt.Key.Key_F10)
        assert above.text() == "12"
        choose(shown, "Wait before sending", "Not at all")
        save(qtbot, shown, "It counts from now on")
        qtbot.waitUntil(lambda: window.state.plan.counts.claimed == 1, timeout=TIMEOUT)


def test_what_is_no_number_or_cannot_be_written_is_said(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        assert window.panels.open("claiming")
        shown = panel(window.panels, "claiming")
        above = part(shown, QLineEdit, "Confirm above (devices)")
        above.setText("many")
        save(qtbot, shown, "Confirm above (devices)")
        assert not station.folders.settings.exists()
        above.setText("3")
        station.folders.settings.parent.mkdir(parents=True, exist_ok=True)
        station.folders.settings.write_text("[station\n", "utf-8")
        save(qtbot, shown, "settings")
        assert station.folders.settings.read_text("utf-8") == "[station\n"
        assert window.conduct.press.rules() == ClaimRules()
