"""Claims, releases and tells of devices: by device ID, by external ID with its app, by tracking ID."""

import re
import uuid
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from ....core.identifier import Kind
from ...auth import Caller
from ...codes import Outcome
from ...messages import IdentifierIn
from ...registry import claiming, claims, finder, projects
from ...registry.found import FoundClaim, FoundDevice, FoundProject
from ...registry.look_ups import ours_of
from ...tables import Claim, Device
from . import refusing
from .door import Answer, Asked, Road
from .refusing import Declined

VENDOR = "here"
LONGEST_ID, SHORTEST_APP = 50, 8
_TRACKING = re.compile(r"(?:HERE|VRTR)-(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_BARE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]{32}")


def find(session: Session, named: str, app_id: str) -> FoundDevice | None:
    """The device of an external ID in an app, else of a device ID; one whose licence was given back is none."""
    if app_id:
        fields = {"external_id": named, "app_id": app_id}
        (match,) = finder.find(session, [IdentifierIn(kind=Kind.EXTERNAL_ID, fields=fields)], VENDOR)
        found = [device for device in match.devices if device.external_id == named]
    else:
        (match,) = finder.find(session, [IdentifierIn(kind=Kind.CODE, fields={"code": named})], VENDOR)
        found = [device for device in match.devices if device.device_id == named != device.external_id]
    return found[0] if len(found) == 1 and found[0].plan_open else None


def new_tracking_id(device_id: str) -> str:
    """A tracking ID is of the device's data: each new claim gets another one."""
    return f"{'HERE' if _BARE.fullmatch(device_id) else 'VRTR'}-{uuid.uuid4()}"


def tracking_id(handle: str, device_id: str) -> str:
    """A claim's handle as the vendor writes it; one that came with an import is brought into that form."""
    if not _HEX.fullmatch(handle):
        return handle
    return f"{'HERE' if _BARE.fullmatch(device_id) else 'VRTR'}-{uuid.UUID(hex=handle)}"


def live(session: Session, tracking: str, caller: Caller) -> Claim:
    """The caller's live claim of that tracking ID. Raises Declined (404)."""
    shape = _TRACKING.fullmatch(tracking)
    handles = [tracking, *([uuid.UUID(shape["uuid"]).hex] if shape else [])]
    query = (
        select(Claim)
        .join(Device)
        .where(Claim.handle.in_(handles), Claim.slot.is_not(None), Device.vendor == VENDOR)
        .where(Claim.organization_id == caller.organization)
        .options(joinedload(Claim.device), joinedload(Claim.project))
    )
    found = session.scalars(query).first()
    if found is None or tracking_id(found.handle, found.device.device_id) != tracking:
        raise Declined(404)
    if caller.scope and found.project.slug != caller.scope:
        raise Declined(404)
    return found


def project(session: Session, asked: Asked, *, lock: bool = False) -> FoundProject:
    """The project that a request means, of those that the vendor shows. Raises Declined (400, 403, 404)."""
    found = projects.fetch(session, asked.caller, project_id(session, asked), lock=lock)
    shown = [found] if found.vendor == VENDOR else projects.of_vendor(session, asked.caller, VENDOR)
    if found.id not in {each.id for each in shown}:
        raise Declined(404, refusing.NO_PROJECT)
    return found


def project_id(session: Session, asked: Asked) -> str:
    """The project that a request means: the named one, else the only one. Raises Declined (400, 403)."""
    named = asked.query.get("projectId", "")
    if "projectId" in asked.query and not 1 <= len(named) <= LONGEST_ID:
        raise Declined(400)
    scope = asked.caller.scope
    if scope:
        if named and named != scope:
            raise Declined(403)
        return scope
    if named:
        return named
    known = projects.of_vendor(session, asked.caller, VENDOR)
    if len(known) != 1:
        raise Declined(400, refusing.WHICH_PROJECT)
    return known[0].slug


def _get(asked: Asked) -> Answer:
    named, app_id = _named(asked)

    def work(session: Session) -> str:
        device = find(session, named, app_id)
        ours = _ours(session, device, asked.caller)
        if device is None or ours is None:
            raise Declined(404)
        return tracking_id(ours.handle, device.device_id)

    return 200, {"trackingId": asked.parts.database.read(work)}


