"""Puts good rows into the registry: kits, devices with the names they are found by, and standing claims."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from ..rows import BadRow, Row, RowProblem
from ..tables import Claim, Device, DeviceName, Kit, Project
from ..tally import Tally
from .claiming import slot_of
from .finder import CODE_FIELDS
from .forms import field_form, text_form
from .house import find_organization, find_target
from .projects import seats_left

NAMED = (*CODE_FIELDS, "app_id")
Address = tuple[str, str, str]


@dataclass
class Known:
    """One import's transaction and what it has met so far. ``new_key`` gives a text that nobody can guess."""

    session: Session
    now: datetime
    new_key: Callable[[], str]
    kits: dict[tuple[str, str], Kit] = field(default_factory=dict)
    targets: dict[tuple[str, str], Project | None] = field(default_factory=dict)

    def target(self, name: tuple[str, str]) -> Project | None:
        """The target of that organization and ID, asked for once an import."""
        if name not in self.targets:
            organization = find_organization(self.session, name[0])
            self.targets[name] = find_target(self.session, organization, name[1]) if organization else None
        return self.targets[name]

    def kit(self, row: Row) -> Kit | None:
        kit_id = row.get("kit_id")
        if not kit_id:
            return None
        kit = self.kits.get((row.vendor, kit_id))
        if kit is None:
            query = select(Kit).where(Kit.vendor == row.vendor, Kit.namespace == "", Kit.kit_id == kit_id)
            kit = self.session.scalars(query).first()
            if kit is None:
                kit = Kit(vendor=row.vendor, namespace="", kit_id=kit_id, form=text_form(kit_id) or "", title="")
                self.session.add(kit)
                self.session.flush()
            self.kits[row.vendor, kit_id] = kit
        if row.get("kit_name"):
            kit.title = row.get("kit_name")
        return kit


def apply(known: Known, rows: Sequence[Row], pin_hashes: Mapping[int, str], tally: Tally) -> None:
    """Store some rows; what the registry's present state forbids is added to the bad ones."""
    session = known.session
    addresses = {_address(row) for row in rows if row.device_id}
    devices = _devices_at(session, addresses)
    claims = _live_claims(session, sorted(device.id for device in devices.values()))
    added: list[Device] = []
    for row in rows:
        project, owner = _targets(known, row)
        missing = row.get("target") and project is None
        if missing or (row.owner and owner is None):
            tally.bad.append(BadRow(row.number, RowProblem.UNKNOWN_TARGET, "target" if missing else "owner"))
            continue
        if project is not None and row.seats is not None:
            project.seats = row.seats
            tally.targets += 1
        if not row.device_id:
            continue
        found = devices.get(_address(row))
        standing = claims.get(found.id, []) if found else []
        problem = _hindrance(known, row, project, standing)
        if problem is not None:
            tally.bad.append(problem)
            continue
        device = _put(known, row, found, pin_hashes.get(row.number), owner, tally)
        if found is None:
            added.append(device)
        _settle_claims(known, device, project, standing)
    session.flush()
    names = [
        {"device_id": device.id, "field": field, "form": form}
        for device in added
        for field, form in _forms(device).items()
    ]
    if names:
        session.execute(insert(DeviceName), names)


def _targets(known: Known, row: Row) -> tuple[Project | None, Project | None]:
    """The target that holds the row's device, and its owner's."""
    holds = (row.get("organization"), row.get("target"))
    return known.target(holds) if all(holds) else None, known.target(row.owner) if row.owner else None


def _address(row: Row) -> Address:
    return (row.vendor, row.namespace, row.device_id)


def _devices_at(session: Session, addresses: set[Address]) -> dict[Address, Device]:
    name = tuple_(Device.vendor, Device.namespace, Device.device_id)
    found = session.scalars(select(Device).where(name.in_(sorted(addresses)))) if addresses else ()
    return {(device.vendor, device.namespace, device.device_id): device for device in found}


def _live_claims(session: Session, devices: Sequence[int]) -> dict[int, list[Claim]]:
    claims: dict[int, list[Claim]] = defaultdict(list)
    query = select(Claim).where(Claim.device_id.in_(devices), Claim.slot.is_not(None)).order_by(Claim.id)
    for claim in session.scalars(query) if devices else ():
        claims[claim.device_id].append(claim)
    return claims


def _hindrance(
    known: Known, row: Row, project: Project | None, claims: Sequence[Claim]
) -> BadRow | None:
    """Why the row cannot stand beside the claims that there are."""
    held = any(project is not None and claim.organization_id == project.organization_id for claim in claims)
    shared = row.multiple or row.owner is not None
    if not shared and len(claims) > 1:
        return BadRow(row.number, RowProblem.HELD_BY_ANOTHER, "multiple")
    if project is None or held:
        return None
    if claims and not shared:
        return BadRow(row.number, RowProblem.HELD_BY_ANOTHER, "organization")
    if project.seats is None:
        return None
    known.session.flush()
    left = seats_left(known.session, [project])[project.id]
    return BadRow(row.number, RowProblem.NO_SEAT, "target") if left is not None and left < 1 else None


def _put(
    known: Known, row: Row, device: Device | None, pin_hash: str | None, owner: Project | None, tally: Tally
) -> Device:
    kit = known.kit(row)
    values: dict[str, object] = {
        "kit_id": kit.id if kit else None,
        "type": row.get("device_type"),
        "product_number": row.get("product_number"),
        "registered": row.registered,
        "claiming_open": row.claiming,
        "multiple": row.multiple,
        "plan_open": row.plan_open,
        "owner_project_id": owner.id if owner else None,
    }
    values |= {name: row.get(name) or None for name in ("serial", "mac", "cloud_id", "external_id", "app_id")}
    if pin_hash is not None:
        values["pin_hash"] = pin_hash
    if device is None:
        device = Device(
            key=known.new_key(),
            vendor=row.vendor,
            namespace=row.namespace,
            device_id=row.device_id,
            added_at=known.now,
            **values,
        )
        known.session.add(device)
        tally.new += 1
    elif all(getattr(device, name) == value for name, value in values.items()):
        tally.same += 1
    else:
        for name, value in values.items():
            setattr(device, name, value)
        tally.changed += 1
        _rename(known.session, device)
    return device


def _forms(device: Device) -> dict[str, str]:
    """The forms under which the device is found, by field."""
    forms = {}
    for name in NAMED:
        form = field_form(name, getattr(device, name))
        if form is not None:
            forms[name] = form
    return forms


def _rename(session: Session, device: Device) -> None:
    session.execute(delete(DeviceName).where(DeviceName.device_id == device.id))
    session.add_all(DeviceName(device_id=device.id, field=name, form=form) for name, form in _forms(device).items())


def _settle_claims(known: Known, device: Device, project: Project | None, claims: Sequence[Claim]) -> None:
    for claim in claims:  # the device may have become shared, or no longer be
        claim.slot = slot_of(device, claim.organization_id, claim.project_id)
    if project is None or any(claim.organization_id == project.organization_id for claim in claims):
        return
    known.session.add(
        Claim(
            handle=known.new_key(),
            device=device,
            organization_id=project.organization_id,
            project_id=project.id,
            account_id=None,
            slot=slot_of(device, project.organization_id, project.id),
            name=None,
            claimed_at=known.now,
        )
    )
