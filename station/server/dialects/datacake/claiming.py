"""The claim by serial number and PIN, with the plan's gate, the lock, the quota and the guard against guessing."""

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo
from sqlalchemy.orm import Session

from ...registry import pins, projects
from ...tables import Claim, Device
from . import devices, places
from .places import Place
from .visit import Visit, failure

# Of these texts only the first is the vendor's own; it stands for the plan's gate there, here for the closed lock too,
# so that nobody learns from it that somebody else was quicker.
DISABLED = "Claiming is disabled for this device"
UNKNOWN = "Device not found"
ALREADY = "Device is already in this workspace"
WRONG_PIN = "Wrong pin code"
TOO_MANY = "Too many wrong pin codes for this device. Please try again later."
LONGEST_PIN = 255


@dataclass(frozen=True, slots=True)
class Wanted:
    workspace: str
    serial: str
    pin: str


def add_pincode_device(_source: object, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
    visit: Visit = info.context
    wanted = Wanted(input["workspace"], input["serialNumber"], input["pinCode"])
    refused = visit.database.read(lambda session: _look(session, visit, wanted)[1])
    if not refused:
        refused = _try_pin(visit, wanted)
    if refused:
        return _no(refused)
    return visit.database.write(lambda session: _take(session, visit, wanted))


def kemper_device_valid(_source: object, info: GraphQLResolveInfo, pinCode: str, serialNumber: str) -> dict[str, Any]:
    """The deprecated question whether a PIN is right: it counts as a try as any other does."""
    visit: Visit = info.context
    caller = visit.known()
    device = visit.database.read(lambda session: devices.by_serial(session, serialNumber))
    if device is None:
        return {"ok": False, "isPaid": None}
    verdict = pins.judge(visit.database, caller.organization, {device.id: _pin(pinCode)}, visit.now).get(device.id)
    return {"ok": verdict is pins.Verdict.RIGHT and device.claiming_open, "isPaid": device.plan_open}


def share(session: Session, visit: Visit, device: Device, place: Place) -> None:
    """Put a device into a workspace and close its lock, unless several may claim it. Raises GraphQLError."""
    caller = visit.known()
    locked = projects.fetch(session, caller, place.project.slug, lock=True)  # whoever else counts its seats waits
    seats = projects.seats_left(session, [locked])[locked.id]
    if seats is not None and seats < 1:
        raise failure("INSUFFICIENT_QUOTA", "The quota of this workspace is used up.")
    session.add(
        Claim(
            handle=visit.parts.new_handle(),
            device_id=device.id,
            organization_id=caller.organization,
            project_id=place.project.id,
            account_id=caller.account,
            # One for each workspace: the owner keeps the device, and several may have it beside each other.
            slot=f"w{place.project.id}",
            name=None,
            claimed_at=visit.now,
        )
    )
    device.claiming_open = device.multiple
    session.flush()


def is_in(session: Session, device: Device, place: Place) -> bool:
    number = place.project.id
    claimed = any(claim.project_id == number for claim in devices.live_claims(session, [device.id]))
    return claimed or device.owner_project_id == number


def _look(session: Session, visit: Visit, wanted: Wanted) -> tuple[Device | None, str, Place]:
    """The device and the workspace, or why it cannot be claimed whatever its PIN is. Raises GraphQLError."""
    place = places.fetch_open(session, visit.known(), wanted.workspace, visit.now)
    device = devices.by_serial(session, wanted.serial)
    if device is None or not device.registered:
        return None, UNKNOWN, place
    if is_in(session, device, place):
        return device, ALREADY, place
    if not device.plan_open or not device.claiming_open or device.pin_hash is None:
        return device, DISABLED, place
    return device, "", place


def _try_pin(visit: Visit, wanted: Wanted) -> str:
    """Outside of any transaction: a hash takes long, and the database would wait for it."""
    device = visit.database.read(lambda session: devices.by_serial(session, wanted.serial))
    if device is None:
        return UNKNOWN
    tried = {device.id: _pin(wanted.pin)}
    verdict = pins.judge(visit.database, visit.known().organization, tried, visit.now).get(device.id)
    if verdict is pins.Verdict.RIGHT:
        return ""
    return TOO_MANY if verdict is pins.Verdict.LOCKED else WRONG_PIN


def _take(session: Session, visit: Visit, wanted: Wanted) -> dict[str, Any]:
    found = _look(session, visit, wanted)[0]
    if found is not None:
        devices.lock(session, found)  # whoever else claims it now waits here, and then finds it closed
    device, refused, place = _look(session, visit, wanted)
    if refused or device is None:
        return _no(refused)
    share(session, visit, device, place)
    return {"ok": True, "error": None, "device": devices.show(session, visit.known(), [device])[0]}


def _pin(text: str) -> str:
    return text if len(text) <= LONGEST_PIN else ""


def _no(text: str) -> dict[str, Any]:
    return {"ok": False, "error": text, "device": None}
