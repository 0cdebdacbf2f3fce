"""A workspace's own devices, as its list tells of them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from station.core.finding import ClaimStatus, FoundDevice, Holder

from ..wire.shapes import ShapeError, maybe_count, maybe_flag, maybe_text, object_of, text_at


@dataclass(frozen=True, slots=True)
class Held:
    """A device in a workspace. ``owned``: the workspace owns it (else it is only shared with it; None: not told).

    ``locked``: nobody can claim it until its lock is opened. ``answers_to`` is what a claimer types in place of the
    serial number, where the owner set one.
    """

    id: str
    serial: str
    answers_to: str
    name: str
    type: str
    hardware: str
    owned: bool | None
    locked: bool | None
    plan_open: bool | None

    def found(self, serial: str, place: str) -> FoundDevice:
        """As a finding shows it, under the serial number that it was scanned by."""
        return FoundDevice(
            serial, ClaimStatus.CLAIMED, self.id, self.type, self.hardware, Holder.OURS, place, self.id,
            owned=self.owned is True,
        )

    @property
    def raw(self) -> str:
        said = {"id": self.id, "serialNumber": self.serial, "verboseName": self.name, "owned": self.owned,
                "claimed": self.locked, "claimingEnabled": self.plan_open}
        return json.dumps(said, ensure_ascii=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Listing:
    """All devices of one workspace; ``title`` is the workspace's name."""

    workspace: str
    title: str
    devices: tuple[Held, ...]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(each.id for each in self.devices)

    def find(self, serial: str) -> Held | None:
        """The device that bears the serial number: letter by letter, else without regard to case if that is one."""
        wanted = serial.strip()
        for same in (wanted.__eq__, lambda text: text.casefold() == wanted.casefold()):
            found = [each for each in self.devices if same(each.serial) or (each.answers_to and same(each.answers_to))]
            if len(found) == 1:
                return found[0]
        return None

    def by_id(self, device: str) -> Held | None:
        return next((each for each in self.devices if each.id == device), None)


def read_page(workspace: Any, name: str, *, whole: bool) -> tuple[str, int | None, list[Held]]:
    """One page: the workspace's title, how many devices there are in all, and these; ``whole``: no field failed."""
    place = object_of(workspace, "workspace")
    listed = object_of(place.get("devicesFiltered"), "devicesFiltered")
    entries = listed.get("devices")
    if not isinstance(entries, list):
        raise ShapeError("devices is no list")
    # A device that we may not read is null.
    devices = [_held(object_of(each, "a device"), name, whole=whole) for each in entries if each is not None]
    return maybe_text(place, "name"), maybe_count(listed, "total"), devices


def merge(known: Mapping[str, Held], page: Iterable[Held]) -> dict[str, Held]:
    return {**known, **{each.id: each for each in page}}


def _held(device: Mapping[str, Any], workspace: str, *, whole: bool) -> Held:
    product = device.get("product")
    told: Mapping[str, Any] = product if isinstance(product, dict) else {}
    return Held(
        text_at(device, "id"),
        maybe_text(device, "serialNumber"),
        maybe_text(device, "claimSerialNumber"),
        maybe_text(device, "verboseName"),
        maybe_text(told, "name"),
        maybe_text(told, "hardware"),
        _is_owned(device, told, workspace, whole=whole),
        maybe_flag(device, "claimed"),
        maybe_flag(device, "claimingEnabled"),
    )


def _is_owned(device: Mapping[str, Any], product: Mapping[str, Any], workspace: str, *, whole: bool) -> bool | None:
    """A workspace that claimed a device sees no plan of it, and its product lies elsewhere or hidden."""
    owner = product.get("workspace")
    if isinstance(owner, dict) and owner.get("id") == workspace:
        return True
    if isinstance(device.get("plan"), dict):
        return True
    shared = whole and bool(product) and "plan" in device
    return False if shared else None
