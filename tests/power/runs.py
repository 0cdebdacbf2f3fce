"""One power cut: a desk in a guest scans and claims, the plug is pulled, the disk is looked at and the desk goes on.

The server survives: it runs on this computer, and so does what has been said of each scan that has beeped.
"""

import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from station.core.news import Trouble
from station.parts import assemble
from station.server.app import build
from station.server.importing import import_file
from tests.backends.worlds import on_a_port
from tests.checker.check import FAIL, check
from tests.desk.bench import Bench
from tests.faults.protocols import PROTOCOLS
from tests.guest.disks import make_ext4
from tests.guest.kernel import tool

from . import inside
from .disk import VolatileDisk
from .machine import Aside, Guest, put_aside

LOCAL = PROTOCOLS["local"]
DEVICES, MEGABYTES = 12, 64
LINES = 12
"""Of what a desk says from its first scan on, the plug is pulled at one of the first so many lines, or soon after."""
RECOVERS_S = {"FULL": 60.0, "OFF": 5.0}
"""What a desk lost that did not wait for its disk, it may wait for a person to tell."""


@dataclass
class Ran:
    """What a power cut and the day after came to. ``lost`` and ``wrong`` are empty where all is as it must be."""

    seed: int
    synchronous: str
    kept: int = 0
    """Scans that had beeped."""
    in_flight: bool = False
    """Whether the desk's own record, as it was left on the disk, has a call without an answer."""
    flushes: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        end = f"{len(self.lost)} lost" if self.lost else "all there"
        call = "call in flight" if self.in_flight else "no call in flight"
        return f"{self.synchronous:5}seed {self.seed}: {self.kept} beeped, {call}, {end}, {len(self.wrong)} wrong"


class Slow:
    """The server's pace, drawn for every step, so that calls are on their way for a while; knows how many are."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._lock = threading.Lock()
        self.inside = 0
        self.begun = False
        """Not before the guest works: what the server does for itself is no call."""

    def __call__(self, point: str) -> None:
        if not self.begun:
            return
        with self._lock:
            self.inside += {"before_commit": 1, "before_answer": -1}.get(point, 0)
            wait_s = self._chance.uniform(0.1, 0.6)
        time.sleep(wait_s)


@dataclass(frozen=True)
class Ready:
    """What every run begins with: a guest put aside, what is on its disk, and a server's database with a delivery."""

    aside: Aside
    disk: bytes
    server: Path


def prepare(folder: Path) -> Ready:
    """Raises ``MissingError`` where no guest can be had, ``GuestError`` where it does not get ready."""
    disk = make_ext4(folder / "data.img", MEGABYTES).read_bytes()
    with VolatileDisk(disk, folder / "door") as volatile:
        aside = put_aside(folder, volatile.address)
    return Ready(aside, disk, make_server(folder))


def make_server(folder: Path) -> Path:
    """A server's database with what is to be claimed."""
    place = folder / "server"
    place.mkdir()
    with _server(place, lambda _point: None):
        delivery, url = place / "delivery.csv", f"sqlite:///{(place / 'server.db').as_posix()}"
        delivery.write_text(LOCAL.delivery(DEVICES), encoding="utf-8")
        imported = import_file(url, delivery, datetime.now(UTC))
        if not imported.stored:
            raise RuntimeError(f"the delivery was not taken: {imported.bad}")
        LOCAL.wait_for_practice(place / "server.db")
    return place / "server.db"


def run(ready: Ready, folder: Path, seed: int, synchronous: str = "FULL") -> Ran:
    """The whole of it, in a folder of its own, which is removed where nothing was wrong."""
    begun, ran, chance = time.monotonic(), Ran(seed, synchronous), random.Random(seed)
    folder.mkdir(parents=True)
    shutil.copy(ready.server, folder / "server.db")
    slow = Slow(random.Random(seed + 1))
    with ExitStack() as stack:
        port = stack.enter_context(_server(folder, slow))
        errand = inside.Errand(port, DEVICES, seed, synchronous, time.time())
        disk = stack.enter_context(VolatileDisk(ready.disk, folder / "door"))
        said = _work_until_cut(ready.aside, disk, errand, slow, chance)
        ran.flushes = disk.flushes
        (folder / "disk.img").write_bytes(disk.cut(chance))
        ran.kept = sum(line.startswith("kept ") for line in said)
        try:
            _look_at(folder, said, ran)
            _go_on(folder, port, ran)
        except Exception as error:
            ran.wrong.append(f"{type(error).__name__}: {error}")
    if (folder / "data" / "desk.db").exists():
        ran.wrong += _judge(folder)
        ran.lost += _missing(folder, said)
    ran.lost = sorted(set(ran.lost))
    if not (ran.lost or ran.wrong):
        shutil.rmtree(folder)
    ran.seconds = time.monotonic() - begun
    return ran


