"""Claim info, and the claim of kits and devices: this vendor knows no secret and no registration, only the ID."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...codes import Outcome, Reason
from ...messages import ClaimResult
from ...registry import claiming, finder, found
from ...registry.forms import text_form
from ...registry.found import FoundDevice, FoundKit
from ...registry.look_ups import ours_of
from .asking import VENDOR, ApiError, Asking, texts_at
from .places import CLOUD_CONNECTOR, fetch_open

LONGEST = 240
_REFUSED: Mapping[Outcome, tuple[str, str]] = {
    Outcome.ALREADY_OURS: ("ALREADY_CLAIMED", "The device was previously claimed"),
    Outcome.ALREADY_CLAIMED: ("ALREADY_CLAIMED", "The device was previously claimed"),
    Outcome.NOT_FOUND: ("NOT_FOUND", "The device was not found"),
    # What follows the vendor has no published word for.
    Outcome.OVER_QUOTA: ("RESOURCE_EXHAUSTED", "The project takes no more devices"),
    Outcome.CLAIMING_CLOSED: ("FAILED_PRECONDITION", "The device cannot be claimed now"),
    Outcome.WRONG_SECRET: ("FAILED_PRECONDITION", "The device cannot be claimed by its ID"),
}


def claim_info(asking: Asking) -> dict[str, Any]:
    """What a kit or device ID stands for, and what of it is claimed; never by whom."""
    code = asking.query.get("identifier", "")
    organization = asking.named("organization", "organizations")
    if text_form(code) is None or len(code) > LONGEST:
        raise ApiError(400, "The identifier is malformed")
    if organization not in ("", asking.caller.slug):
        raise ApiError(403, "The organization is not the account's")

    def work(session: Session) -> dict[str, Any]:
        kits = _kits(session, [code])
        devices = _inside(session, kits[code]) if code in kits else list(_devices(session, [code]).values())
        if not devices and code not in kits:
            raise ApiError(404, "The kit or device was not found")
        claims = finder.live_claims(session, (device.id for device in devices))
        taken = {
            each.id: ours_of(claims.get(each.id, ()), asking.caller) is not None
            or (bool(claims.get(each.id)) and not each.multiple)
            for each in devices
        }
        if code not in kits:
            return {"type": "DEVICE", "device": _device(devices[0], taken[devices[0].id])}
        return {"type": "KIT", "kit": _kit(kits[code], devices, taken)}

    return asking.parts.database.read(work)


def claim(asking: Asking) -> dict[str, Any]:
    """Claim kits and devices into a project, or say what would come of it. Absent, ``dryRun`` is false."""
    dry_run = {"": False, "false": False, "true": True}.get(asking.query.get("dryRun", ""))
    body = asking.json()
    kits, devices = texts_at(body, "kitIds"), texts_at(body, "deviceIds")
    if dry_run is None or not (kits or devices):
        raise ApiError(400, "dryRun is true or false, and kitIds or deviceIds name what is claimed")

    def work(session: Session) -> dict[str, Any]:
        now = asking.parts.clock()
        project = fetch_open(session, asking.caller, asking.path["project"], now)
        asked, unknown = _resolve(session, kits, devices)
        setting = claiming.Setting(asking.caller, {}, now, asking.parts.new_handle, dry_run)
        results = claiming.claim(session, asked, project, setting)
        return _answer(asked, results, unknown, claimed=not dry_run)

    if dry_run:
        return asking.parts.database.rehearse(work)
    answer = asking.parts.database.write(work)
    asking.parts.database.faults("before_answer")
    return answer


def _resolve(session: Session, kits: Sequence[str], devices: Sequence[str]) -> tuple[list[claiming.Asked], list[str]]:
    """The devices that are meant, and the kits that nobody knows. Raises ApiError (400)."""
    known, single = _kits(session, kits), _devices(session, devices)
    asked = [claiming.Asked(0, code, None, device=single.get(code)) for code in devices]
    for kit in known.values():
        asked += [claiming.Asked(0, each.device_id, None, device=each) for each in _inside(session, kit)]
    if len(asked) > claiming.MOST_AT_ONCE:
        raise ApiError(400, f"At most {claiming.MOST_AT_ONCE} devices are claimed at once")
    return asked, [code for code in kits if code not in known]


def _answer(
    asked: Sequence[claiming.Asked], results: Sequence[ClaimResult], unknown: Sequence[str], *, claimed: bool
) -> dict[str, Any]:
    taken, errors = [], []
    for one, result in zip(asked, results, strict=True):
        if result.code is Reason.TWICE:
            continue  # by its ID and by its kit's: said once
        if result.outcome is Outcome.CLAIMED_NOW and one.device is not None:
            taken.append(_device(one.device, claimed))
        else:
            code, text = _REFUSED.get(result.outcome, ("INVALID_ARGUMENT", "The device cannot be claimed"))
            errors.append({"deviceId": result.id, "code": code, "message": text})
    kits = [{"kitId": kit, "code": "NOT_FOUND", "message": "The kit was not found"} for kit in unknown]
    return {"claimedDevices": taken, "claimErrors": {"devices": errors, "kits": kits}}


def _kits(session: Session, codes: Iterable[str]) -> dict[str, FoundKit]:
    """The kits by the code that was asked; one that is written just so goes first."""
    forms = {code: text_form(code) for code in codes}
    shelf: dict[str, list[FoundKit]] = {}
    for kit in found.KITS.ask(session, [form for form in forms.values() if form]):
        if kit.vendor == VENDOR:
            shelf.setdefault(kit.form, []).append(kit)
    picked = {code: shelf[form] for code, form in forms.items() if form in shelf}
    return {code: next((kit for kit in same if kit.kit_id == code), same[0]) for code, same in picked.items()}


def _devices(session: Session, codes: Iterable[str]) -> dict[str, FoundDevice]:
    """The devices by the device ID that was asked. What is not registered yet, this vendor does not know."""
    forms = {code: text_form(code) for code in codes}
    shelf: dict[str, list[FoundDevice]] = {}
    for name in found.NAMED.ask(session, [form for form in forms.values() if form]):
        if name.field == "device_id" and name.device.vendor == VENDOR and name.device.registered:
            shelf.setdefault(name.form, []).append(name.device)
    picked = {code: shelf[form] for code, form in forms.items() if form in shelf}
    return {code: next((each for each in same if each.device_id == code), same[0]) for code, same in picked.items()}


def _inside(session: Session, kit: FoundKit) -> list[FoundDevice]:
    return [device for device in found.INSIDE.ask(session, [kit.id]) if device.registered]


def _device(device: FoundDevice, claimed: bool) -> dict[str, Any]:
    return {
        "deviceId": device.device_id,
        "deviceType": device.type,
        "productNumber": device.product_number,
        "isClaimed": claimed,
    }


def _kit(kit: FoundKit, devices: Sequence[FoundDevice], taken: Mapping[int, bool]) -> dict[str, Any]:
    def counts(connectors: bool) -> dict[str, int]:
        some = [each.id for each in devices if (each.type == CLOUD_CONNECTOR) is connectors]
        return {"totalCount": len(some), "claimedCount": sum(taken[each] for each in some)}

    return {
        "kitId": kit.kit_id,
        "displayName": kit.title,
        "sensors": counts(False),
        "cloudConnectors": counts(True),
        "devices": [_device(each, taken[each.id]) for each in devices],
    }
