"""Vendors of several kinds that live in memory: what they accept, tell and do is set by the test."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from station.backends.base import Backend, Change, Field, Settings, Traits
from station.core.call import Answer, Call, CallDevice, Confirmed, DeviceResult, ReadBack, Verb
from station.core.errors import CallError
from station.core.finding import ClaimStatus, Finding, FoundDevice, Holder, status_of
from station.core.identifier import Identifier, Kind
from station.core.news import TargetsRead
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.target import Account, Target
from station.credentials import find_credentials
from station.desk.house import Parts, build
from station.desk.network import Network
from station.folders import Folders, Lock
from station.parts import Station
from station.settings import Settings as StationSettings
from station.store import PassphraseSeal, Seal, open_store

from .bench import Bench
from .scripted import MovedClock

Spoil = Callable[[Call], Answer]


@dataclass
class World:
    """What a vendor has: devices by the text that they are scanned as, and what happened to it."""

    found: dict[str, tuple[FoundDevice, ...]] = field(default_factory=dict)
    account: str = "acme"
    ours: dict[str, str] = field(default_factory=dict)
    """Handles by device ID."""
    anothers: set[str] = field(default_factory=set)
    free: set[str] = field(default_factory=set)
    """Of which a read-back can tell that nobody holds them."""
    calls: list[Call] = field(default_factory=list)
    looks: list[tuple[str, ...]] = field(default_factory=list)
    confirms: list[tuple[str, ...]] = field(default_factory=list)
    accounts: int = 0
    shown: dict[str, bool] = field(default_factory=dict)
    """By device ID whether a read shows a change whose answer was lost as done."""
    spoil: list[Spoil] = field(default_factory=list)
    """What becomes of the next calls, one after the other."""
    down: CallError | None = None
    opened: int = 0
    closed: int = 0
    handles: Iterator[int] = field(default_factory=lambda: count(1))


class Vendor(Backend):
    """Codes that match ``pattern``; every look-up tells."""

    kind = "codes"
    title = "Codes"
    pattern: ClassVar[str] = r"[A-Z]\d+"
    traits: Traits = Traits(
        kits=True, items_a_call=10, release=True, move=True, rename=True, new_targets=True
    )
    changes: ClassVar[tuple[Change, ...]] = (Change(Verb.LABEL, (Field("label"), Field("value", needed=False))),)
    world: World

    def __init__(self, connection: str, world: World, base_url: str = "https://vendor.example") -> None:
        settings = Settings(base_url, "t1", page_url="https://vendor.example/p/{target}/d/{device}?h={handle}")
        super().__init__(connection, settings, {}, MovedClock().now)
        self.world = world

    def accept(self, identifier: Identifier) -> Identifier | None:
        if identifier.kind is not Kind.CODE or not re.fullmatch(self.pattern, identifier.get("code")):
            return None
        return identifier

    async def open(self) -> None:
        self.world.opened += 1

    async def close(self) -> None:
        self.world.closed += 1

    async def account(self) -> Account:
        self.world.accounts += 1
        self._door()
        return Account(self.world.account, self.world.account.title())

    async def targets(self) -> list[Target]:
        self._door()
        return [Target("t1", "Oslo"), Target("t2", "Bergen")]

    async def create_target(self, path: str) -> Target:
        self._door()
        return Target("t9", path.rsplit("/", 1)[-1], path)

    async def look_up(self, identifiers: Sequence[Identifier], target: str) -> list[Finding]:
        self.world.looks.append(tuple(each.text for each in identifiers))
        self._door()
        return [self.finding(each) for each in identifiers]

    def finding(self, identifier: Identifier) -> Finding:
        devices = self.world.found.get(identifier.text)
        if devices is None:
            devices = (self._now_of(FoundDevice(identifier.text, ClaimStatus.UNCLAIMED)),)
        what = "kit" if len(devices) > 1 else "device"
        return Finding(identifier, status_of(devices), self.now(), what, devices=devices)

    def _now_of(self, device: FoundDevice) -> FoundDevice:
        if device.device_id in self.world.ours:
            handle = self.world.ours[device.device_id]
            return replace(device, status=ClaimStatus.CLAIMED, holder=Holder.OURS, handle=handle)
        return device

    async def claim(self, call: Call) -> Answer:
        return self._do(call, self._claim_one)

    def _claim_one(self, device: CallDevice) -> Outcome:
        if device.device_id in self.world.anothers:
            return Outcome(OutcomeKind.REJECTED, HowKnown.ANSWER, code="E7", text="not yours", request_id="req-7")
        handle = self.world.ours[device.device_id] = f"h{next(self.world.handles)}"
        return Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, handle=handle)

    async def confirm(self, call: Call) -> list[Confirmed]:
        self.world.confirms.append(tuple(device.device_id for device in call.devices))
        self._door()
        return [self._confirm_one(device.device_id) for device in call.devices]

    def _confirm_one(self, device: str) -> Confirmed:
        if device in self.world.ours:
            return Confirmed(device, ReadBack.OURS, self.world.ours[device], "Oslo")
        state = ReadBack.ANOTHER if device in self.world.anothers else ReadBack.CANNOT_TELL
        return Confirmed(device, ReadBack.FREE if device in self.world.free else state)

    async def release(self, call: Call) -> Answer:
        answer = self._do(call, self._done)
        for device in call.devices:
            self.world.ours.pop(device.device_id, None)
        return answer

    async def move(self, call: Call) -> Answer:
        return self._do(call, self._done)

    async def read_change(self, call: Call) -> dict[str, bool]:
        self._door()
        named = [device.device_id for device in call.devices]
        return {name: done for name, done in self.world.shown.items() if name in named}

    async def rename(self, call: Call) -> Answer:
        return self._do(call, self._done)

    async def change(self, call: Call) -> Answer:
        return self._do(call, self._done)

    def _done(self, device: CallDevice) -> Outcome:
        return Outcome(OutcomeKind.ALREADY_OURS, HowKnown.ANSWER, handle=device.handle)

    def _do(self, call: Call, one: Callable[[CallDevice], Outcome]) -> Answer:
        self._door()
        self.world.calls.append(call)
        if self.world.spoil:
            return self.world.spoil.pop(0)(call)
        return Answer(tuple(DeviceResult(device.device_id, one(device)) for device in call.devices), "ok", "req-1")

    def _door(self) -> None:
        if self.world.down is not None:
            raise self.world.down


class Pins(Vendor):
    """Serial and PIN: nothing is told before a claim but what is ours; four digits are a PIN, whoever reads them."""

    kind = "pins"
    title = "Pins"
    kinds = (Kind.SERIAL_PIN,)
    traits = replace(Vendor.traits, kits=False)
    changes = (
        Change(Verb.OPEN_CLAIMING, (Field("pin", secret=True),), of_owned=True),
        Change(Verb.OPEN_CLAIMING, (Field("pin", secret=True),)),
    )

    def accept(self, identifier: Identifier) -> Identifier | None:
        if identifier.kind is Kind.CODE:
            code = identifier.get("code")
            if re.fullmatch(r"\d{4}", code):
                return Identifier.of(Kind.SERIAL_PIN, pin=code)
            return Identifier.of(Kind.SERIAL_PIN, serial=code) if re.fullmatch(r"(?:SN-)?\d{5,8}", code) else None
        return identifier if identifier.kind is Kind.SERIAL_PIN else None

    def pair(self, half: Identifier, other: Identifier) -> Identifier | None:
        """As the base, and what was taken for a serial number is the PIN where a real serial number follows."""
        paired = super().pair(half, other)
        code, before = other.get("code"), half.get("serial")
        if paired is None and before.isdigit() and code.startswith("SN-"):
            return Identifier.of(Kind.SERIAL_PIN, serial=code, pin=before)
        return paired

    def finding(self, identifier: Identifier) -> Finding:
        serial = identifier.get("serial")
        devices = self.world.found.get(serial)
        if devices is None and serial not in self.world.ours:
            return Finding(identifier, ClaimStatus.UNCHECKED, self.now())
        devices = devices or (self._now_of(FoundDevice(serial, ClaimStatus.CLAIMED)),)
        return Finding(identifier, status_of(devices), self.now(), "device", devices=devices)


class Macs(Vendor):
    """Serial and MAC, each on a label of its own; nothing can be asked at all."""

    kind = "macs"
    title = "Macs"
    kinds = (Kind.SERIAL_MAC,)
    traits = replace(Vendor.traits, kits=False, look_up=False)

    def accept(self, identifier: Identifier) -> Identifier | None:
        if identifier.kind is Kind.CODE and re.fullmatch(r"[0-9a-f]{12}", identifier.get("code")):
            return Identifier.of(Kind.SERIAL_MAC, mac=identifier.get("code"))
        if identifier.kind is Kind.CODE and identifier.get("code").startswith("XY-"):
            return Identifier.of(Kind.SERIAL_MAC, serial=identifier.get("code"))
        return identifier if identifier.kind is Kind.SERIAL_MAC else None


@contextmanager
def desk_of(home: Path, *vendors: Vendor, clock: MovedClock | None = None, **parts: Any) -> Iterator[Bench]:
    """A started desk with these connections, on a data folder; stopped at the end."""
    clock = clock or MovedClock()
    folders = Folders(home / "data", home, home / "state", home / "logs")
    folders.make(False)
    base = folders.databases(False)
    network, lock = Network(), Lock(base)
    seal: Seal = parts.pop("seal", None) or PassphraseSeal("a passphrase for tests", cost=2)
    desk = build(
        Parts(
            open_store=lambda: open_store(base / "desk.db", seal, now=clock.now).store,
            backends=lambda: {vendor.connection: vendor for vendor in vendors},
            network=network,
            clock=clock,
            take_lock=lock.take,
            **parts,
        )
    )
    bench = Bench(Station(StationSettings(), folders, clock, desk, network, lock, None, find_credentials(folders)))
    bench.start()
    try:
        answering = {vendor.connection for vendor in vendors if vendor.world.down is None}
        bench.until(lambda: answering <= {each.connection for each in bench.news if isinstance(each, TargetsRead)})
        yield bench
    finally:
        bench.stop()
