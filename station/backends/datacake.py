"""Datacake: claims by serial number and PIN into a workspace; its owner shares a device with it and keeps it."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import quote

from station.core.call import Answer, Call, Confirmed, ReadBack, Verb
from station.core.errors import TargetError
from station.core.finding import ClaimStatus, Finding, FoundDevice
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.core.target import Account, Target

from .base import ADVANCED, AsgiApp, Backend, Change, Field, Now, Settings, Traits
from .datacake_protocol import afterwards, claiming, codes, evidence
from .datacake_protocol.client import Client, Limits
from .datacake_protocol.listing import Listing
from .http import Http
from .wire.requests import Token
from .wire.shapes import is_sendable

LONGEST_SERIAL = 255
MOST_BEFORE = 100
"""How many calls' lists from before are remembered."""


@dataclass(frozen=True, slots=True)
class DatacakeSettings(Settings):
    """``workspace`` is the target where none is chosen; ``aliases`` how many claims go in one request.

    The patterns say which bare code is a serial number, which can only be a PIN, and how one code holds both (parts
    named ``serial`` and ``pin``); empty ones stand for the usual. After a wrong PIN the next claim waits
    ``pin_pause_s``, longer after each further one. ``page_url`` may also hold {workspace}, its name in addresses.
    """

    base_url: str = "https://api.datacake.co/graphql/"
    look_up_timeout_s: float = field(default=20.0, metadata=ADVANCED)
    workspace: str = ""
    serial_pattern: str = field(default=codes.SERIAL, metadata=ADVANCED)
    pin_pattern: str = field(default=codes.PIN, metadata=ADVANCED)
    combined_pattern: str = field(default=codes.BOTH, metadata=ADVANCED)
    aliases: int = field(default=10, metadata=ADVANCED)
    pin_pause_s: float = field(default=2.0, metadata=ADVANCED)
    page_size: int = field(default=100, metadata=ADVANCED)
    devices_fresh_s: float = field(default=10.0, metadata=ADVANCED)
    name_after_claim: bool = field(default=True, metadata=ADVANCED)
    page_url: str = field(default="https://app.datacake.de/{workspace}/devices/d/{handle}", metadata=ADVANCED)


