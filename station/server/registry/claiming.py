"""The rules of a claim: which devices a call means, what becomes of each, in which order that is asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..auth import Caller
from ..codes import Outcome, Reason
from ..database import savepoint
from ..messages import ClaimItem, ClaimResult
from ..tables import Claim, Device
from . import finder, projects
from .forms import clean_name
from .found import FoundClaim, FoundDevice, FoundProject, is_shared
from .look_ups import ours_of, place_of
from .pins import Verdict

MOST_AT_ONCE = 1000
"""The most devices that one call claims, kits opened up."""

SENTENCES: Mapping[Outcome | Reason, str] = {
    Outcome.CLAIMED_NOW: "The device was claimed.",
    Outcome.ALREADY_OURS: "This organization held the device already.",
    Outcome.ALREADY_CLAIMED: "Another organization holds the device.",
    Outcome.NOT_FOUND: "Nothing is registered under that code.",
    Outcome.NOT_REGISTERED: "The device is known, but not registered yet: it has to come online first.",
    Outcome.WRONG_SECRET: "The PIN is not this device's.",
    Outcome.CLAIMING_CLOSED: "The device's owner has closed claiming for it.",
    Outcome.OVER_QUOTA: "The project has no seat left.",
    Outcome.REJECTED: "The device was not claimed.",
    Reason.AMBIGUOUS: "Several devices bear that code: another code of the device is needed.",
    Reason.PIN_NEEDED: "The device is claimed with its PIN.",
    Reason.PIN_WRONG: "The PIN is not this device's.",
    Reason.PIN_LOCKED: "Too many wrong PINs were tried for this device: it has to wait.",
    Reason.PLAN_CLOSED: "The plan of the device's owner does not let it be claimed.",
    Reason.KIT_TOO_LARGE: f"One call claims at most {MOST_AT_ONCE} devices: name the others in another call.",
}


_TAKE = insert(Claim)
_LOCK = (
    update(Device)
    .where(Device.id.in_(bindparam("numbers", expanding=True)), Device.claiming_open)
    .values(claiming_open=False)
)
Claims = Mapping[int, Sequence[FoundClaim]]


class _Locked(Exception):
    """Another's claim has locked one of the devices between our reading and our writing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One device that a call means, or why an item of it means none."""

    item: int
    text: str
    name: str | None
    pin: str | None = None
    device: FoundDevice | None = None
    outcome: Outcome = Outcome.NOT_FOUND
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules of one call go by. ``new_handle`` gives a text that nobody can guess."""

    caller: Caller
    verdicts: Mapping[int, Verdict]
    now: datetime
    new_handle: Callable[[], str]
    dry_run: bool = False


def resolve(session: Session, items: Sequence[ClaimItem], vendor: str = "") -> list[Asked]:
    """The devices that the items mean (of one ``vendor``, if named), kits opened up, in the order of the call."""
    keyed = finder.by_keys(session, (item.key for item in items if item.key is not None))
    searched = [item.identifier for item in items if item.key is None and item.identifier is not None]
    matches = iter(finder.find(session, searched, vendor))
    asked: list[Asked] = []
    for at, item in enumerate(items):
        name = clean_name(item.name) if item.name else None
        pin = item.identifier.fields.get("pin") if item.identifier else None
        text = item.key if item.key is not None else finder.text_of(item.identifier) if item.identifier else ""
        if item.key is not None:
            found = keyed.get(item.key)
            devices: tuple[FoundDevice, ...] = (found,) if found else ()
            ambiguous = False
        else:
            match = next(matches)
            devices, ambiguous = match.devices, match.ambiguous
        if ambiguous:
            asked.append(Asked(at, text, name, outcome=Outcome.REJECTED, reason=Reason.AMBIGUOUS))
        elif not devices:
            asked.append(Asked(at, text, name))
        elif len(asked) + len(devices) > MOST_AT_ONCE:
            asked.append(Asked(at, text, name, outcome=Outcome.REJECTED, reason=Reason.KIT_TOO_LARGE))
        else:
            asked.extend(Asked(at, text, name, pin, device) for device in devices)
    return asked


def pins_of(asked: Sequence[Asked]) -> dict[int, str]:
    """The PIN to try for each device that has one and was given one: the first mention's."""
    pins: dict[int, str] = {}
    for one in asked:
        if one.device is not None and one.device.pin_hash is not None and one.pin:
            pins.setdefault(one.device.id, one.pin)
    return pins


def claim(session: Session, asked: Sequence[Asked], project: FoundProject, setting: Setting) -> list[ClaimResult]:
    """Claim what may be claimed into an open, locked project; one result for each asked device, in order.

    Devices are taken in the order of their row numbers, so that two calls over the same devices cannot wait for
    each other in a ring.
    """
    first = {one.device.id: one for one in reversed(asked) if one.device is not None}
    claims = finder.live_claims(session, first)
    seats = projects.seats_left(session, [project])[project.id]
    in_order = [first[number] for number in sorted(first)]
    try:
        results = _claim_all(session, in_order, claims, project, seats, setting)
    except (IntegrityError, _Locked):  # another server's transaction took one between our reading and our writing
        results = _claim_each(session, in_order, claims, project, seats, setting)
    return [_answer(one, first, results) for one in asked]


