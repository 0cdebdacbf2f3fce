"""The panel of scanners in the real window: before a running station, and before devices that are only told of."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station.settings import ScannerSettings, read_settings
from station.ui.connection_doors import Done, Entry, FormField, KindForm, Problem
from station.ui.panel_list import RowList
from station.ui.scanner_doors import ScannerDraft, ScannerSeen, ScannerSetUp, ScannersSeen
from station.ui.scanners_panel import ScannersPanel, add_scanners
from station.ui.window import Window, WindowSettings
from tests.scanning.bench import ScanningBench, scanning
from tests.ui.panel_bench import focused, part, texts
from tests.ui.source import Source

WAIT_MS = 20_000
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
RULE = 'KERNEL=="hidraw*", ATTRS{idVendor}=="05e0", TAG+="uaccess"'
DEVICES = (
    ScannerSeen("name keyboard", "keyboard", "Keyboard-type", "ready", name="keyboard", enabled=True),
    ScannerSeen("name desk", "serial", "Honeywell 1450g", "reading", name="desk", enabled=True, found=True,
                device="0c2e:0b6a:S1", last="PIN ***", last_at=NOON, last_source="Honeywell 1450g", last_heard="kept"),
    ScannerSeen("hid_pos 05e0:1300:S2", "hid_pos", "Zebra DS2208", "no_permission", "/dev/hidraw3", found=True,
                device="05e0:1300:S2", remedy="hid_udev", copy_text=RULE),
    ScannerSeen("keyboard 05e0:1200:", "keyboard", "Zebra LS2208", "ready", found=True, device="05e0:1200:",
                remedy="typing_zebra"),
    ScannerSeen("serial 1eab:1a06:", "serial", "Newland <b>HR22</b>", "ready", found=True, device="1eab:1a06:"),
    ScannerSeen("name gone", "hid_pos", "Datalogic", "unplugged", name="gone", enabled=True, device="05f9:4204:"),
)
FORM = KindForm("serial", "Serial port", "", (
    FormField("device"), FormField("baud", Entry.CHOICE, "9600", ("9600", "19200")),
    FormField("idle_ms", Entry.WHOLE, 150, (), True)))


class ToldDoors:
    """Tells of devices; remembers what was wished."""

    def __init__(self, seen: ScannersSeen) -> None:
        self.seen, self.wishes = seen, list[tuple[str, Any]]()
        self._hear: Callable[[ScannersSeen], None] = lambda _seen: None
        self.answer: Done | Problem = Done()

    def tell(self, seen: ScannersSeen) -> None:
        self._hear(seen)

    def listen(self, hear: Callable[[ScannersSeen], None]) -> Callable[[], None]:
        self._hear = hear
        hear(self.seen)
        return lambda: None

    def kinds(self) -> "Future[Any]":
        return _now((KindForm("tcp", "Network"), FORM, KindForm("odd", "Odd", "no such library")))

    def set_up(self, name: str, kind: str, device: str) -> "Future[Any]":
        self.wishes.append(("set_up", (name, kind, device)))
        values = {"device": device} if device else {}
        return _now(ScannerSetUp(FORM if kind == "serial" else KindForm(kind, kind), name, "", values))

    def use(self, key: str) -> "Future[Any]":
        return self._wish("use", key)

    def leave(self, key: str) -> "Future[Any]":
        return self._wish("leave", key)

    def save(self, draft: ScannerDraft) -> "Future[Any]":
        return self._wish("save", draft)

    def take_away(self, name: str) -> "Future[Any]":
        return self._wish("take_away", name)

    def record(self, on: bool) -> "Future[Any]":
        return self._wish("record", on)

    def _wish(self, name: str, what: object) -> "Future[Any]":
        self.wishes.append((name, what))
        return _now(self.answer)


def _now(answer: object) -> "Future[Any]":
    future: Future[Any] = Future()
    future.set_result(answer)
    return future


class PanelHere:
    """The window with the panel, worked as a person does."""

    def __init__(self, qtbot: QtBot, doors: Any, theme: str = "light") -> None:
        self.qtbot = qtbot
        self.window = Window(Source(), WindowSettings(theme=theme, volume=0))
        qtbot.addWidget(self.window)
        self.window.resize(1024, 768)
        add_scanners(self.window, doors)
        self.panel = next(iter(self.window.findChildren(ScannersPanel)))
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow, timeout=WAIT_MS)
        QTest.keyClick(self.window, Qt.Key.Key_F4)
        assert self.window.panels.open_name == "scanners"

    def wait(self, is_so: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(is_so, timeout=WAIT_MS)

    def wait_for(self, text: str) -> None:
        try:
            self.wait(lambda: text in texts(self.panel))
        except Exception as error:
            raise AssertionError(f"{text!r} is not said in: {texts(self.panel)}") from error

    def press(self, name: str) -> None:
        button = part(self.panel, QPushButton, name)
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)

    def pick(self, key: str, rows: RowList | None = None) -> None:
        """Choose a row with the keys."""
        shown = rows or self.panel.list.first
        self.wait(lambda: any(row.key == key for row in shown.rows.rows))
        for _ in shown.rows.rows:
            shown.step(-1)
        for _ in range(next(at for at, row in enumerate(shown.rows.rows) if row.key == key)):
            QTest.keyClick(shown, Qt.Key.Key_Down)
        QTest.keyClick(shown, Qt.Key.Key_Return)

    def open(self, key: str) -> None:
        self.pick(key)
        self.wait(lambda: self.panel.pages.currentWidget() is self.panel.page)
        self.qtbot.wait(5)  # what a layout takes in is shown in a later turn

    def type(self, name: str, text: str) -> None:
        lines = self.panel.findChildren(QLineEdit)  # what a layout takes in is shown in a later turn
        self.wait(lambda: any(each.accessibleName() == name and each.isVisibleTo(self.panel) for each in lines))
        line = part(self.panel, QLineEdit, name)
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, text)

    def rows(self) -> dict[str, tuple[str, str, str]]:
        return {row.key: (row.title, row.line, row.more) for row in self.panel.list.first.rows.rows}


@pytest.fixture
def told(qtbot: QtBot) -> Iterator[tuple[ToldDoors, PanelHere]]:
    doors = ToldDoors(ScannersSeen(DEVICES, (("Evdev", "no such module"),), searched=True))
    here = PanelHere(qtbot, doors)
    here.wait(lambda: bool(here.rows()))
    yield doors, here
    here.window.bridge.stop()


def test_each_device_is_named_with_its_state_and_what_to_do(told: tuple[ToldDoors, PanelHere]) -> None:
    _, here = told
    rows = here.rows()
    assert rows["name desk"][:2] == ("Honeywell 1450g · Serial port", "reading")
    assert "PIN ***" in rows["name desk"][2]
    assert rows["hid_pos 05e0:1300:S2"][1] == "this program may not open it"
    assert rows["serial 1eab:1a06:"][:2] == ("Newland <b>HR22</b> · Serial port", "plugged in, not in use")
    assert rows["name gone"][1] == "unplugged"
    assert "goes on by itself" in rows["name gone"][2]
    assert "not available on this computer (no such module)" in texts(here.panel)
    assert "PIN ***" in texts(here.panel)
    assert "Honeywell 1450g, " in texts(here.panel)


def test_a_rule_can_be_copied(told: tuple[ToldDoors, PanelHere]) -> None:
    _, here = told
    here.open("hid_pos 05e0:1300:S2")
    assert "60-claiming-station.rules" in texts(here.panel)
    here.press("Copy")
    assert QGuiApplication.clipboard().text() == RULE


def test_a_scanner_that_only_types_is_told_its_makers_label(told: tuple[ToldDoors, PanelHere]) -> None:
    _, here = told
    here.open("keyboard 05e0:1200:")
    assert "Zebra manual" in texts(here.panel)
    names = {button.accessibleName() for button in here.panel.page.findChildren(QPushButton) if button.isVisible()}
    assert not {"Use", "Stop using", "Save", "Take away"} & names


def test_used_let_go_changed_and_taken_away(told: tuple[ToldDoors, PanelHere]) -> None:
    doors, here = told
    here.open("serial 1eab:1a06:")
    here.press("Use")
    here.wait_for("Scan something to try it")
    here.open("name desk")
    here.press("Stop using")
    here.wait_for("Its settings stay")
    here.open("name desk")
    combo = part(here.panel, QComboBox, "Speed (baud)")
    combo.setCurrentIndex(1)
    here.press("Save")
    here.wait_for("Saved.")
    here.open("name desk")
    here.press("Take away")
    assert ("take_away", "desk") not in doors.wishes
    here.press("Really take away")
    here.wait_for("It is taken away")
    wishes = [wish for wish in doors.wishes if wish[0] not in ("set_up", "save")]
    assert wishes == [("use", "serial 1eab:1a06:"), ("leave", "name desk"), ("take_away", "desk")]
    saved = next(what for name, what in doors.wishes if name == "save")
    assert (saved.draft.name, saved.draft.values["baud"], saved.draft.known) == ("desk", "19200", True)


def test_a_wrong_token_is_seen_with_its_address(told: tuple[ToldDoors, PanelHere]) -> None:
    doors, here = told
    phones = ScannerSeen("name tcp", "tcp", "Phones", "ready", "0.0.0.0:8471", name="tcp", enabled=True,
                         last="KIT-1", last_at=NOON, turned_away=(("192.0.2.7", 3), ("192.0.2.9", 1)))
    doors.tell(ScannersSeen((*DEVICES, phones), searched=True))
    here.wait(lambda: "name tcp" in here.rows())
    assert "192.0.2.7 (3 times), 192.0.2.9 (1 time)" in here.rows()["name tcp"][2]
    here.open("name tcp")
    assert "192.0.2.7 (3 times)" in texts(here.panel)
    doors.tell(ScannersSeen((*DEVICES, replace(phones, turned_away=())), searched=True))
    here.wait(lambda: "192.0.2.7" not in texts(here.panel))


def test_the_wizard_is_opened_from_the_list(told: tuple[ToldDoors, PanelHere]) -> None:
    here = told[1]
    here.window.panels.add("wizard", QWidget())
    here.press("Set up a scanner")
    assert here.window.panels.open_name == "wizard"


def test_what_went_wrong_is_said_and_the_form_stays(told: tuple[ToldDoors, PanelHere]) -> None:
    doors, here = told
    here.open("name desk")
    doors.answer = Problem("settings", "the disk is full")
    here.press("Save")
    here.wait_for("the disk is full")
    assert here.panel.pages.currentWidget() is here.panel.page
    here.press("More settings")
    here.type("Silence that ends a code (milliseconds)", "soon")
    here.press("Save")
    here.wait_for("must be a whole number")


def test_the_page_follows_the_device_and_leaves_the_form_alone(told: tuple[ToldDoors, PanelHere]) -> None:
    doors, here = told
    here.open("name desk")
    here.type("Device or port", "COM7")
    gone = ScannerSeen("name desk", "serial", "Honeywell 1450g", "unplugged", name="desk", enabled=True)
    doors.tell(ScannersSeen((gone,), searched=True))
    here.wait_for("unplugged")
    assert part(here.panel, QLineEdit, "Device or port").text() == "COM7"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_in_a_small_window(qtbot: QtBot, theme: str) -> None:
    here = PanelHere(qtbot, ToldDoors(ScannersSeen(DEVICES, searched=True)), theme)
    for key in ("hid_pos 05e0:1300:S2", "name desk"):
        here.open(key)
        page = here.panel.page
        for button in page.findChildren(QPushButton):
            if button.isVisible():
                assert button.fontMetrics().horizontalAdvance(button.text()) <= button.width()
                corner = button.mapTo(here.window, button.rect().bottomRight())
                assert corner.x() < 1024
                assert corner.y() < 768
        here.panel.back()
    here.window.bridge.stop()


def test_tab_goes_round_and_esc_closes(told: tuple[ToldDoors, PanelHere]) -> None:
    _, here = told
    seen = set[str]()
    for _ in range(40):
        QTest.keyClick(QApplication.focusWidget() or here.panel, Qt.Key.Key_Tab)
        seen.add(focused().accessibleName())
    assert {"Scanners", "Add by hand", "Record this shift", "Close"} <= seen
    QTest.keyClick(here.window, Qt.Key.Key_Escape)
    assert here.window.panels.open_name == ""


@pytest.fixture
def real(qtbot: QtBot) -> Iterator[tuple[ScanningBench, PanelHere]]:
    with scanning() as bench:
        here = PanelHere(qtbot, bench.doors)
        yield bench, here
        here.window.bridge.stop()


def test_a_phone_is_set_up_with_the_keys_alone_and_heard(real: tuple[ScanningBench, PanelHere]) -> None:
    bench, here = real
    here.press("Add by hand")
    here.wait(lambda: here.panel.pages.currentWidget() is here.panel.kinds)
    here.pick("tcp", here.panel.kinds.first)
    here.wait(lambda: here.panel.pages.currentWidget() is here.panel.page)
    here.type("Its name on the table", "Phones")
    here.type("Port", "0")
    here.press("Save")
    here.wait_for("Saved.")
    bench.wait_for("tcp", "ready")
    wanted = ScannerSettings("tcp", "tcp", {"port": 0}, "Phones")
    assert read_settings(bench.station.folders.settings).scanners == (wanted,)
    bench.send("tcp", b"KIT-000123\r\n")
    here.wait_for("KIT-000123")
    here.wait_for("Phones 127.0.0.1")
    here.open("name tcp")
    here.press("Stop using")
    here.wait(lambda: here.rows()["name tcp"][1] == "not in use")


@pytest.mark.skipif(sys.platform == "win32", reason="a folder's name is typed as here")
def test_a_shift_is_recorded_from_the_panel(real: tuple[ScanningBench, PanelHere], tmp_path: Path) -> None:
    bench, here = real
    assert bench.doors.save(ScannerDraft(_tcp())).result(20) == Done()
    bench.wait_for("tcp", "ready")
    here.press("Record this shift")
    here.wait_for("Recording into")
    bench.send("tcp", b"KIT-1\rPIN: 482913 code:KIT-2\r")
    here.wait_for("2 scans")
    here.press("End the recording")
    here.wait(lambda: "Recording into" not in texts(here.panel))
    files = list(bench.station.folders.databases(True).glob("recordings/*.jsonl"))
    text = files[0].read_text("utf-8")
    assert "KIT-1" in text
    assert "482913" not in text


def _tcp() -> Any:
    from station.ui.connection_doors import Draft

    return Draft("", "tcp", {"port": 0})
