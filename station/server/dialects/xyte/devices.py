"""Devices: those of the caller's organization, and the claim that makes one so."""

import uuid
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ....core.identifier import Kind
from ...codes import HandleResult, Outcome
from ...messages import ClaimItem, ClaimResult, IdentifierIn
from ...registry import claiming, claims
from ...registry.forms import clean_name, mac_form, text_form
from ...tables import Claim, Device
from .frame import VENDOR, Answer, Asking, Wrong, number_of, text_of
from .spaces import check_rights, open_space, page_asked, spaces_of

_REFUSALS: Mapping[Outcome, str] = {
    # By whom it is claimed, the protocol does not say: our own devices are refused in the same words.
    Outcome.ALREADY_OURS: "Device already claimed",
    Outcome.ALREADY_CLAIMED: "Device already claimed",
    # A device that was never online is unknown to the vendor.
    Outcome.NOT_FOUND: "No device found",
    Outcome.NOT_REGISTERED: "No device found",
    Outcome.OVER_QUOTA: "Device limit reached",
}
_MODELS = uuid.UUID("5dc4ba6c-c323-4118-a4e4-504f074426f2")


def listing(asking: Asking) -> Answer:
    """A page of the organization's devices, in the order in which they were claimed."""
    page, size = page_asked(asking.query)
    space = number_of(asking.query, "space_id")

    def work(session: Session) -> Mapping[str, Any]:
        rows = _own(asking).order_by(Claim.id).offset((page - 1) * size).limit(size + 1)
        found = list(session.scalars(rows if space is None else rows.where(Claim.project_id == space)))
        spaces = spaces_of(session, asking.caller)
        items = [_shown(claim, spaces) for claim in found[:size]]
        return {"items": items, "next_page": page + 1 if len(found) > size else None}

    return 200, asking.parts.database.read(work)


def show(asking: Asking) -> Answer:
    return 200, asking.parts.database.read(lambda session: _show(session, asking))


def claim(asking: Asking) -> Answer:
    """Claim one device by ``sn`` and ``mac``, or by ``cloud_id``; what is null or empty does not apply."""
    check_rights(asking)
    name, space = text_of(asking.body, "name"), number_of(asking.body, "space_id")
    items = _items(asking.body)
    if not name:
        raise Wrong(422, "name can't be blank")

    def work(session: Session) -> Mapping[str, Any]:
        project = open_space(session, asking, space)
        # Each identifier that was sent must mean the same device; one that the registry writes otherwise means none.
        found = [claiming.resolve(session, [item], VENDOR)[0] for item in items]
        first = found[0].device
        if first is None or any(each.device is None or each.device.id != first.id for each in found):
            raise Wrong(422, "No device found")
        if text_of(asking.body, "cloud_id") not in ("", first.cloud_id):
            raise Wrong(422, "No device found")  # a cloud ID is told by its capitals too
        setting = claiming.Setting(asking.caller, {}, asking.now, asking.parts.new_handle)
        (result,) = claiming.claim(session, found[:1], project, setting)
        return _show(session, asking, _handle_of(result))

    answer = asking.parts.database.write(work)
    asking.parts.database.faults("before_answer")
    return 200, answer


def change(asking: Asking) -> Answer:
    """Another name. A configuration is taken and left alone: nothing here has one."""
    check_rights(asking)
    name = text_of(asking.body, "name")
    if "name" in asking.body and not name:
        raise Wrong(422, "name can't be blank")

    def work(session: Session) -> Mapping[str, Any]:
        found = _find(session, asking)
        found.name = clean_name(name) or found.name
        return _shown(found, spaces_of(session, asking.caller))

    return 200, asking.parts.database.write(work)


def move(asking: Asking) -> Answer:
    """Into another space of the same organization."""
    check_rights(asking)
    space = number_of(asking.body, "space_id")

    def work(session: Session) -> None:
        handle = _find(session, asking).handle
        project = open_space(session, asking, space)
        (moved,) = claims.move(session, asking.caller, [handle], project.slug, asking.now)
        if moved.result is HandleResult.OVER_QUOTA:
            raise Wrong(422, _REFUSALS[Outcome.OVER_QUOTA])

    asking.parts.database.write(work)
    asking.parts.database.faults("before_answer")
    return 200, {"success": True}


