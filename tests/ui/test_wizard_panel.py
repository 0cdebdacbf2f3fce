"""The set-up wizard before a real key filter: one scan of the label, and the scanner is read from then on."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from station.core.news import Heard, ScanHeard
from station.core.scan import Scan
from station.scanning.calibrating import Calibrating
from station.scanning.hearing import Hearing, keyboard_values, keyboard_wanted
from station.settings import Settings, read_settings
from station.ui.window import Window
from station.ui.wizard_panel import WizardPanel, add_wizard
from station.words import say
from tests.scanners.keyboard_model import tap, typed
from tests.scanners.scanner_model import Scanner
from tests.ui.key_events import send
from tests.ui.panel_bench import part, texts
from tests.ui.source import Source

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOON_MS = 5_000


class Bench:
    """A window with the wizard, and what the desk was handed."""

    def __init__(self, window: Window, path: Path, qtbot: QtBot) -> None:
        self.window, self.path, self.qtbot = window, path, qtbot
        self.scans: list[str] = []
        self.wishes: list[Callable[[], object]] = []
        app = QApplication.instance()
        self.hearing = Hearing(app, keyboard_wanted(Settings()), self._keep, lambda: NOON, lambda _: None,
                               lambda _: None)
        self.hearing.begin()
        add_wizard(window, Calibrating(self.hearing, path, self.wishes.append))

    def _keep(self, scan: Scan) -> "Future[ScanHeard]":
        self.scans.append(scan.text)
        return Future()

    @property
    def panel(self) -> WizardPanel:
        found = self.window.findChild(WizardPanel)
        assert found is not None
        return found

    def open(self) -> WizardPanel:
        assert self.window.panels.open("wizard")
        return self.panel

    def scan(self, scanner: Scanner, text: str) -> None:
        send(self.window, scanner.scan(text))

    def until_heard(self, text: str) -> None:
        self.qtbot.waitUntil(lambda: self.scans[-1:] == [text], timeout=SOON_MS)

    def until_said(self, key: str) -> None:
        self.qtbot.waitUntil(lambda: say(key) in texts(self.panel), timeout=SOON_MS)


@pytest.fixture
def bench(window: Window, tmp_path: Path, qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(window, tmp_path / "settings.toml", qtbot)
    yield made
    made.hearing.end()


def test_a_scanner_for_another_country_is_set_up_by_one_scan(bench: Bench) -> None:
    scanner = Scanner(layout="fr", prefix="S>", gs="{GS}", terminator="\t")
    panel = bench.open()
    bench.scan(scanner, bench.panel._doors.label)
    bench.until_said("wizard.head.works_then")
    assert bench.scans == []
    bench.until_said("calibration.end_tab")
    shown = texts(panel)
    assert say("wizard.value.fr") in shown
    assert say("calibration.gs_substitute", text="{GS}") in shown
    part(panel, QPushButton, say("wizard.apply")).click()
    bench.qtbot.waitUntil(lambda: bool(bench.wishes), timeout=SOON_MS)
    bench.wishes.pop()()
    bench.until_said("wizard.applied")
    kept = keyboard_values(keyboard_wanted(read_settings(bench.path)))
    assert (kept.layout, kept.prefix, kept.gs_substitutes) == ("fr", "S>", ("{GS}",))
    assert bench.hearing.keyboard.settings == kept
    bench.scan(scanner, "KIT-0001/b\x1d7")
    assert bench.scans == ["KIT-0001/b\x1d7"]


def test_a_scanner_that_is_right_needs_nothing(bench: Bench) -> None:
    panel = bench.open()
    bench.scan(Scanner(), bench.panel._doors.label)
    bench.until_said("wizard.head.works")
    bench.until_said("calibration.layout_us")
    assert not [each for each in panel.findChildren(QPushButton) if each.text() == say("wizard.apply")
                and each.isVisibleTo(panel)]
    bench.scan(Scanner(), "KIT-0001")
    bench.until_heard("KIT-0001")


def test_what_is_no_label_is_told_and_its_characters_are_masked(bench: Bench) -> None:
    panel = bench.open()
    bench.scan(Scanner(), "PIN:secret-4711-x")
    bench.until_said("wizard.head.other")
    log = part(panel, QPlainTextEdit, say("wizard.log")).toPlainText()
    assert "letter" in log
    assert "'s'" not in log
    part(panel, QPushButton, say("wizard.copy")).click()
    assert "4711" not in QGuiApplication.clipboard().text()
    assert say("calibration.not_the_label") in QGuiApplication.clipboard().text()


def test_a_persons_keys_go_on_and_escape_closes(bench: Bench) -> None:
    panel = bench.open()
    bench.qtbot.waitUntil(panel.close_button.hasFocus, timeout=SOON_MS)
    send(bench.window, list(typed("\t", 9000, lambda: 100)))
    bench.qtbot.waitUntil(lambda: not panel.close_button.hasFocus(), timeout=SOON_MS)
    send(bench.window, tap(1, 20_000))
    bench.scan(Scanner(), "KIT-0007")
    assert bench.scans == []
    bench.window.panels.close_open()
    bench.scan(Scanner(), "KIT-0008")
    bench.until_heard("KIT-0008")


def test_scans_are_scans_again_once_the_wizard_is_closed(bench: Bench) -> None:
    bench.open()
    bench.window.panels.close_open()
    bench.scan(Scanner(), "KIT-0001")
    bench.until_heard("KIT-0001")


def test_a_scanner_that_does_not_type_is_told_of(bench: Bench, source: Source) -> None:
    panel = bench.open()
    text = bench.panel._doors.label.removeprefix("~CAL~")
    source.tell(ScanHeard(Heard.KEPT, None, "", "serial: /dev/ttyS0", command="calibrate", argument=text))
    bench.until_said("wizard.head.works")
    bench.until_said("calibration.arrives_whole")
    assert not panel.close_button.isHidden()
