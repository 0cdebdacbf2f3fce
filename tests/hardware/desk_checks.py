"""All scanners of a desk together, as the station runs them: one is unplugged and moved in the middle of a batch."""

import threading
from concurrent.futures import Future

from station.core.news import ScanHeard
from station.core.scan import Scan
from station.scanners.base import SHELF, Scanner
from station.scanning.hub import Scanning
from station.scanning.line import Line
from station.settings import ScannerSettings
from station.ui.scanner_doors import ScannerSeen

from .gadget import Gadget
from .plugged import until
from .usb_checks import KEY, plugged

NEW = "0c2e:0b81:H-1"
KINDS = ("evdev", "hid_pos", "serial")
EACH = 6


class Desk:
    """Keeps what is scanned."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        values = {"hid_pos": {"device": KEY}}
        slow = {"device": KEY, "idle_ms": 5000}
        wanted = [ScannerSettings(kind, kind, values.get(kind, slow)) for kind in KINDS]
        self.scanning = Scanning(wanted, self._keep, _make, search_every_s=0.5, search_first_s=0.1)

    def shown(self, device: str = KEY) -> list[ScannerSeen | None]:
        """What the panel shows of that device, kind by kind."""
        seen = {each.kind: each for each in self.scanning.see().scanners if each.device == device}
        return [seen.get(kind) for kind in KINDS]

    def wait_for(self, state: str) -> None:
        """Until the panel shows all three ways of the scanner in that state."""
        until(lambda: [each.state for each in self.shown() if each] == [state] * 3, state)

    def _keep(self, scan: Scan) -> "Future[ScanHeard]":
        self.texts.append(scan.text)
        return Future()


def a_scanner_that_is_moved_in_the_middle_of_a_batch_loses_and_doubles_nothing() -> None:
    desk = Desk()
    with plugged("desk") as gadget:
        desk.scanning.start()
        try:
            desk.wait_for("ready")
            half = _scan(desk, gadget, 0)
            gadget.unplug()
            desk.wait_for("unplugged")
            assert desk.texts == half
            gadget.plug(1)
            desk.wait_for("ready")
            assert _scan(desk, gadget, EACH) == desk.texts[len(half) :]
        finally:
            assert desk.scanning.stop()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("scanner")] == []


def a_device_that_nobody_set_up_is_shown_in_each_of_its_ways_and_goes_again() -> None:
    desk = Desk()
    with plugged("known"):
        desk.scanning.start()
        try:
            with Gadget("new", vendor=0x0C2E, product=0x0B81, serial="H-1") as new:
                new.plug(1)
                until(lambda: None not in desk.shown(NEW), "found")
                assert [(each.state, each.enabled) for each in desk.shown(NEW) if each] == [("ready", False)] * 3
            until(lambda: desk.shown(NEW) == [None, None, None], "gone")
        finally:
            assert desk.scanning.stop()


def _scan(desk: Desk, gadget: Gadget, first: int) -> list[str]:
    """Some codes in each of the three ways, each waited for; gives them in the order of their scanning."""
    texts = []
    for number in range(first, first + EACH):
        text = f"KIT-{number}"
        before = len(desk.texts)
        match number % 3:
            case 0:
                gadget.type(text)
            case 1:
                gadget.send_pos(text.encode())
            case _:
                gadget.send_serial(text.encode() + b"\r")
        until(lambda before=before: len(desk.texts) > before, text)  # type: ignore[misc]
        texts.append(text)
    return texts


def _make(wanted: ScannerSettings, _line: Line) -> Scanner:
    cls = SHELF.load(wanted.kind)
    return cls(cls.settings_type(**wanted.values), wanted.name)  # type: ignore[call-arg]


CHECKS = (
    a_scanner_that_is_moved_in_the_middle_of_a_batch_loses_and_doubles_nothing,
    a_device_that_nobody_set_up_is_shown_in_each_of_its_ways_and_goes_again,
)
