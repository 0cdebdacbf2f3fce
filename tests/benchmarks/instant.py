"""A desk on a crowd, whose vendor answers at once when it may begin: everything is unclaimed, and then claimed."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from station.backends.base import Traits
from station.backends.local import Local, LocalSettings
from station.clock import SystemClock
from station.core.call import Answer, Call, DeviceResult
from station.core.finding import ClaimStatus, Finding, FoundDevice
from station.core.identifier import Identifier
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.secret import Secret
from station.core.target import Account, Target
from station.credentials import find_credentials
from station.desk.house import Parts, build
from station.desk.network import Network
from station.folders import Folders, Lock
from station.parts import Station
from station.settings import Settings
from station.store import open_store
from tests.benchmarks.crowd import ADDRESS, Crowd, make


class Instant(Local):
    """Says yes to everything, once it has begun."""

    traits: Traits = replace(Local.traits, items_a_call=100)
    begin: threading.Event

    async def open(self) -> None:
        """There is nothing to open."""

    async def close(self) -> None:
        """There is nothing to close."""

    async def account(self) -> Account:
        return Account("instant", "Instant")

    async def targets(self) -> list[Target]:
        return []

    async def look_up(self, identifiers: Sequence[Identifier], target: str) -> list[Finding]:
        await self._begun()
        now = self.now()
        return [
            Finding(each, ClaimStatus.UNCLAIMED, now, devices=(FoundDevice(each.text, ClaimStatus.UNCLAIMED),))
            for each in identifiers
        ]

    async def _begun(self) -> None:
        while not self.begin.is_set():
            await asyncio.sleep(0.01)

    async def claim(self, call: Call) -> Answer:
        await self._begun()
        claimed = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, handle="h")
        return Answer(tuple(DeviceResult(device.device_id, claimed) for device in call.devices))


@contextmanager
def synced(base: Path, crowd: Crowd, begin: threading.Event) -> Iterator[Station]:
    """The desk, not started yet; stopped at the end. The vendor answers once it may ``begin``."""
    folders = Folders(base / "data", base, base / "state", base / "logs")
    folders.make(False)
    make(folders.databases(False) / "desk.db", crowd)
    clock, network, lock = SystemClock(), Network(), Lock(folders.databases(False))
    vendors = {
        name: Instant(name, LocalSettings(base_url=ADDRESS), {"token": Secret("t")}, clock.now) for name in crowd.names
    }
    for vendor in vendors.values():
        vendor.begin = begin
    desk = build(
        Parts(
            open_store=lambda: open_store(folders.databases(False) / "desk.db", now=clock.now).store,
            backends=lambda: vendors, network=network, clock=clock, take_lock=lock.take,
        )
    )
    station = Station(Settings(), folders, clock, desk, network, lock, None, find_credentials(folders))
    try:
        yield station
    finally:
        station.stop(5)
