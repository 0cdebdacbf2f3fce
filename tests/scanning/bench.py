"""A started station with its scanners: a pseudo-terminal for a serial one, a loopback port, a folder."""

import os
import socket
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from station.core.news import ItemsChanged, News, ScanHeard
from station.desk import intake
from station.folders import find_folders
from station.parts import Station, assemble
from station.scanning.doors import ScannersHere
from station.scanning.hub import Scanning
from station.scanning.making import Making
from station.scanning.recording import Recorder
from station.settings import ScannerSettings, read_settings
from station.ui.scanner_doors import ScannerSeen, ScannersSeen

PATIENCE_S = 20.0
SOON_S = 0.2


class Line:
    """A pseudo-terminal whose name stays the same while it is plugged out and in."""

    def __init__(self, folder: Path) -> None:
        self.name = folder / "port"
        self.plug_in()

    @property
    def port(self) -> str:
        """As a port is named: a pseudo-terminal is none that the system lists."""
        return f"/dev/../{self.name}"

    def plug_in(self) -> None:
        self.device, self._far = os.openpty()
        tty.setraw(self._far)
        self.name.unlink(missing_ok=True)
        self.name.symlink_to(os.ttyname(self._far))

    def send(self, data: bytes) -> None:
        os.write(self.device, data)

    def unplug(self) -> None:
        if self.name.is_symlink():
            self.name.unlink()
            os.close(self.device)
            os.close(self._far)


class ScanningBench:
    """The station, what its scanners say and what became of each scan."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.heard: list[ScanHeard] = []
        self.rows: dict[int, str] = {}
        self.seen: list[ScannersSeen] = []
        self.changed_keyboard: list[ScannerSettings] = []
        self.recorder = Recorder(lambda scan: station.desk.do(intake.keep, scan), station.clock.now)
        making = Making(station.credentials, station.desk, station.clock.now)
        self.scanning = Scanning(
            station.settings.scanners, self.recorder.keep, making, search_every_s=0.3, search_first_s=0.05
        )
        self.scanning.note = self.recorder.note
        self.doors = ScannersHere(station, self.scanning, self.recorder, self.changed_keyboard.append)
        station.desk.listen(self.hear)
        self.scanning.listen(self.seen.append)

    def hear(self, news: News) -> None:
        if isinstance(news, ScanHeard):
            self.heard.append(news)
        elif isinstance(news, ItemsChanged):
            self.rows |= {item.id: item.identifier.text for item in news.items}

    @property
    def texts(self) -> list[str]:
        return [heard.shown for heard in self.heard]

    def one(self, name: str) -> ScannerSeen:
        """How a scanner stands, as was told last."""
        return next(each for each in self.seen[-1].scanners if each.name == name)

    def wait(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < until, (self.texts, self.seen[-1:], self.scanning.lines)
            time.sleep(0.01)

    def wait_for(self, name: str, state: str) -> ScannerSeen:
        self.wait(lambda: any(each.name == name and each.state == state
                              for seen in self.seen[-1:] for each in seen.scanners))
        return self.one(name)

    def send(self, name: str, data: bytes) -> None:
        """Over the network."""
        scanner = self.scanning.lines[name].scanner
        with socket.create_connection(("127.0.0.1", getattr(scanner, "port", 0)), timeout=5) as guest:
            guest.sendall(data)


@contextmanager
def scanning(settings_toml: str = "") -> Iterator[ScanningBench]:
    """A started station on what that settings file says."""
    folders = find_folders()
    folders.config.mkdir(parents=True, exist_ok=True)
    if settings_toml:
        folders.settings.write_text(settings_toml, "utf-8")
    station = assemble(read_settings(folders.settings), folders)
    made = ScanningBench(station)
    station.start()
    made.scanning.start()
    try:
        yield made
    finally:
        assert made.scanning.stop()
        made.recorder.end()
        station.stop(5)
