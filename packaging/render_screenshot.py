"""Renders the README's screenshot into resources/screenshots: the real window before a served practice delivery."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from station.core.scan import Scan
from station.desk import batches, intake, rows
from station.desk.house import greet
from station.folders import Folders
from station.parts import Station, assemble
from station.settings import ConnectionSettings, Settings
from station.surroundings import surroundings
from station.ui.offscreen import application, take_picture, turn_until
from station.ui.own_panels import add_panels
from station.ui.window import Window, WindowSettings

FILE = Path(__file__).resolve().parent.parent / "resources" / "screenshots" / "window.png"
SIZE = (1366, 768)
OPERATOR, TARGET, TITLE = "Anna", "oslo-west", "Oslo-West"
CLAIMED = (
    ("c1sample0000000000d0", "Cold room"),
    ("c1sample0000000000d6", "Back door"),
    ("c1sample0000000000d2", ""),
)
SCANNED = (
    ("c1sample0000000000d5", "Meeting room 2"),
    ("pine-meadow-window", ""),
    ("c1sample0000000000d4", ""),
    ("c1sample0000000000d5", ""),
    ("c1sample0000000000d3", ""),
    ("maple-harbor-lantern", "Reception"),
    ("oak-river-signal", "Second floor"),
)
"""Labels and the names that a person gives them, the oldest first: a batch that is claimed, and the next one."""
APART = timedelta(seconds=17)
PATIENCE_S = 30.0


class Job:
    """A desk and its window, led from scan to scan."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self.window = Window(station.desk, WindowSettings("light", volume=0.0))
        add_panels(self.window, station.desk, surroundings(station))
        self.window.resize(*SIZE)
        self.window.show()
        self.window.set_listening(True)
        self._settled = 0
        self.window.bridge.summary.connect(self._count)

    def run(self) -> None:
        self._wait(self._station.desk.do(greet))
        self._until(lambda: "oslo" in self.window.state.targets)
        self._wait(self._station.desk.do(batches.choose, "oslo", TARGET, TITLE))
        self._wait(self._station.desk.do(batches.choose_operator, OPERATOR))
        begun = datetime.now(UTC) - APART * (len(SCANNED) + len(CLAIMED))
        for at, (text, name) in enumerate(CLAIMED):
            self._scan(text, name, begun + APART * at)
        plan = self.window.state.plan
        revisions = [(batch.id, batch.revision) for batch in plan.batches]
        self._wait(self._station.desk.do(batches.claim, revisions, OPERATOR))
        self._until(lambda: self._settled == 1)
        for at, (text, name) in enumerate(SCANNED, len(CLAIMED) + 1):
            self._scan(text, name, begun + APART * at)
        turn_until(lambda: False, 0.5)
        take_picture(self.window, FILE, SIZE)

    def close(self) -> None:
        self.window.bridge.stop()
        self.window.close()
        self.window.deleteLater()
        turn_until(lambda: False, 0.05)

    def _scan(self, text: str, name: str, at: datetime) -> None:
        items = self.window.items
        before = items.rows.id_at(0)
        self._wait(self._station.desk.do(intake.keep, Scan(text.encode(), "keyboard", at, "]Q1")))
        self._until(lambda: items.rows.id_at(0) != before)
        row = items.rows.id_at(0)
        if name:
            self._wait(self._station.desk.do(rows.rename, row, name))
        self._until(lambda: not self.window.state.plan.counts.checking and self.window.table.current_id() == row)

    def _count(self, _summary: object) -> None:
        self._settled += 1

    def _wait(self, future: "Future[object]") -> None:
        self._until(future.done)
        future.result()

    def _until(self, done: object) -> None:
        if not turn_until(done, PATIENCE_S):  # type: ignore[arg-type]
            raise RuntimeError("the window did not get there in time")


@contextmanager
def served() -> Iterator[str]:
    """A server with the practice delivery in a process of its own; gives its address."""
    command = [sys.executable, "-m", "station", "serve", "--practice", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None  # noqa: S101 - for the type checker
    try:
        yield process.stdout.readline().split()[2]
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        process.stdout.close()


def main() -> int:
    application()
    with tempfile.TemporaryDirectory() as home:
        place = Path(home)
        os.environ.update(STATION_HOME=home, STATION_STATE=str(place / "state"),
                          STATION_SECRET_OSLO_TOKEN="practice-token",  # noqa: S106 - the practice server's own
                          PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
        with served() as address:
            show(place, address)
    sys.stdout.write(f"{FILE.name}: {FILE.stat().st_size} bytes\n")
    return 0


def show(place: Path, address: str) -> None:
    """Lead a desk through the delivery and take the picture."""
    connection = ConnectionSettings("oslo", "local", {"base_url": address})
    folders = Folders(place / "data", place / "config", place / "state", place / "logs")
    station = assemble(Settings(operator=OPERATOR, connections=(connection,)), folders)
    station.start()
    station.open_services()
    job = Job(station)
    try:
        job.run()
    finally:
        job.close()
        station.stop()


if __name__ == "__main__":
    raise SystemExit(main())