def delete(asking: Asking) -> Answer:
    """Out of the organization: anybody may claim it again, under another ID and without its history."""
    check_rights(asking)

    def work(session: Session) -> None:
        claims.release(session, asking.caller, [_find(session, asking).handle], asking.now)

    asking.parts.database.write(work)
    asking.parts.database.faults("before_answer")
    return 200, {"success": True}


def _items(body: Mapping[str, Any]) -> list[ClaimItem]:
    """What the body names a device by. Raises Wrong where that is not enough."""
    serial, mac, cloud = (text_of(body, name) for name in ("sn", "mac", "cloud_id"))
    named = []
    if serial and mac:
        if mac_form(mac) is None:
            raise Wrong(422, "mac is invalid")
        named.append(IdentifierIn(kind=Kind.SERIAL_MAC, fields={"serial": serial, "mac": mac}))
    if cloud:
        named.append(IdentifierIn(kind=Kind.CLOUD_ID, fields={"cloud_id": cloud}))
    if not named or bool(serial) is not bool(mac):
        raise Wrong(422, "Either sn and mac, or cloud_id is required")
    return [ClaimItem(identifier=each, name=text_of(body, "name") or None) for each in named]


def _handle_of(result: ClaimResult) -> str:
    """The new claim's handle. Raises Wrong where there is none."""
    if result.outcome is not Outcome.CLAIMED_NOW or result.handle is None:
        raise Wrong(422, _REFUSALS.get(result.outcome, "Device cannot be claimed"))
    return result.handle


def _own(asking: Asking) -> Any:
    """The live claims of the caller's organization on this vendor's devices."""
    return (
        select(Claim)
        .join(Device, Device.id == Claim.device_id)
        .where(Claim.organization_id == asking.caller.organization, Claim.slot.is_not(None), Device.vendor == VENDOR)
        .options(joinedload(Claim.device), joinedload(Claim.project))
    )


def _find(session: Session, asking: Asking, handle: str = "") -> Claim:
    """The claim whose handle, as an ID, stands in the path. Raises Wrong (404)."""
    text = handle or asking.path["id"]
    found = None
    if text_form(text) is not None:
        found = session.scalars(_own(asking).where(Claim.handle.in_({text, text.replace("-", "")}))).first()
    if found is None:
        raise Wrong(404, "Unknown device")
    claim: Claim = found
    return claim


def _show(session: Session, asking: Asking, handle: str = "") -> Mapping[str, Any]:
    return _shown(_find(session, asking, handle), spaces_of(session, asking.caller))


def _shown(claim: Claim, spaces: Mapping[int, Mapping[str, Any]]) -> Mapping[str, Any]:
    device = claim.device
    space = spaces.get(claim.project_id, {"full_path": claim.project.title})
    seen = claim.claimed_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {
        "id": _as_uuid(claim.handle),
        "name": claim.name or device.serial or device.cloud_id or device.device_id,
        "sn": device.serial,
        "mac": device.mac,
        "cloud_id": device.cloud_id,
        "status": "online" if device.registered else "offline",
        "effective_status": "online" if device.registered else "offline",
        "last_seen_at": seen,
        "details": {},
        "model": {
            "id": str(uuid.uuid5(_MODELS, f"{device.type}/{device.product_number}")),
            "name": device.type,
            "sub_model": device.product_number or None,
        },
        "firmware": {"version": "1.0.0"},
        "space": {"id": claim.project_id, "full_path": space["full_path"]},
    }


def _as_uuid(handle: str) -> str:
    """IDs are UUIDs at this vendor; a handle that is none is shown as it is."""
    try:
        return str(uuid.UUID(hex=handle)) if len(handle) == 32 else handle
    except ValueError:
        return handle
