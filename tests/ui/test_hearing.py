"""The keyboard's settings are changed while the window is open: the next scan is read by the new ones."""

from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station.core.news import Heard, ScanHeard
from station.core.scan import Scan
from station.scanners.keyboard_settings import KeyboardSettings
from station.scanning.hearing import Hearing, keyboard_values, keyboard_wanted
from station.settings import ScannerSettings, Settings
from tests.scanners.keyboard_model import typed
from tests.ui.key_bench import NOON, Window
from tests.ui.key_events import send

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


class Desk:
    """A window, its hearing and what was kept."""

    def __init__(self, app: QApplication, wanted: ScannerSettings) -> None:
        self.window, self.texts, self.at = Window(), list[str](), 1000
        self.hearing = Hearing(app, wanted, self.keep, lambda: NOON, lambda _on: None, lambda _trouble: None)
        self.window.show()
        self.window.activateWindow()

    def keep(self, scan: Scan) -> "Future[ScanHeard]":
        self.texts.append(scan.text)
        answer: Future[ScanHeard] = Future()
        answer.set_result(ScanHeard(Heard.KEPT, None, scan.text, scan.source))
        return answer

    def scan(self, text: str) -> None:
        timed = list(typed(text + "\r", self.at, lambda: 8))
        self.at = timed[-1][0] + 1000
        send(self.window, timed)


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qapp, ScannerSettings("keyboard", "keyboard"))
    qtbot.addWidget(made.window)
    qtbot.waitExposed(made.window)
    made.hearing.begin()
    yield made
    made.hearing.end()


def test_new_settings_count_from_the_next_scan_on(desk: Desk) -> None:
    desk.scan("KIT-1")
    desk.hearing.change(ScannerSettings("keyboard", "keyboard", {"layout": "de"}))
    desk.scan("KIT-1")
    assert desk.texts == ["KIT-1", "KITß1"]
    desk.hearing.change(ScannerSettings("keyboard", "keyboard", {"min_length": 9}, enabled=True))
    desk.scan("KIT-2")
    assert desk.texts == ["KIT-1", "KITß1"]


def test_twice_at_once_is_one_reading(desk: Desk) -> None:
    desk.scan("KIT-1")
    desk.scan("KIT-1")
    assert desk.texts == ["KIT-1"]
    assert desk.hearing.line.last is not None
    assert desk.hearing.line.last.shown == "KIT-1"


def test_one_that_is_switched_off_hears_nothing(desk: Desk) -> None:
    desk.hearing.change(ScannerSettings("keyboard", "keyboard", enabled=False))
    desk.scan("KIT-1")
    assert desk.texts == []
    assert str(desk.hearing.line.state.condition) == "stopped"


def test_what_is_wrong_in_the_settings_counts_as_not_written() -> None:
    wanted = ScannerSettings("keyboard", "keyboard", {"layout": "de", "profile": "fast"})
    assert keyboard_values(wanted) == KeyboardSettings(layout="de")
    assert keyboard_values(ScannerSettings("keyboard", "keyboard", {"layout": 7})) == KeyboardSettings()


def test_the_two_settings_of_the_station_count_until_there_is_a_table() -> None:
    assert keyboard_wanted(Settings(scanner_profile="slow")).values == {"profile": "slow"}
    own = ScannerSettings("left", "keyboard", {"layout": "fr"})
    assert keyboard_wanted(Settings(scanner_profile="slow", scanners=(own,))) is own
