"""Answers look-ups and read-backs: what a thing is, whether it can be claimed, and whose it is."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from ..auth import Caller
from ..codes import Back, Holder, Reason, Status, What
from ..messages import Finding, Findings, FoundDevice, LookUps, Place, ReadBack, ReadBackResult, ReadBacks
from ..tables import Project
from . import finder
from .finder import Match
from .found import FoundClaim, FoundProject, is_shared
from .found import FoundDevice as Device
from .projects import fetch, owned_by


def look_up(session: Session, caller: Caller, asked: LookUps) -> Findings:
    """One finding for each identifier. Raises Refused (404) for a project that is not the caller's."""
    if asked.project is not None:
        fetch(session, caller, asked.project)
    matches = finder.find(session, asked.identifiers)
    devices = [device for match in matches for device in match.devices]
    claims = finder.live_claims(session, (device.id for device in devices))
    own = owned_by(session, caller, (device.owner_project_id for device in devices))
    return Findings(findings=[_finding(match, claims, caller, own) for match in matches])


def read_back(session: Session, caller: Caller, asked: ReadBacks) -> ReadBack:
    """For each key ours, another's, free or not found, over all that the caller's organization holds."""
    devices = finder.by_keys(session, (item.key for item in asked.devices))
    claims = finder.live_claims(session, (device.id for device in devices.values()))
    return ReadBack(results=[_read_one(item.key, devices.get(item.key), claims, caller) for item in asked.devices])


def place_of(project: Project | FoundProject) -> Place:
    return Place(id=project.slug, title=project.title)


def ours_of(claims: Sequence[FoundClaim], caller: Caller) -> FoundClaim | None:
    return next((claim for claim in claims if claim.organization_id == caller.organization), None)


def _finding(match: Match, claims: dict[int, list[FoundClaim]], caller: Caller, own: frozenset[int]) -> Finding:
    if match.ambiguous:
        return Finding(status=Status.NOT_FOUND, what=None, title="", devices=[], code=Reason.AMBIGUOUS)
    if match.kit is None and not match.devices:
        return Finding(status=Status.NOT_FOUND, what=None, title="", devices=[])
    devices = [_found(device, claims.get(device.id, []), caller, own) for device in match.devices]
    what, title = (What.KIT, match.kit.title) if match.kit else (What.DEVICE, "")
    return Finding(status=_status_of(devices), what=what, title=title, devices=devices)


def _status_of(devices: list[FoundDevice]) -> Status:
    statuses = {device.status for device in devices}
    if len(statuses) == 1:
        return statuses.pop()
    return Status.PARTLY_CLAIMED if Status.CLAIMED in statuses else Status.UNCLAIMED


def _found(
    device: Device, claims: Sequence[FoundClaim], caller: Caller, own: frozenset[int] = frozenset()
) -> FoundDevice:
    ours = ours_of(claims, caller)
    taken = bool(claims) and not is_shared(device)
    claimed = ours is not None or taken
    free = Status.UNCLAIMED if device.registered else Status.UNREGISTERED
    return FoundDevice(
        key=device.key,
        id=device.device_id,
        type=device.type,
        product_number=device.product_number,
        status=Status.CLAIMED if claimed else free,
        holder=Holder.OURS if ours else Holder.ANOTHER if taken else None,
        project=place_of(ours.project) if ours else None,
        name=ours.name if ours else None,
        handle=ours.handle if ours else None,
        claiming_open=device.claiming_open and device.plan_open,
        needs_pin=device.pin_hash is not None,
        shared=is_shared(device),
        owned=device.owner_project_id in own,
    )


def _read_one(key: str, device: Device | None, claims: dict[int, list[FoundClaim]], caller: Caller) -> ReadBackResult:
    if device is None:
        return ReadBackResult(key=key, id="", result=Back.NOT_FOUND, handle=None, project=None, name=None)
    found = _found(device, claims.get(device.id, []), caller)
    match found.holder:
        case Holder.OURS:
            back = Back.OURS
        case Holder.ANOTHER:
            back = Back.ANOTHER
        case None:
            back = Back.FREE
    return ReadBackResult(
        key=key, id=device.device_id, result=back, handle=found.handle, project=found.project, name=found.name
    )
