"""Writes the native API's requests that change something: the same call gives the same bytes."""

from typing import Any

from station.core.call import Call, CallDevice, Verb
from station.core.errors import Cause, RefusedError, TargetError
from station.core.identifier import Identifier

from ..wire.requests import Request, json_bytes, path_of
from ..wire.shapes import is_sendable

LONGEST_FIELD = 1000
"""No registry holds a longer code; some endless ones would make a request too large for all that it asks for."""
LONGEST_NAME = 200


def identify(identifier: Identifier, *, secrets: bool) -> dict[str, Any]:
    """An identifier as it stands on the wire; its secret fields only where they are asked for."""
    fields = dict(identifier.fields)
    if secrets:
        fields |= {name: secret.reveal() for name, secret in identifier.secrets}
    return {"kind": identifier.kind.value, "fields": fields}


def is_askable(identifier: Identifier) -> bool:
    """Whether the register can be asked for it at all: what cannot stand in a request, it cannot hold."""
    return all(value.strip() and is_sendable(value, LONGEST_FIELD) for _, value in identifier.fields)


def claim_request(call: Call, *, dry_run: bool) -> Request:
    """A claim with the operation key, or a dry run, which has none."""
    check_target(call)
    if not all(device.ref or is_askable(device.identifier) for device in call.devices):
        raise RefusedError(Cause.BAD_REQUEST, "a code that no register can hold", call.request_id)
    devices = [_item(device) for device in call.devices]
    body = json_bytes({"project": call.target, "dry_run": dry_run, "devices": devices})
    headers = {} if dry_run else _keyed(call)
    pins = tuple(pin for device in call.devices for _, pin in device.identifier.secrets)
    return Request("POST", path_of("claims"), body, headers=headers, request_id=call.request_id, secrets=pins)


def _item(device: CallDevice) -> dict[str, Any]:
    """By the registry's key where it is known; the identifier then only brings a PIN."""
    item: dict[str, Any] = {"key": device.ref} if device.ref else {}
    if not device.ref or device.identifier.secrets:
        item["identifier"] = identify(device.identifier, secrets=True)
    if device.name:
        item["name"] = _name(device.name)
    return item


def release_request(call: Call) -> Request:
    return _by_handle(call, "releases", {})


def move_request(call: Call) -> Request:
    check_target(call)
    return _by_handle(call, "moves", {"project": call.target})


def _by_handle(call: Call, path: str, extra: dict[str, str]) -> Request:
    check_handles(call)
    body = json_bytes({"handles": [device.handle for device in call.devices], **extra})
    return Request("POST", path_of(path), body, headers=_keyed(call), request_id=call.request_id)


def rename_request(call: Call, device: CallDevice) -> Request:
    body = json_bytes({"name": name_of(device)})
    return Request("PATCH", path_of("claims", device.handle), body, request_id=call.request_id)


def name_of(device: CallDevice) -> str:
    return _name(device.name)


def label_request(call: Call, device: CallDevice) -> Request:
    """Sets one label, or with an empty value takes it away."""
    label, value = _name(call.value("label").strip()), _name(call.value("value").strip())
    if not label:
        raise RefusedError(Cause.BAD_REQUEST, "no label was named", call.request_id)
    body = json_bytes({"labels": {label: value}})
    return Request("PATCH", path_of("claims", device.handle), body, request_id=call.request_id)


def lock_request(call: Call, device: CallDevice) -> Request:
    """Opens claiming, with a new PIN where one was given, or closes it."""
    code = call.secret("pin")
    opens = call.verb is Verb.OPEN_CLAIMING
    body = json_bytes({"open": opens} | ({"pin": code.reveal()} if opens and code else {}))
    path = path_of("devices", device.ref, "claiming")
    return Request("PUT", path, body, request_id=call.request_id, secrets=(code,) if code else ())


def share_request(call: Call, device: CallDevice) -> Request:
    """To ``organization/target``, as somebody else's target is written."""
    organization, _, target = (part.strip() for part in call.value("workspace").partition("/"))
    if not (organization and target):
        raise RefusedError(Cause.BAD_REQUEST, "write organization/target", call.request_id)
    body = json_bytes({"organization": _name(organization), "project": _name(target)})
    return Request("POST", path_of("devices", device.ref, "shares"), body, request_id=call.request_id)


def revoke_request(call: Call, device: CallDevice) -> Request:
    return Request("DELETE", path_of("devices", device.ref, "shares"), request_id=call.request_id)


def check_keys(call: Call) -> None:
    if not all(device.ref for device in call.devices):
        raise RefusedError(Cause.BAD_REQUEST, "a device of our own was not looked up", call.request_id)


def check_target(call: Call) -> None:
    if not call.target:
        raise TargetError(Cause.NO_TARGET, "no project was chosen", call.request_id)


def check_handles(call: Call) -> None:
    if not all(device.handle for device in call.devices):
        raise RefusedError(Cause.BAD_REQUEST, "a device's claim has no handle", call.request_id)


def _keyed(call: Call) -> dict[str, str]:
    return {"Idempotency-Key": call.key}


def _name(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")[:LONGEST_NAME]
