"""Devices that come and go are noticed, each once, with what to do about them; a driver that hangs holds up nobody."""

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from station.core.news import Heard, ScanHeard
from station.core.scan import Scan
from station.scanners.base import Scanner, Shelf
from station.scanners.practice import Practice
from station.scanning.hub import Scanning
from station.scanning.line import Line
from station.settings import ScannerSettings
from station.ui.scanner_doors import ScannersSeen

BUS = '''
"""Devices that a file names, a line each: key, title, condition."""
from pathlib import Path
from station.scanners.base import Condition, Found, Remedy, Scanner, State
from station.scanners.practice import Practice

class Bus(Practice):
    @classmethod
    def find(cls):
        lines = Path(__file__).with_name("bus.txt").read_text().splitlines()
        return tuple(Found("bus", key, title, State(Condition(condition)), (("device", key),))
                     for key, title, condition in (line.split(",") for line in lines))

    @classmethod
    def remedy(cls, found):
        return Remedy("bus_rule", f"allow {found.key}") if found.state.condition is Condition.NO_PERMISSION else None

SCANNER = Bus
'''
HANGS = '''
"""A driver that does not come back while a file is there."""
import time
from pathlib import Path
from station.scanners.practice import Practice

class Hangs(Practice):
    @classmethod
    def find(cls):
        until = time.monotonic() + 20
        while Path(__file__).with_name("hangs.txt").exists() and time.monotonic() < until:
            time.sleep(0.02)
        return ()

SCANNER = Hangs
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "bus_for_tests"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "bus.py").write_text(BUS, "utf-8")
    (folder / "no_driver.py").write_text("import a_driver_that_nobody_has\n", "utf-8")
    (folder / "bus.txt").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("bus_for_tests")]:
        del sys.modules[name]


def keep(scan: Scan) -> "Future[ScanHeard]":
    answer: Future[ScanHeard] = Future()
    answer.set_result(ScanHeard(Heard.KEPT, None, scan.text, scan.source))
    return answer


def make(_wanted: ScannerSettings, _line: Line) -> Scanner:
    return Practice()


def wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def hub(package: Path, *wanted: ScannerSettings) -> Scanning:
    return Scanning(wanted, keep, make, shelf=Shelf("bus_for_tests", (str(package),)), search_every_s=0.05,
                    search_first_s=0)


def test_devices_come_and_go_and_are_one_with_their_scanner(package: Path) -> None:
    here = hub(package, ScannerSettings("desk", "bus", {"device": "05e0:1:A"}, "Left"))
    told: list[ScannersSeen] = []
    here.listen(told.append)
    here.start()
    wait(lambda: bool(told) and told[-1].searched)
    assert [(each.name, each.found) for each in told[-1].scanners] == [("desk", False)]
    assert told[-1].missing == (("No driver", "ModuleNotFoundError: No module named 'a_driver_that_nobody_has'"),)
    twice = "05e0:1:B,Zebra,no_permission\n" * 2
    (package / "bus.txt").write_text(f"05e0:1:A,Zebra,ready\n{twice}")
    wait(lambda: len(told[-1].scanners) == 2)
    own, free = told[-1].scanners
    assert (own.name, own.title, own.found, own.remedy) == ("desk", "Left", True, "")
    assert (free.key, free.name, free.state, free.remedy, free.copy_text) == (
        "bus 05e0:1:B", "", "no_permission", "bus_rule", "allow 05e0:1:B")
    count = len(told)
    time.sleep(0.3)
    assert len(told) == count  # nothing changed, nothing is told
    (package / "bus.txt").write_text("05e0:1:B,Zebra,ready\n")
    wait(lambda: [each.found for each in told[-1].scanners] == [False, True])
    (package / "bus.txt").write_text("what is that")
    wait(lambda: len(told[-1].scanners) == 1)  # a driver that fails has no devices
    assert here.stop()


def test_a_driver_that_hangs_holds_up_neither_scanners_nor_the_end(package: Path) -> None:
    (package / "hangs.py").write_text(HANGS, "utf-8")
    (package / "hangs.txt").touch()
    here = hub(package, ScannerSettings("desk", "bus"))
    here.start()
    try:
        wait(lambda: str(here.lines["desk"].state.condition) == "ready" if "desk" in here.lines else False)
        here.put(ScannerSettings("other", "bus")).result(5)
        began = time.monotonic()
        assert not here.stop()
        assert time.monotonic() - began < 6
    finally:
        (package / "hangs.txt").unlink()