class Datacake(Backend):
    """Nothing can be asked of a device before its claim but whether it is in our workspace already."""

    kind = "datacake"
    title = "Datacake"
    settings_class = DatacakeSettings
    secret_fields = ("token",)
    kinds = (Kind.SERIAL_PIN,)
    fields = (Field("serial"), Field("pin", secret=True))
    traits = Traits(
        look_up=True,
        items_a_call=10,
        look_ups_a_call=100,
        look_ups_at_once=2,
        release=True,
        rename=True,
        irreversible=False,
        release_costs="access",
        noun="workspace",
    )
    changes = (
        Change(
            Verb.OPEN_CLAIMING, (Field("pin", secret=True), Field("serial", needed=False)), of_owned=True, costs="code"
        ),
        Change(Verb.OPEN_CLAIMING, (Field("pin", secret=True),), costs="code"),
        Change(Verb.CLOSE_CLAIMING, of_owned=True),
        Change(Verb.SHARE, (Field("workspace"),), of_owned=True),
        Change(Verb.REVOKE, (Field("workspace"),), of_owned=True, costs="claimers"),
    )

    def __init__(
        self, connection: str, settings: Settings, secrets: Mapping[str, Secret], now: Now, app: AsgiApp | None = None
    ) -> None:
        own = settings if isinstance(settings, DatacakeSettings) else DatacakeSettings()
        own = replace(own, target=own.target or own.workspace)
        super().__init__(connection, own, secrets, now, app)
        self._own = own
        # How many go in one request is this connection's own: its traits say so in place of the kind's.
        most = max(1, min(own.aliases, 50))
        self.traits = replace(type(self).traits, items_a_call=most)
        self._codes = codes.Reader.of(own.serial_pattern, own.pin_pattern, own.combined_pattern)
        token = secrets.get("token")
        self._http = Http(
            own.base_url,
            now,
            sign=Token(token, "Token"),
            secrets=(token,) if token else (),
            ca_file=own.ca_file,
            app=app,
        )
        limits = Limits(own.look_up_timeout_s, own.claim_timeout_s, max(1, own.page_size), own.devices_fresh_s)
        self._client = Client(self._http, limits)
        self._pause = claiming.Pause(own.pin_pause_s, time.monotonic)
        self._before: dict[str, frozenset[str]] = {}

    def accept(self, identifier: Identifier) -> Identifier | None:
        """Serial number and PIN as they are; of a bare code what the patterns make of it."""
        if identifier.kind is Kind.CODE:
            return self._codes.read(identifier.get("code"))
        if identifier.kind is not Kind.SERIAL_PIN:
            return None
        pin = identifier.secret("pin")
        serial = identifier.get("serial").strip()
        found = Identifier.of(Kind.SERIAL_PIN, serial=serial, pin=pin.reveal().strip() if pin else "")
        return found if found.fields or found.secrets else None

    def knows(self, identifier: Identifier) -> bool:
        """Serial number and PIN in one, as the connection's pattern or a label says."""
        found = self.accept(identifier)
        return found is not None and not found.missing

    def pair(self, half: Identifier, other: Identifier) -> Identifier | None:
        """Serial number, then PIN; or the PIN first, where the patterns tell it from a serial number."""
        if half.kind is not Kind.SERIAL_PIN:
            return None
        if other.kind is Kind.CODE:
            return self._codes.complete(half, other.get("code"))
        return super().pair(half, other)

    def page(self, device_id: str, handle: str, target: str) -> str:
        slug = self._client.slug(target)
        if "{workspace}" not in self.settings.page_url:
            return super().page(device_id, handle, target)
        if not slug or not handle:
            return ""
        parts = {"device": device_id, "handle": handle, "target": target, "workspace": slug}
        try:
            return self.settings.page_url.format(**{name: quote(value, safe="") for name, value in parts.items()})
        except (LookupError, ValueError):
            return ""

    async def close(self) -> None:
        await self._http.close()

    async def account(self) -> Account:
        return await self._client.account()

    async def targets(self) -> list[Target]:
        return await self._client.targets()

    async def look_up(self, identifiers: Sequence[Identifier], target: str) -> list[Finding]:
        """Whether each is in the workspace; of all others the vendor tells nothing before they are claimed.

        A workspace that cannot be seen holds nothing back: the claim into it will say so, for that batch alone.
        """
        workspace = target or self._own.target
        askable = [_is_askable(each) for each in identifiers]
        try:
            listed = await self._client.devices(workspace) if workspace and any(askable) else None
        except TargetError:
            listed = None
        now = self.now()
        return [
            _finding(each, listed, now) if may else Finding(each, ClaimStatus.NOT_FOUND, now)
            for each, may in zip(identifiers, askable, strict=True)
        ]

    async def claim(self, call: Call) -> Answer:
        """Claim all in one request; a wrong PIN makes the next claim wait."""
        workspace = call.target or self._own.target
        await asyncio.sleep(self._pause.left)
        before = self._client.last(workspace)
        if before is not None:
            self._remember(call.key, before.ids)
        answer = await claiming.claim(self._client, call, workspace)
        self._pause.note(answer)
        if self._own.name_after_claim:
            await claiming.name(self._client, call, answer)
        return answer

    async def confirm(self, call: Call) -> list[Confirmed]:
        """What the workspace holds now. A device that is not in it may be anywhere: that is never *free*."""
        workspace = call.target or self._own.target
        try:
            listed = await self._seen(workspace)
        except TargetError as error:
            return [Confirmed(each.device_id, ReadBack.CANNOT_TELL, raw=error.detail) for each in call.devices]
        before = self._before.get(call.key)
        new = [each.raw for each in listed.devices if before is not None and each.id not in before]
        told = []
        for device in call.devices:
            held = listed.find(device.identifier.get("serial"))
            if held is None and device.handle:
                held = listed.by_id(device.handle)
            if held is not None:
                told.append(Confirmed(device.device_id, ReadBack.OURS, held.id, listed.title, held.raw))
            else:
                raw = json.dumps({"not in": listed.workspace, "new there since": len(new)})
                told.append(Confirmed(device.device_id, ReadBack.CANNOT_TELL, raw=" ".join((raw, *new[:5]))))
        return told

    async def _seen(self, workspace: str) -> Listing:
        """Its list as it is now. That it cannot be seen is asked twice: a person has to decide for each device then."""
        try:
            return await self._client.devices(workspace, fresh=True)
        except TargetError:
            return await self._client.devices(workspace, fresh=True)

    async def release(self, call: Call) -> Answer:
        return await afterwards.release(self._client, call, call.target or self._own.target)

    async def read_change(self, call: Call) -> Mapping[str, bool]:
        """By the workspace's own list, and that of the workspace that a device is shared with."""
        return await evidence.shown(self._client, call, call.target or self._own.target)

    async def rename(self, call: Call) -> Answer:
        return await afterwards.rename(self._client, call)

    async def change(self, call: Call) -> Answer:
        return await afterwards.change(self._client, call)

    def _remember(self, key: str, ids: frozenset[str]) -> None:
        self._before[key] = ids
        while len(self._before) > MOST_BEFORE:
            del self._before[next(iter(self._before))]


def _is_askable(identifier: Identifier) -> bool:
    """Whether it can be in a workspace's list at all: what cannot stand in a request is nobody's serial number."""
    serial = identifier.get("serial").strip()
    return bool(serial) and is_sendable(serial, LONGEST_SERIAL)


def _finding(identifier: Identifier, listed: Listing | None, now: datetime) -> Finding:
    """A device of ours, or one that the vendor tells nothing about."""
    serial = identifier.get("serial").strip()
    held = listed.find(serial) if listed is not None else None
    if held is None or listed is None:
        unchecked = FoundDevice(serial, ClaimStatus.UNCHECKED)
        return Finding(identifier, ClaimStatus.UNCHECKED, now, "device", devices=(unchecked,))
    device = held.found(serial, listed.title)
    return Finding(identifier, device.status, now, "device", held.name, (device,), raw=held.raw)
