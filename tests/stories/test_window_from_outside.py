"""The real program in a process of its own, used by key strokes from outside, and what the command line then says."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.typist import PERSON_GAP_S, SCANNER_GAP_S, Typist

pytestmark = pytest.mark.xvfb
KIT, INSIDE = "maple-harbor-lantern", "c1sample0000000000a1"
DEVICE, ANOTHERS, NOBODYS = "c1sample0000000000d0", "c1sample0000000000d2", "zz-unknown-zz"
TYPED = "c1sample0000000000d5"
CLAIMED = 7
"""The kit's five, the scanned device and the typed one."""
SOME_REFUSED = 1
TABS_TO_REHEARSE = 5
"""From the table: past the four counters."""
ROWS = "SELECT number, text, progress FROM items ORDER BY number"
PATIENCE_S = 40.0
"""For one condition, on a machine that does much else."""
STEP_S = 0.1
RETURN = 0xFF0D
"""X's name for the key."""


class Keys(Typist):
    """A typist whose line ends are Return, sent with the rest, as a scanner does."""

    def _stroke(self, symbol: int, gap_s: float) -> None:
        super()._stroke(RETURN if symbol == ord("\n") else symbol, gap_s)


class Station:
    """The program with its window on a screen, and its database as anybody can read it."""

    def __init__(self, home: Path, screen: str) -> None:
        self.home = home
        self.keys = Keys(screen)
        self.process = subprocess.Popen([sys.executable, "-m", "station"], stderr=subprocess.DEVNULL)

    def scan(self, *codes: str) -> None:
        """Scan by keys, each time waiting until it is kept, as the beep makes a person do."""
        for code in codes:
            kept = self.count("items") + 1
            self.keys.type(code + "\n", SCANNER_GAP_S)
            self.until(lambda kept=kept: self.count("items") == kept, f"{code} is kept")  # type: ignore[misc]

    def person_types(self, text: str) -> None:
        self.keys.type(text, PERSON_GAP_S)

    def press(self, *names: str) -> None:
        self.keys.press(*names)

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query; none as long as the database is not there."""
        file = self.home / "data" / "practice" / "desk.db"
        if not file.is_file():
            return []
        try:
            with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as database:
                return database.execute(query, values).fetchall()
        except sqlite3.OperationalError:  # it is being made, or another writes
            return []

    def count(self, table: str, where: str = "1") -> int:
        rows = self.read(f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608 - the test's own words
        return int(rows[0][0]) if rows else 0

    def until(self, holds: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():
            if self.process.poll() is not None:
                pytest.fail(f"the station ended before: {what}")
            if time.monotonic() > end:
                pytest.fail(f"not within {PATIENCE_S:.0f} s: {what}")
            time.sleep(STEP_S)

    def look_ups_are_done(self) -> None:
        self.until(lambda: not self.count("items", "look_up = 'checking'"), "all is looked up")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(PATIENCE_S)
        self.keys.close()


Start = Callable[[], Station]


@pytest.fixture
def start(virtual_screen: str) -> Iterator[Start]:
    """Start the program; what still runs at the end of the test is killed."""
    started: list[Station] = []

    def begin() -> Station:
        station = Station(Path(os.environ["STATION_HOME"]), virtual_screen)
        started.append(station)
        station.until(lambda: _listens(station), "a scan is heard")
        return station

    yield begin
    for station in started:
        if station.process.poll() is None:
            station.end(signal.SIGKILL)


def _listens(station: Station) -> bool:
    """Whether a label that is no device is refused: this leaves no row behind."""
    before = station.count("refused_scans")
    try:
        station.keys.type("WIFI:S:x;;\n", SCANNER_GAP_S)
    except RuntimeError:  # no window yet
        return False
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        if station.count("refused_scans") > before:
            return True
        time.sleep(STEP_S)
    return False


def command(*argv: str) -> tuple[int, list[dict[str, Any]]]:
    """The command line's exit status and what it says, line by line."""
    done = subprocess.run([sys.executable, "-m", "station", *argv, "--json"], capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_scanned_and_claimed_by_keys_alone_then_told_by_the_command_line(start: Start) -> None:
    station = start()
    assert station.keys.size()[0] <= 1280  # all of it is on the screen, where nobody maximizes windows
    station.scan(KIT, INSIDE, DEVICE)
    station.press("F2")
    station.person_types(TYPED[:10])
    station.scan(ANOTHERS)  # into the table, and not into the field that has the focus
    station.person_types(TYPED[10:])
    station.press("Return")
    station.until(lambda: station.count("items", f"text = '{TYPED}' AND source = 'typed'") == 1, "the typed ID is kept")
    station.press("Escape")
    for _ in range(TABS_TO_REHEARSE):
        station.press("Tab")
    station.scan(NOBODYS)  # its Enter presses no button
    station.look_ups_are_done()
    assert not station.count("items", "would_be != ''")
    station.press("space")  # but the person's key does
    station.until(lambda: station.count("items", "would_be = 'claimed_now'") == 3, "it is rehearsed")

    station.press("F8")
    station.person_types("oslo")
    station.press("Return")
    station.until(lambda: station.count("batches", "target = 'oslo-west'") == 1, "the target is chosen")
    station.press("F9")  # asks who claims
    station.person_types("Kari")
    station.press("Return")
    station.until(lambda: station.count("meta", "name = 'operator' AND value = 'Kari'") == 1, "the operator is named")
    station.press("F9")
    station.until(lambda: station.count("devices", "progress = 'claimed'") == CLAIMED, "all is claimed")
    batch = str(station.read("SELECT id FROM batches WHERE closed_at IS NOT NULL")[0][0])
    station.end()
    assert station.process.returncode == 0

    status, lines = command("receipt", batch)
    assert status == SOME_REFUSED
    outcomes = {line["device"]: line["outcome"] for line in lines if line["outcome"]}
    assert outcomes == {
        **{f"c1sample0000000000a{n}": "claimed_now" for n in range(5)},
        DEVICE: "claimed_now", TYPED: "claimed_now", ANOTHERS: "already_claimed", NOBODYS: "not_found",
    }
    assert {line["progress"] for line in lines if line["outcome"] == "claimed_now"} == {"claimed"}
    assert all(line["handle"] for line in lines if line["outcome"] == "claimed_now")
    now = {line["identifier"]: line["status"] for line in command("check", KIT, ANOTHERS)[1]}
    assert now == {KIT: "claimed", ANOTHERS: "claimed"}


def test_killed_after_scans_it_has_them_when_it_starts_again(start: Start) -> None:
    station = start()
    station.scan(KIT, DEVICE, NOBODYS)
    station.end(signal.SIGKILL)
    before = station.read(ROWS)
    assert [row[1] for row in before] == [KIT, DEVICE, NOBODYS]

    again = start()
    again.look_ups_are_done()
    assert again.read(ROWS) == before
    again.scan(DEVICE)  # the row of before the kill is still the one that counts
    assert again.count("items", "repeat_of IS NOT NULL") == 1
    again.end()
    assert again.process.returncode == 0