def _claim_all(
    session: Session,
    in_order: Sequence[Asked],
    claims: Claims,
    project: FoundProject,
    seats: int | None,
    setting: Setting,
) -> dict[int, ClaimResult]:
    """All that may be claimed in one step, which goes as a whole or raises IntegrityError or _Locked."""
    results: dict[int, ClaimResult] = {}
    rows: list[dict[str, object]] = []
    closing: list[int] = []
    for one in in_order:
        device = one.device
        assert device is not None  # noqa: S101 - claim() passes on those with a device only
        left = None if seats is None else seats - len(rows)
        result = _refuse(one, device, claims.get(device.id, ()), left, setting)
        if result is None:
            rows.append(_row(one, device, project, setting))
            result = _claimed_now(one, str(rows[-1]["handle"]), project, setting)
            if device.owner_project_id is not None and not device.multiple:
                closing.append(device.id)
        results[device.id] = result
    if rows:
        connection = session.connection()
        with savepoint(connection):
            connection.execute(_TAKE, rows)
            # A device that its owner shares is locked after each claim, until the owner opens it again.
            if closing and connection.execute(_LOCK, {"numbers": closing}).rowcount < len(closing):
                raise _Locked
    return results


def _claim_each(
    session: Session,
    in_order: Sequence[Asked],
    claims: Claims,
    project: FoundProject,
    seats: int | None,
    setting: Setting,
) -> dict[int, ClaimResult]:
    """One device at a time: whoever lost one of them to another server still gets the others."""
    results: dict[int, ClaimResult] = {}
    for one in in_order:
        assert one.device is not None  # noqa: S101 - claim() passes on those with a device only
        try:
            results |= _claim_all(session, [one], claims, project, seats, setting)
        except (IntegrityError, _Locked):
            results[one.device.id] = _lost(session, one, one.device, setting)
        if seats is not None and results[one.device.id].outcome is Outcome.CLAIMED_NOW:
            seats -= 1
    return results


def _answer(one: Asked, first: Mapping[int, Asked], results: Mapping[int, ClaimResult]) -> ClaimResult:
    if one.device is None:
        return _result(one, one.outcome, reason=one.reason)
    result = results[one.device.id]
    if first[one.device.id] is one:
        return result
    return result.model_copy(update={"item": one.item, "code": Reason.TWICE})


def _refuse(
    one: Asked, device: FoundDevice, claims: Sequence[FoundClaim], seats: int | None, setting: Setting
) -> ClaimResult | None:
    """Why the device is not claimed now, or None where it may be."""
    ours = ours_of(claims, setting.caller)
    if ours is not None:
        return _result(one, Outcome.ALREADY_OURS, ours.handle, ours.project)
    if claims and not is_shared(device):
        return _result(one, Outcome.ALREADY_CLAIMED)
    if not device.registered:
        return _result(one, Outcome.NOT_REGISTERED)
    if not device.plan_open:
        return _result(one, Outcome.CLAIMING_CLOSED, reason=Reason.PLAN_CLOSED)
    if not device.claiming_open:
        return _result(one, Outcome.CLAIMING_CLOSED)
    if device.pin_hash is not None and setting.verdicts.get(device.id) is not Verdict.RIGHT:
        return _result(one, Outcome.WRONG_SECRET, reason=_pin_reason(setting.verdicts.get(device.id)))
    if seats is not None and seats < 1:
        return _result(one, Outcome.OVER_QUOTA)
    return None


def _pin_reason(verdict: Verdict | None) -> Reason:
    match verdict:
        case Verdict.LOCKED:
            return Reason.PIN_LOCKED
        case Verdict.WRONG:
            return Reason.PIN_WRONG
        case _:
            return Reason.PIN_NEEDED


def slot_of(device: Device | FoundDevice, organization: int, project: int) -> str:
    """The slot that a live claim of this organization takes: one for each target where an owner shares the device."""
    if device.owner_project_id is not None:
        return f"w{project}"
    return str(organization) if device.multiple else "only"


def _row(one: Asked, device: FoundDevice, project: FoundProject, setting: Setting) -> dict[str, object]:
    return {
        "handle": setting.new_handle(),
        "device_id": device.id,
        "organization_id": setting.caller.organization,
        "project_id": project.id,
        "account_id": setting.caller.account,
        "slot": slot_of(device, setting.caller.organization, project.id),
        "name": one.name,
        "claimed_at": setting.now,
    }


def _claimed_now(one: Asked, handle: str, project: FoundProject, setting: Setting) -> ClaimResult:
    if setting.dry_run:
        rehearsed = _result(one, Outcome.CLAIMED_NOW, None, project)
        return rehearsed.model_copy(update={"message": "The device would be claimed."})
    return _result(one, Outcome.CLAIMED_NOW, handle, project)


def _lost(session: Session, one: Asked, device: FoundDevice, setting: Setting) -> ClaimResult:
    ours = ours_of(finder.live_claims(session, [device.id]).get(device.id, []), setting.caller)
    if ours is not None:
        return _result(one, Outcome.ALREADY_OURS, ours.handle, ours.project)
    return _result(one, Outcome.CLAIMING_CLOSED if is_shared(device) else Outcome.ALREADY_CLAIMED)


def _result(
    one: Asked,
    outcome: Outcome,
    handle: str | None = None,
    at: FoundProject | None = None,
    reason: Reason | None = None,
) -> ClaimResult:
    return ClaimResult(
        item=one.item,
        key=one.device.key if one.device else None,
        id=one.device.device_id if one.device else one.text,
        outcome=outcome,
        handle=handle,
        project=place_of(at) if at else None,
        code=reason,
        message=SENTENCES[reason if reason is not None else outcome],
    )