@contextmanager
def _server(folder: Path, slow: Callable[[str], None]) -> Iterator[int]:
    """Its ledger is beside the guest's disk; gives its port."""
    url = f"sqlite:///{(folder / 'server.db').as_posix()}"
    app = build(url, clock=lambda: datetime.now(UTC), practice=True, token=inside.TOKEN, faults=slow)
    with on_a_port(app) as address:
        yield int(address.rpartition(":")[2])


def _work_until_cut(
    aside: Aside, disk: VolatileDisk, errand: inside.Errand, slow: Slow, chance: random.Random
) -> list[str]:
    """Let the desk work until it has said a number of things, mostly until a call is on its way too, and a moment
    longer; gives what it said."""
    with Guest.take_up(aside, disk.address) as guest:
        guest.tell(inside.as_line(errand).rstrip())
        if not guest.listen(60, "mounted"):
            raise RuntimeError("\n".join(guest.lines[-20:]))
        before = len(guest.lines)
        slow.begun = True
        guest.listen(120, "settled", lines=before + chance.randint(3, LINES))
        if chance.random() < 0.8:
            until = time.monotonic() + 5
            while not slow.inside and time.monotonic() < until:
                guest.listen(0.02)
        guest.listen(chance.uniform(0, 0.3))
        guest.kill()
        return guest.lines[before:]


def _look_at(folder: Path, said: list[str], ran: Ran) -> None:
    """Mount what is left (e2fsck plays the file system's journal, as a mount does) and take the desk's folder out."""
    image = folder / "disk.img"
    done = subprocess.run(
        [tool("e2fsck", "e2fsprogs"), "-fy", str(image)], capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode not in (0, 1):  # 1: the journal was played, which is told as a correction
        ran.wrong.append(f"e2fsck: {done.returncode} {done.stdout[-300:]}")
    for name in ("data", "state"):
        subprocess.run(
            [tool("debugfs", "e2fsprogs"), "-R", f"rdump {name} {folder}", str(image)],
            capture_output=True, check=True, timeout=60,
        )
        (folder / name).mkdir(exist_ok=True)  # where it had not come to be yet
    ran.lost += _missing(folder, said)
    with suppress(sqlite3.Error), closing(_read_only(folder / "data" / "desk.db")) as desk:
        under_way = desk.execute("SELECT count(*) FROM calls WHERE state IN ('sending', 'unanswered')").fetchone()[0]
        ran.in_flight = under_way > 0


def _missing(folder: Path, said: list[str]) -> list[str]:
    """Scans that had beeped and that the database has not, or of which it cannot tell."""
    there: set[str] = set()
    with suppress(sqlite3.Error), closing(_read_only(folder / "data" / "desk.db")) as desk:
        there = {row[0] for row in desk.execute("SELECT shown FROM items")}
    return [name for line in said if line.startswith("kept ") and (name := line.removeprefix("kept ")) not in there]


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


def _go_on(folder: Path, port: int, ran: Ran) -> None:
    """Start the desk again on what is left: all that was on its way is settled, and nothing is said of the disk."""
    os.environ[f"STATION_SECRET_{inside.CONNECTION}_TOKEN".upper()] = inside.TOKEN
    bench = Bench(assemble(inside.settings(port), inside.folders(folder)))
    bench.start()
    try:
        until = time.monotonic() + RECOVERS_S[ran.synchronous]
        while time.monotonic() < until:
            counts = bench.plan().counts
            if counts.ready:
                bench.claim()
            elif not (counts.checking or counts.unchecked or counts.queued or counts.sending or counts.unknown):
                break
            time.sleep(0.1)
        else:
            ran.wrong.append(f"the desk does not get on: {bench.plan().counts}")
    finally:
        bench.stop()
    ran.wrong += [f"it said {each.code} {each.detail}" for each in bench.news if isinstance(each, Trouble)]


def _judge(folder: Path) -> list[str]:
    """The independent checker's word, and each device's account beside the ledger."""
    desk, server = folder / "data" / "desk.db", folder / "server.db"
    found = [str(each) for each in check(desk, server) if each.verdict == FAIL]
    with closing(_read_only(server)) as ledger:
        made: dict[str, int] = dict(ledger.execute(
            "SELECT d.device_id, count(*) FROM claims c JOIN devices d ON d.id = c.device_id "
            "WHERE d.vendor = ? GROUP BY 1", (LOCAL.vendor,),
        ).fetchall())
    found += [f"{name}: claimed {count} times" for name, count in made.items() if count > 1]
    with closing(_read_only(desk)) as journal:
        for name, progress in journal.execute("SELECT device_id, progress FROM devices"):
            if progress != ("claimed" if name in made else "open"):
                found.append(f"{name}: {progress}, and the server has {made.get(name, 0)} claims")
    return found
