"""What the owner of a shared device does: opens and closes claiming, sets its PIN, shares it, ends the shares."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..auth import Caller
from ..codes import ErrorCode
from ..messages import OwnedDevice
from ..refusals import Refused, project_not_found
from ..tables import Claim, Device, PinTries
from . import projects
from .claiming import slot_of
from .house import find_organization, find_target


def set_lock(
    session: Session, caller: Caller, key: str, pin_hash: str | None, *, is_open: bool
) -> OwnedDevice:
    """Open or close claiming; a new PIN ends the wait of those who tried wrong ones. Raises Refused (403, 404).

    Whoever holds a share of the device may do it too, as at the vendor that shares devices.
    """
    device = _fetch(session, caller, key, held=True)
    device.claiming_open = is_open
    if pin_hash is not None:
        device.pin_hash = pin_hash
        session.execute(delete(PinTries).where(PinTries.device_id == device.id))
    session.flush()
    return _shown(device)


def share(
    session: Session, caller: Caller, key: str, organization: str, target: str, handle: str, now: datetime
) -> OwnedDevice:
    """Give a device to another's target without its PIN; once more changes nothing. Raises Refused (403, 404)."""
    device = _fetch(session, caller, key)
    other = find_organization(session, organization)
    project = find_target(session, other, target) if other is not None else None
    if project is None:
        raise project_not_found()
    slot = slot_of(device, project.organization_id, project.id)
    if all(claim.slot != slot for claim in _live(session, device)):
        left = projects.seats_left(session, [project])[project.id]
        if left is not None and left < 1:
            raise Refused(403, ErrorCode.NOT_ALLOWED, "The target has no seat left.")
        session.add(
            Claim(
                handle=handle,
                device_id=device.id,
                organization_id=project.organization_id,
                project_id=project.id,
                account_id=caller.account,
                slot=slot,
                name=None,
                claimed_at=now,
            )
        )
        session.flush()
    return _shown(device)


def revoke(session: Session, caller: Caller, key: str, now: datetime) -> OwnedDevice:
    """End everybody's share of a device: how many there were is told, not whose. Raises Refused (403, 404)."""
    device = _fetch(session, caller, key)
    shares = _live(session, device)
    for claim in shares:
        claim.slot, claim.released_at = None, now
    session.flush()
    return _shown(device, revoked=len(shares))


def _fetch(session: Session, caller: Caller, key: str, *, held: bool = False) -> Device:
    """The caller's own device, or one that it holds a share of, locked."""
    device = session.scalars(select(Device).where(Device.key == key).with_for_update(of=Device)).first()
    if device is None or device.owner_project_id is None or not _is_theirs(session, caller, device, held):
        raise Refused(404, ErrorCode.NOT_FOUND, "This account owns no device of that key.")
    if not caller.may_claim:
        raise Refused(403, ErrorCode.NOT_ALLOWED, "This account may look devices up, and may not change them.")
    return device


def _is_theirs(session: Session, caller: Caller, device: Device, held: bool) -> bool:
    if projects.owned_by(session, caller, [device.owner_project_id]):
        return True
    return held and any(claim.organization_id == caller.organization for claim in _live(session, device))


def _live(session: Session, device: Device) -> list[Claim]:
    query = select(Claim).where(Claim.device_id == device.id, Claim.slot.is_not(None)).order_by(Claim.id)
    return list(session.scalars(query))


def _shown(device: Device, revoked: int = 0) -> OwnedDevice:
    return OwnedDevice(
        key=device.key,
        id=device.device_id,
        claiming_open=device.claiming_open and device.plan_open,
        needs_pin=device.pin_hash is not None,
        revoked=revoked,
    )
