"""Serial scanners on a real pseudo-terminal: read, unplugged, plugged in again, stopped."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

import pty
import tty

from station.core.scan import Scan
from station.scanners.base import Condition
from station.scanners.serial import Serial, SerialSettings
from tests.scanners.heard import Heard


class Line:
    """A pseudo-terminal whose name stays the same while it is plugged out and in."""

    def __init__(self, folder: Path) -> None:
        self.name = folder / "scanner"
        self.plug_in()

    def plug_in(self) -> None:
        self.device, self._far = pty.openpty()
        tty.setraw(self._far)
        self.name.unlink(missing_ok=True)
        self.name.symlink_to(os.ttyname(self._far))

    def send(self, data: bytes) -> None:
        os.write(self.device, data)

    def unplug(self) -> None:
        self.name.unlink()
        os.close(self.device)
        os.close(self._far)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    line = Line(tmp_path)
    yield line
    if line.name.is_symlink():
        line.unplug()


@pytest.fixture
def scanner(line: Line) -> Iterator[tuple[Serial, Heard]]:
    heard = Heard()
    # A pseudo-terminal is no port that the system lists: it is named as a port is.
    scanner = Serial(SerialSettings(device=_as_port(line), idle_ms=80), title="desk scanner")
    scanner.start(heard.scan, heard.state)
    heard.until(lambda: heard.condition is Condition.READY)
    yield scanner, heard
    assert scanner.stop()
    assert heard.condition is Condition.STOPPED


def _as_port(line: Line) -> str:
    return f"/dev/../{line.name}"


def test_a_reader_that_was_held_up_tears_no_code(line: Line) -> None:
    heard = Heard()

    def take_its_time(scan: Scan) -> None:
        heard.scan(scan)
        if scan.text == "FIRST":
            line.send(b"LF\r")
            time.sleep(0.4)

    scanner = Serial(SerialSettings(device=_as_port(line), idle_ms=150))
    scanner.start(take_its_time, heard.state)
    heard.until(lambda: heard.condition is Condition.READY)
    line.send(b"FIRST\rHA")
    heard.until_texts("FIRST", "HALF")
    assert scanner.stop()


def test_codes_are_read_with_and_without_terminators(line: Line, scanner: tuple[Serial, Heard]) -> None:
    _, heard = scanner
    line.send(b"KIT-1\r\nKIT-2\r]Q1http://x.example/1\n")
    heard.until_texts("KIT-1", "KIT-2", "http://x.example/1")
    assert heard.scans[2].symbology == "]Q1"
    assert {scan.source for scan in heard.scans} == {"desk scanner"}
    line.send(b"KIT-")
    line.send(b"3")
    heard.until_texts("KIT-1", "KIT-2", "http://x.example/1", "KIT-3")


def test_a_scanner_that_is_plugged_in_again_goes_on(line: Line, scanner: tuple[Serial, Heard]) -> None:
    _, heard = scanner
    line.send(b"KIT-1\r")
    heard.until_texts("KIT-1")
    line.send(b"HALF-A-CO")
    line.unplug()
    heard.until(lambda: heard.condition in (Condition.UNPLUGGED, Condition.FAILED))
    line.plug_in()
    heard.until(lambda: heard.condition is Condition.READY)
    line.send(b"KIT-2\r")
    heard.until(lambda: "KIT-2" in heard.texts)


def test_a_listener_that_fails_ends_nothing(line: Line) -> None:
    heard = Heard()
    calls: list[str] = []

    def fail_first(scan: object) -> None:
        calls.append("called")
        if len(calls) == 1:
            raise RuntimeError("the desk stumbled")
        heard.scan(scan)  # type: ignore[arg-type]

    scanner = Serial(SerialSettings(device=_as_port(line)))
    scanner.start(fail_first, heard.state)
    heard.until(lambda: heard.condition is Condition.READY)
    line.send(b"ONE\rTWO\r")
    heard.until_texts("TWO")
    assert scanner.stop()


def test_a_port_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    heard = Heard()
    scanner = Serial(SerialSettings(device=f"/dev/../{tmp_path}/nothing"))
    scanner.start(heard.scan, heard.state)
    heard.until(lambda: heard.condition is Condition.UNPLUGGED)
    assert scanner.stop()
    assert scanner.stop()


def test_finding_devices_asks_the_system() -> None:
    assert all(found.kind == "serial" and found.key for found in Serial.find())
