"""What runs in the guest: a desk on a disk of its own that scans and claims, and says each scan that has beeped.

It is made ready before it is asked for (all is imported), says "ready" and waits for its errand: one line of JSON.
"""

import ctypes
import json
import logging
import os
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import station.backends.local
import station.backends.native.client
import station.store  # noqa: F401 - what is imported late otherwise
from station.core.news import ConnectionState, LineState
from station.desk import batches
from station.desk.work import Work
from station.folders import Folders
from station.parts import assemble
from station.settings import ConnectionSettings, Settings
from tests.desk.bench import Bench

CONNECTION, TARGET, TOKEN = "local", "oslo-west", "practice-token"
PLACE = Path("/data")
NOBODY = 9


@dataclass(frozen=True)
class Errand:
    """What a guest is told once it is switched on: where the server is, how much to scan, and how surely to write."""

    port: int
    devices: int
    seed: int
    synchronous: str
    now: float


def folders(place: Path) -> Folders:
    return Folders(place / "data", place, place / "state", place / "logs")


def settings(port: int) -> Settings:
    """"localhost" is the computer that the guest runs on, inside as well as outside: its hosts file says so."""
    values: dict[str, object] = {"base_url": f"http://localhost:{port}", "items_a_call": 3}
    return Settings(connections=(ConnectionSettings(CONNECTION, "local", values),))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def work(errand: Errand, place: Path) -> None:
    """Scan a few, claim what can be claimed, scan on without waiting for the answers; at the end wait for all."""
    os.environ[f"STATION_SECRET_{CONNECTION}_TOKEN".upper()] = TOKEN
    bench = Bench(assemble(settings(errand.port), folders(place)))
    bench.start()
    bench.station.desk.do(batches.choose, CONNECTION, TARGET, TARGET).result(60)
    bench.station.desk.do(_write_as, errand.synchronous).result(60)
    chance = random.Random(errand.seed)
    waiting = [f"dev-{number}" for number in range(errand.devices)]
    while waiting:
        for _ in range(chance.randint(1, 4)):
            if waiting:
                heard = bench.scan(waiting.pop(0))
                say(f"kept {heard.shown}")
        if bench.plan().counts.ready:
            say("claiming")
            bench.claim()
    while not _is_settled(bench):
        time.sleep(0.05)
    say("settled")
    while True:  # the plug is pulled, or never
        time.sleep(1)


def _write_as(work: Work, synchronous: str) -> None:
    """How surely SQLite writes each commit: FULL is what the station says itself."""
    raw = work.store.connection.raw  # type: ignore[attr-defined]
    work.after.append(lambda: raw.execute(f"PRAGMA synchronous = {synchronous}"))


def _is_settled(bench: Bench) -> bool:
    counts = bench.plan().counts
    if counts.ready:
        bench.claim()
    looked_up = not (counts.checking or counts.unchecked or counts.ready)
    return looked_up and not (counts.queued or counts.sending or counts.unknown)


def _mount(device: bytes, place: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(device, os.fsencode(place), b"ext4", 0, b"data=ordered"):
        raise OSError(ctypes.get_errno(), f"{device!r} cannot be mounted")


def warm_up() -> None:
    """A desk that reaches nobody, for a moment: what is imported late is there afterwards."""
    with TemporaryDirectory() as folder:
        os.environ[f"STATION_SECRET_{CONNECTION}_TOKEN".upper()] = TOKEN
        bench = Bench(assemble(settings(NOBODY), folders(Path(folder))))
        bench.start()
        bench.station.desk.do(batches.choose, CONNECTION, TARGET, TARGET).result(60)
        bench.scan("dev-0")
        bench.until(lambda: any(isinstance(each, ConnectionState) and each.state is LineState.OFFLINE
                                for each in bench.news))  # fmt: skip
        bench.stop()


def main() -> None:
    logging.disable(logging.CRITICAL)
    warm_up()
    say("ready")
    while not (line := sys.stdin.readline()).startswith("{"):
        say("listening")
    errand = Errand(**json.loads(line))
    time.clock_settime(time.CLOCK_REALTIME, errand.now)
    _mount(b"/dev/vdb", PLACE)
    say("mounted")
    work(errand, PLACE)


def as_line(errand: Errand) -> str:
    return json.dumps(asdict(errand)) + "\n"


if __name__ == "__main__":
    main()