def _put(asked: Asked) -> Answer:
    named, app_id = _named(asked)

    def work(session: Session) -> tuple[int, str]:
        target = project(session, asked, lock=True)
        device = find(session, named, app_id)
        if not asked.caller.may_claim:
            raise Declined(403)
        ours = _ours(session, device, replace(asked.caller, scope=None))
        if device is not None and ours is not None:
            return 200, tracking_id(ours.handle, device.device_id)
        _check_licence(target, asked)
        if device is None:
            raise Declined(404)
        return 201, claim(session, device, target, asked)

    status, handle = asked.parts.database.write(work)
    asked.parts.database.faults("before_answer")
    return status, {"trackingId": handle}


def claim(session: Session, device: FoundDevice, target: FoundProject, asked: Asked) -> str:
    """The tracking ID of a new claim. Raises Declined."""
    asks = claiming.Asked(0, device.device_id, None, None, device._replace(pin_hash=None))
    setting = claiming.Setting(asked.caller, {}, asked.parts.clock(), lambda: new_tracking_id(device.device_id))
    (result,) = claiming.claim(session, [asks], target, setting)
    match result.outcome:
        case Outcome.CLAIMED_NOW | Outcome.ALREADY_OURS:
            return tracking_id(result.handle or "", device.device_id)
        case Outcome.ALREADY_CLAIMED:
            raise Declined(409)
        case Outcome.OVER_QUOTA:
            raise Declined(403, refusing.NO_QUOTA)
        case Outcome.NOT_REGISTERED | Outcome.NOT_FOUND:
            raise Declined(404)
        case _:
            raise Declined(403)


def _check_licence(target: FoundProject, asked: Asked) -> None:
    if target.expires_at is not None and target.expires_at <= asked.parts.clock():
        raise Declined(403, refusing.NO_LICENCE)
    if not target.may_claim:
        raise Declined(403)


def _deactivate(asked: Asked) -> Answer:
    """Give a device's licence back: for good, and only once nobody holds the device."""
    named, app_id = _named(asked)

    def work(session: Session) -> None:
        device = find(session, named, app_id)
        if device is None:
            raise Declined(404)
        apps = {each.app_id for each in projects.of_vendor(session, asked.caller, VENDOR)}
        owner = session.scalar(select(Device.app_id).where(Device.id == device.id))
        if not asked.caller.may_claim or owner not in apps:
            raise Declined(403)
        if finder.live_claims(session, [device.id]):
            raise Declined(409)
        session.execute(update(Device).where(Device.id == device.id).values(plan_open=False))

    asked.parts.database.write(work)
    return 204, None


def _get_tracked(asked: Asked) -> Answer:
    tracking = asked.path["tracking"]
    found = asked.parts.database.read(lambda session: live(session, tracking, asked.caller).device.device_id)
    return 200, {"deviceId": found}


def _release(asked: Asked) -> Answer:
    def work(session: Session) -> None:
        claim = live(session, asked.path["tracking"], asked.caller)
        claims.release(session, asked.caller, [claim.handle], asked.parts.clock())

    asked.parts.database.write(work)
    asked.parts.database.faults("before_answer")
    return 204, None


def _named(asked: Asked) -> tuple[str, str]:
    named, app_id = asked.path["device"], asked.query.get("appId", "")
    if not 1 <= len(named) <= LONGEST_ID or ("appId" in asked.query and len(app_id) < SHORTEST_APP):
        raise Declined(400)
    return named, app_id


def _ours(session: Session, device: FoundDevice | None, caller: Caller) -> FoundClaim | None:
    if device is None:
        return None
    ours = ours_of(finder.live_claims(session, [device.id]).get(device.id, []), caller)
    return None if ours is None or (caller.scope and ours.project.slug != caller.scope) else ours


ROADS: tuple[Road, ...] = (
    ("GET", "/registry/v2/devices/{device:path}", _get, True),
    ("PUT", "/registry/v2/devices/{device:path}", _put, True),
    ("DELETE", "/registry/v2/devices/{device:path}", _deactivate, True),
)
TRACKED: tuple[Road, ...] = (
    ("GET", "/registry/v2/{tracking:path}", _get_tracked, True),
    ("DELETE", "/registry/v2/{tracking:path}", _release, True),
)
