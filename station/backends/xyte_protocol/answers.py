"""Reads the organization API's answers: what is extra is left alone, what matters is checked first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from station.core.identifier import Identifier, Kind
from station.core.target import Account, Target

from ..wire.shapes import ShapeError, list_at, maybe_text, object_of
from .codes import normal_address, normal_serial

T = TypeVar("T")
DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Own:
    """A device of our organization. ``id`` is the vendor's, ``place`` the full path of its space where told."""

    id: str
    name: str = ""
    serial: str = ""
    mac: str = ""
    cloud_id: str = ""
    model: str = ""
    sub_model: str = ""
    space: str = ""
    place: str = ""

    @property
    def label(self) -> str:
        """What is printed on it, as identifiers are written."""
        return self.cloud_id if self.cloud_id and not self.serial else f"serial={self.serial},mac={self.mac}"

    def is_named(self, identifier: Identifier) -> bool | None:
        """Whether this is the device; None where the vendor told nothing to compare."""
        if identifier.kind is Kind.CLOUD_ID:
            return self.cloud_id == identifier.get("cloud_id") if self.cloud_id else None
        told = [
            normal_serial(mine) == normal_serial(theirs) if name == "serial" else _same_address(mine, theirs)
            for name, mine in (("serial", self.serial), ("mac", self.mac))
            if mine and (theirs := identifier.get(name))
        ]
        return all(told) if told else None


@dataclass(frozen=True, slots=True)
class Space:
    """A space as it is listed; ``path`` is empty where the vendor tells none, ``parent`` where it lies in no other."""

    id: str
    name: str
    parent: str = ""
    path: str = ""


def read_account(value: Any) -> Account:
    account = object_of(value, "the organization")
    if isinstance(account.get("organization"), dict):
        account = account["organization"]
    name = maybe_text(account, "name")
    identifier = _id(account, "id") or name
    if not identifier:
        raise ShapeError("the organization has neither ID nor name")
    return Account(identifier, name or identifier, name, whole_organization=True)


def read_page(value: Any) -> tuple[list[Mapping[str, Any]], str]:
    """The items of a page and the next page's number, empty on the last page."""
    items = [object_of(each, "an item") for each in list_at(value, "items")]
    following = value.get("next_page")
    if following is None or following is False:
        return items, ""
    text = following if isinstance(following, str) else str(following) if type(following) is int else ""
    if not (text.isascii() and text.isdigit()):
        raise ShapeError("next_page is no number")
    return items, text


def is_device(value: Any) -> bool:
    """Whether an answer holds a device object, and not only words about one."""
    if isinstance(value, dict) and isinstance(value.get("device"), dict):
        return is_device(value["device"])
    return isinstance(value, dict) and bool(_id(value, "id")) and not (value.get("error") or value.get("errors"))


def read_device(value: Any) -> Own:
    """A device object in any of the forms that the vendor's documents show."""
    device = object_of(value, "a device")
    if isinstance(device.get("device"), dict):
        device = device["device"]
    identifier = _id(device, "id")
    if not identifier:
        raise ShapeError("a device has no ID")
    model, space = device.get("model"), device.get("space")
    at = space if isinstance(space, dict) else {}
    kind: Mapping[str, Any] = model if isinstance(model, dict) else {**device, "name": model}
    return Own(
        identifier,
        _loose(device, "name"),
        _loose(device, "sn"),
        _loose(device, "mac"),
        _loose(device, "cloud_id"),
        _loose(kind, "name"),
        _loose(kind, "sub_model"),
        _id(at, "id") or _id(device, "space_id"),
        _loose(at, "full_path") or _loose(at, "path") or _loose(at, "name"),
    )


def read_space(value: Any) -> Space:
    space = object_of(value, "a space")
    if isinstance(space.get("space"), dict):
        space = space["space"]
    identifier = _id(space, "id")
    if not identifier.isdigit():
        raise ShapeError("a space's ID is no whole number")
    path = _loose(space, "full_path") or _loose(space, "path")
    return Space(identifier, _loose(space, "name") or identifier, _id(space, "parent_id"), path)


def targets_of(spaces: Mapping[str, Space], organization: str = "") -> list[Target]:
    """The spaces as a tree of targets, each with its full path: the vendor's, else made of the names above it."""
    known = {each.id: each.parent if each.parent in spaces else "" for each in spaces.values()}
    return [
        Target(each.id, each.name, path_of(each, spaces), organization, parent=known[each.id])
        for each in spaces.values()
    ]


def path_of(space: Space, spaces: Mapping[str, Space]) -> str:
    names = [space.name]
    above = space
    while not space.path and above.parent in spaces and len(names) < DEEPEST:
        above = spaces[above.parent]
        names.insert(0, above.name)
    return space.path or "/".join(names)


def _same_address(one: str, other: str) -> bool:
    return normal_address(one) == normal_address(other)


def _id(value: Mapping[str, Any], name: str) -> str:
    """An ID, which is a text here and a whole number there."""
    found = value.get(name)
    return str(found) if type(found) is int and abs(found) < 2**63 else _loose(value, name)


def _loose(value: Mapping[str, Any], name: str) -> str:
    """A text that is only shown or compared: what is none is as good as missing."""
    found = value.get(name)
    return maybe_text(value, name) if isinstance(found, str) else ""
