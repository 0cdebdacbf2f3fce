"""A vendor that is not safe to repeat: the bundled server's native API, with answers that a test spoils, and a clock
that it moves."""

import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from station.backends.base import Traits
from station.backends.local import Local, LocalSettings
from station.clock import SystemClock
from station.core.call import Answer, Call, Confirmed
from station.core.errors import CallError, Cause, UnclearError
from station.core.finding import Finding
from station.core.identifier import Identifier
from station.core.item import Item
from station.core.progress import Progress
from station.core.target import Account
from station.credentials import find_credentials
from station.desk.house import Parts, build
from station.desk.network import Network
from station.desk.witness import Witness
from station.folders import Folders, Lock
from station.parts import Inside, Station
from station.settings import Settings
from station.store import open_store

from .bench import Bench

Claim = Callable[[Call], Coroutine[Any, Any, Answer]]
Twist = Callable[[Call, Claim], Coroutine[Any, Any, Answer]]


class MovedClock(SystemClock):
    """The real clocks, moved on by hand; the wall clock can be set back, the other never goes back."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.wall_off_s = 0.0

    def leap(self, seconds: float) -> bool:
        """Both clocks go on by so much; gives False, for a condition that is waited for."""
        self.ahead_s += seconds
        return False

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s + self.wall_off_s)

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead_s


@dataclass
class Script:
    """What the vendor does; changed by the test while the station runs."""

    claims: list[Twist] = field(default_factory=list)
    """What becomes of the next claims, one after the other; then they are plain."""
    confirm: Callable[[list[Confirmed]], list[Confirmed]] | None = None
    account: Callable[[Account], Account] | None = None
    down: CallError | None = None
    """What every request meets while it is set."""
    look_up: Callable[[Sequence[Identifier]], None] | None = None
    sent: list[tuple[str, ...]] = field(default_factory=list)
    """The devices of each claim that reached the vendor's door."""
    keys: list[str] = field(default_factory=list)
    confirms: int = 0
    """Read-backs that were answered."""
    reads: int = 0


class Vendor(Local):
    """Asks the bundled server; forgets that it is safe to repeat."""

    traits: Traits = replace(Local.traits, safe_to_repeat=False, remembers=False, items_a_call=10)
    script: Script

    async def account(self) -> Account:
        self.script.reads += 1
        self._door()
        told = await super().account()
        return self.script.account(told) if self.script.account else told

    async def look_up(self, identifiers: Sequence[Identifier], target: str) -> list[Finding]:
        self.script.reads += 1
        self._door()
        if self.script.look_up:
            self.script.look_up(identifiers)
        return await super().look_up(identifiers, target)

    async def claim(self, call: Call) -> Answer:
        self._door()
        self.script.sent.append(tuple(sorted(device.device_id for device in call.devices)))
        self.script.keys.append(call.key)
        twist = self.script.claims.pop(0) if self.script.claims else plain
        return await twist(call, super().claim)

    async def confirm(self, call: Call) -> list[Confirmed]:
        self._door()
        told = await super().confirm(call)
        told = self.script.confirm(told) if self.script.confirm else told
        self.script.confirms += 1
        return told

    def _door(self) -> None:
        if self.script.down is not None:
            raise self.script.down


def wait_for(happened: Callable[[], object], patience_s: float = 20.0) -> bool:
    """Look again and again, outside the news; whether it happened in time."""
    end = time.monotonic() + patience_s
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def in_time(bench: Bench, clock: MovedClock, item: int, progress: Progress) -> Item:
    """The row, once it has that progress as time goes on; a single leap could fall between the reckoning of a wait and
    its timer, which would then be late."""
    assert wait_for(lambda: bench.rows[item].progress is progress or clock.leap(5)), bench.rows
    return bench.rows[item]


async def plain(call: Call, claim: Claim) -> Answer:
    return await claim(call)


async def lost_before(call: Call, claim: Claim) -> Answer:
    """Nothing reaches the vendor, and nobody here can know that."""
    raise UnclearError(Cause.CUT_OFF, "lost before")


async def lost_after(call: Call, claim: Claim) -> Answer:
    await claim(call)
    raise UnclearError(Cause.TIMEOUT, "lost after")


def fails(error: CallError) -> Twist:
    async def twist(call: Call, claim: Claim) -> Answer:
        raise error

    return twist


def answers(change: Callable[[Answer], Answer]) -> Twist:
    async def twist(call: Call, claim: Claim) -> Answer:
        return change(await claim(call))

    return twist


def open_station(
    folders: Folders,
    script: Script,
    clock: MovedClock,
    *,
    safe: bool = False,
    machine: str = "",
    base_url: str = "",
    server: Path | None = None,
) -> Bench:
    """A whole station on ``folders`` with the scripted vendor as its one connection, ``local``; started.

    ``server`` is the database of another desk's server, for two desks on one.
    """
    folders.make(True)
    base = folders.databases(True)
    inside = Inside(server or base / "server.db", True, clock, lambda _point: None)
    network, lock = Network(lambda: [inside.serve]), Lock(base)
    kind = type("Vendor", (Vendor,), {"script": script, "traits": replace(Vendor.traits, safe_to_repeat=safe)})

    def backends() -> dict[str, Vendor]:
        settings = LocalSettings()
        vendor = kind("local", settings, {"token": inside.token}, clock.now, app=inside)
        if base_url:
            vendor.settings = replace(settings, base_url=base_url)
        return {"local": vendor}

    desk = build(
        Parts(
            open_store=lambda: open_store(base / "desk.db", now=clock.now).store,
            backends=backends,
            network=network,
            clock=clock,
            take_lock=lock.take,
            witness=Witness(folders.state, machine),
        )
    )
    bench = Bench(Station(Settings(), folders, clock, desk, network, lock, inside, find_credentials(folders)))
    bench.start()
    return bench
