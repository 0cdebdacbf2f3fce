"""Writes the organization API's requests that change something."""

from typing import Any

from station.core.call import Call, CallDevice
from station.core.errors import Cause, RefusedError, TargetError
from station.core.identifier import Identifier, Kind

from ..wire.requests import Request, json_bytes, path_of
from ..wire.shapes import normal_mac
from .codes import is_askable

ORGANIZATION = ("core", "v1", "organization")
LONGEST_NAME = 200
MAC_FORMS = ("00:1A:2B:3C:4D:5E", "00:1a:2b:3c:4d:5e", "00-1A-2B-3C-4D-5E", "001A2B3C4D5E", "001a2b3c4d5e")
"""The notations of a MAC that a connection can be set to send, each by the same example."""


def at(*parts: str) -> str:
    """A path of the organization API."""
    return path_of(*ORGANIZATION, *parts)


def only_device(call: Call) -> CallDevice:
    """The one device that a claim names. Raises RefusedError for several: the vendor takes one at a time."""
    if len(call.devices) != 1:
        raise RefusedError(Cause.BAD_REQUEST, "one device at a time is claimed here", call.request_id)
    return call.devices[0]


def space_number(call: Call) -> int:
    """The target as the whole number that the vendor wants. Raises TargetError."""
    text = call.target
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise TargetError(Cause.NO_TARGET, "a space has a whole number" if text else "no space was chosen")
    return int(text)


def claim_request(call: Call, *, mac_form: str, nulls: bool, space_as_text: bool) -> Request:
    """A claim of the call's only device. Raises RefusedError or TargetError; then nothing was sent."""
    device, space = only_device(call), space_number(call)
    if not is_askable(device.identifier):
        raise RefusedError(Cause.BAD_REQUEST, "this is no serial number with a MAC and no cloud ID", call.request_id)
    body: dict[str, Any] = {"sn": None, "mac": None, "cloud_id": None} if nulls else {}
    body |= _named(device.identifier, mac_form)
    body |= {"name": name_of(device), "space_id": str(space) if space_as_text else space}
    return Request("POST", at("devices", "claim"), json_bytes(body))


def name_of(device: CallDevice) -> str:
    """A name on one line that is never empty: the operator's, else what the device was scanned as."""
    text = "".join(letter if letter.isprintable() else " " for letter in device.name)
    wanted = " ".join(text.split())[:LONGEST_NAME].strip()
    return wanted or device.identifier.get("serial") or device.identifier.get("cloud_id") or device.device_id


def move_request(call: Call, device: CallDevice) -> Request:
    body = json_bytes({"space_id": space_number(call)})
    return Request("POST", at("devices", device.handle, "move"), body)


def rename_request(device: CallDevice) -> Request:
    return Request("PATCH", at("devices", device.handle), json_bytes({"name": name_of(device)}))


def release_request(device: CallDevice) -> Request:
    return Request("DELETE", at("devices", device.handle))


def space_request(name: str, parent: str) -> Request:
    """A space of that name below ``parent`` ("": below none), found or made."""
    body: dict[str, Any] = {"name": name, "config": {}} | ({"parent_id": int(parent)} if parent else {})
    return Request("POST", at("spaces", "find_or_create"), json_bytes(body))


def check_handles(call: Call) -> None:
    if not all(device.handle for device in call.devices):
        raise RefusedError(Cause.BAD_REQUEST, "a device's ID at the vendor is not known", call.request_id)


def written_mac(digits: str, form: str) -> str:
    """The hexadecimal digits of a MAC in the notation of the example ``form``."""
    between = next((sign for sign in ":-" if sign in form), "")
    digits = normal_mac(digits) or digits
    text = between.join(digits[at : at + 2] for at in range(0, len(digits), 2))
    return text.upper() if any(letter.isupper() for letter in form) else text.lower()


def _named(identifier: Identifier, mac_form: str) -> dict[str, str]:
    if identifier.kind is Kind.CLOUD_ID:
        return {"cloud_id": identifier.get("cloud_id").strip()}
    return {"sn": identifier.get("serial").strip(), "mac": written_mac(identifier.get("mac"), mac_form)}
