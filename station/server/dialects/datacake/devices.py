"""Finds devices as Datacake names them, and shows each as its owner or a claiming workspace sees it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...auth import Caller
from ...registry.forms import text_form
from ...tables import Claim, Device, DeviceName
from . import VENDOR, places
from .places import Place

MOST_A_PAGE = 500
PAGE = 20


def by_id(session: Session, device: str, *, lock: bool = False) -> Device | None:
    """The device of that UUID, whoever may see it."""
    try:
        key = UUID(device).hex
    except ValueError:
        return None
    query = select(Device).where(Device.key == key, Device.vendor == VENDOR)
    return session.scalars(query.with_for_update() if lock else query).first()


def lock(session: Session, device: Device) -> None:
    """Wait until nobody else works on the device, then read it anew."""
    session.refresh(device, with_for_update=True)


def by_serial(session: Session, serial: str) -> Device | None:
    """The device that answers to that serial number; one that its owner gave another answers only to that.

    The other serial number stands in ``external_id``, which nothing else here uses.
    """
    form = text_form(serial)
    if form is None:
        return None
    query = (
        select(Device, DeviceName.field)
        .join(DeviceName, DeviceName.device_id == Device.id)
        .where(DeviceName.form == form, Device.vendor == VENDOR)
        .where(DeviceName.field.in_(("serial", "device_id", "external_id")))
        .order_by(Device.id)
    )
    found = {
        device.id: device
        for device, field in session.execute(query)
        if (field == "external_id") is bool(device.external_id)
    }
    return next(iter(found.values())) if len(found) == 1 else None


def visible(session: Session, caller: Caller, device: Device) -> Place | None:
    """The caller's workspace that the device is in, its owner's before one that claimed it."""
    claimed = {claim.project_id for claim in live_claims(session, [device.id])}
    mine = places.all_of(session, caller)
    owner = [place for place in mine if place.project.id == device.owner_project_id]
    return next(iter(owner + [place for place in mine if place.project.id in claimed]), None)


def live_claims(session: Session, devices: Iterable[int]) -> list[Claim]:
    query = select(Claim).where(Claim.device_id.in_(sorted(set(devices))), Claim.slot.is_not(None)).order_by(Claim.id)
    return list(session.scalars(query))


def listing(
    session: Session, caller: Caller, place: Place, page: int, size: int, search: str
) -> tuple[int, list[dict[str, Any]]]:
    """How many devices a workspace holds, and one page of them (counted from 0) by serial number."""
    where = [Device.vendor == VENDOR, places.inside(place.project.id)]
    if search.strip():
        where.append(func.lower(Device.type).contains(text_form(search) or search[:255], autoescape=True))
    total = session.scalar(select(func.count()).select_from(Device).where(*where)) or 0
    size = max(1, min(size, MOST_A_PAGE))
    start = max(0, min(page, 1_000_000)) * size
    rows = session.scalars(select(Device).where(*where).order_by(Device.serial, Device.id).offset(start).limit(size))
    return total, show(session, caller, list(rows))


def show(session: Session, caller: Caller, devices: Sequence[Device]) -> list[dict[str, Any]]:
    """Devices as the caller sees them. Who else claimed one is told to nobody."""
    names: dict[int, str] = {}
    for claim in live_claims(session, [device.id for device in devices]):
        if claim.name:
            names.setdefault(claim.device_id, claim.name)
    mine = {place.project.id: place for place in places.all_of(session, caller)}
    return [_shown(device, names.get(device.id, ""), mine.get(device.owner_project_id or 0)) for device in devices]


def _shown(device: Device, name: str, owner: Place | None) -> dict[str, Any]:
    """``owner`` where it is the caller's own workspace; another's is hidden."""
    hardware, product = "API", device.type or "device"

    def plan(_info: object, workspace: str) -> dict[str, str] | None:
        if owner is None or workspace not in (owner.id, owner.project.slug):
            return None
        slug = "standard" if device.plan_open else "free"
        return {"name": slug.title(), "slug": slug}

    return {
        "id": str(UUID(device.key)),
        "verboseName": name or product,
        "serialNumber": device.serial or device.device_id,
        "claimSerialNumber": device.external_id or "",
        "claimed": not device.claiming_open,
        "claimingEnabled": device.plan_open,
        "claimCode": None,
        "online": False,
        "created": device.added_at.isoformat(),
        "myPermissions": lambda _info, workspace: ["edit_basics"],  # noqa: ARG005 - asked for by that name
        "plan": plan,
        "product": {
            "id": str(UUID(device.key)),
            "name": product,
            "slug": device.product_number or product,
            "hardware": hardware,
            "workspace": owner and {"id": owner.id, "name": owner.project.title, "slug": owner.project.slug,
                                    "myPermissions": ["basics"]},
        },
    }
