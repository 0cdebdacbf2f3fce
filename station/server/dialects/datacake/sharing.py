"""What an owner does without a PIN, what gives a claim back, and how claiming is opened and closed."""

from typing import Any

from graphql import GraphQLResolveInfo
from sqlalchemy import delete
from sqlalchemy.orm import Session

from ...auth import Caller
from ...registry.forms import clean_name, text_form
from ...registry.pins import hash_pin
from ...tables import Claim, Device, DeviceName, PinTries
from . import claiming, devices, places
from .places import Place
from .schema import Resolvers
from .visit import Visit, failure, no_device, no_rights


def claim_device_into_workspace(
    _source: object,
    info: GraphQLResolveInfo,
    workspaceId: str,
    deviceId: str | None = None,
    deviceSerialNumber: str | None = None,
) -> dict[str, Any]:
    """Asks for the lock, and not for the plan; the same again changes nothing and is fine."""
    visit: Visit = info.context

    def work(session: Session) -> dict[str, Any]:
        place = places.fetch_open(session, visit.known(), workspaceId, visit.now)
        found = (
            devices.by_id(session, deviceId) if deviceId else devices.by_serial(session, deviceSerialNumber or "")
        )
        if found is None or _owner(session, visit, found) is None:
            return {"ok": False}
        devices.lock(session, found)
        if claiming.is_in(session, found, place):
            return {"ok": True}
        if not found.claiming_open:
            return {"ok": False}
        claiming.share(session, visit, found, place)
        return {"ok": True}

    return visit.database.write(work)


def revoke_device_claims(_source: object, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
    """The owner names the workspace that is to lose the devices; of others it learns nothing."""
    visit: Visit = info.context

    def work(session: Session) -> dict[str, Any]:
        named = [devices.by_id(session, each) for each in dict.fromkeys(input["deviceIds"][:1000])]
        owned = [each for each in named if each is not None and _owner(session, visit, each) is not None]
        if len(owned) < len(named):
            raise no_device()
        place = places.find(session, visit.known(), input["workspaceId"])
        place = place or places.anywhere(session, input["workspaceId"])
        revoked = []
        for device in owned:
            devices.lock(session, device)
            if place is not None and _release(session, visit, device, place):
                revoked.append(device)
        shown = devices.show(session, visit.known(), revoked)
        return {"ok": True, "error": None, "revokedCount": len(revoked), "devices": shown}

    return visit.database.write(work)


def remove_device(_source: object, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
    """In a claiming workspace only the reference goes. In the owner's the device goes for good, as at the vendor."""
    visit: Visit = info.context

    def work(session: Session) -> dict[str, Any]:
        place = places.fetch_open(session, visit.known(), input["workspaceId"], visit.now)
        device = devices.by_id(session, input["deviceId"], lock=True)
        if device is None or not claiming.is_in(session, device, place):
            raise no_device()
        if device.owner_project_id == place.project.id:
            for claim in devices.live_claims(session, [device.id]):
                claim.slot, claim.released_at = None, visit.now
            device.owner_project_id, device.registered, device.claiming_open, device.pin_hash = None, False, False, None
        else:
            _release(session, visit, device, place)
        return {"ok": True}

    return visit.database.write(work)


def update_device(
    _source: object, info: GraphQLResolveInfo, deviceId: str, input: dict[str, Any] | None = None
) -> dict[str, Any]:
    """For the owner and for whoever claimed it: the name, the lock with a new PIN, another serial number."""
    visit: Visit = info.context
    asked = input or {}
    code = (asked.get("claimCode") or "").strip()
    if len(code) > claiming.LONGEST_PIN:
        raise failure("VALIDATION_ERROR", "The claim code is too long.")
    # The lock opens only with both in one input. Hashed before the transaction, which would wait for it.
    pin_hash = hash_pin(code.encode("utf-8", "replace").decode()) if asked.get("canBeClaimed") and code else None

    def work(session: Session) -> dict[str, Any]:
        device = devices.by_id(session, deviceId, lock=True)
        if device is None or devices.visible(session, visit.known(), device) is None:
            raise no_device()
        if not visit.known().may_claim:
            raise no_rights()
        _change(session, device, asked, pin_hash)
        return {"ok": True, "device": devices.show(session, visit.known(), [device])[0]}

    return visit.database.write(work)


def _change(session: Session, device: Device, asked: dict[str, Any], pin_hash: str | None) -> None:
    if asked.get("verboseName") is not None:
        _rename(devices.live_claims(session, [device.id]), asked["verboseName"])
    if asked.get("claimSerialNumber") is not None:
        _answer_to(session, device, asked["claimSerialNumber"])
    if pin_hash is not None:
        device.pin_hash, device.claiming_open = pin_hash, True
        session.execute(delete(PinTries).where(PinTries.device_id == device.id))
    elif asked.get("canBeClaimed") is False:
        device.claiming_open = False
    session.flush()


def _rename(claims: list[Claim], name: str) -> None:
    """The name is the device's own, the same for all who have it; the registry keeps it with its claims."""
    if not claims:
        raise failure("CANNOT_PERFORM_OPERATION", "This register names devices only once they are claimed.")
    for claim in claims:
        claim.name = clean_name(name)


def _answer_to(session: Session, device: Device, serial: str) -> None:
    form = text_form(serial) if serial else None
    if serial and form is None:
        raise failure("VALIDATION_ERROR", "The serial number cannot be used.")
    session.execute(
        delete(DeviceName).where(DeviceName.device_id == device.id, DeviceName.field == "external_id")
    )
    device.external_id = serial.strip() or None
    if form is not None:
        session.add(DeviceName(device_id=device.id, field="external_id", form=form))


def _release(session: Session, visit: Visit, device: Device, place: Place) -> bool:
    """End the workspace's claim of the device, if it has one."""
    mine = [claim for claim in devices.live_claims(session, [device.id]) if claim.project_id == place.project.id]
    for claim in mine:
        claim.slot, claim.released_at = None, visit.now
    session.flush()
    return bool(mine)


def _owner(session: Session, visit: Visit, device: Device) -> Place | None:
    """The caller's workspace that owns the device, if it may change devices there."""
    caller: Caller = visit.known()
    mine = places.all_of(session, caller)
    owner = next((place for place in mine if place.project.id == device.owner_project_id), None)
    return owner if owner is not None and places.may_claim(caller, owner.project, visit.now) else None


RESOLVERS: Resolvers = {
    "addPincodeDevice": claiming.add_pincode_device,
    "kemperDeviceValid": claiming.kemper_device_valid,
    "claimDeviceIntoWorkspace": claim_device_into_workspace,
    "revokeDeviceClaims": revoke_device_claims,
    "removeDevice": remove_device,
    "updateDevice": update_device,
}
