"""Finds the kit or device that an identifier names, for many identifiers with few queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session, joinedload

from ...core.identifier import NEEDED, SECRET_FIELDS, Kind
from ..messages import IdentifierIn
from ..tables import Claim, Device, DeviceName, Kit
from .forms import code_forms, mac_form, text_form

CODE_FIELDS = ("device_id", "cloud_id", "external_id", "serial", "mac")
"""Where a bare code is looked for, in this order, once no kit bears it."""
_CHUNK = 500
Value = TypeVar("Value", str, int)

# The queries are put together once: for a single code that would take longer than to run them.
_FORMS: BindParameter[str] = bindparam("forms", expanding=True)
_KITS = select(Kit).where(Kit.form.in_(_FORMS)).order_by(Kit.id)
_INSIDE = select(Device).where(Device.kit_id.in_(bindparam("kits", expanding=True))).order_by(Device.id)
_NAMED = (
    select(DeviceName.field, DeviceName.form, Device)
    .join(Device, Device.id == DeviceName.device_id)
    .where(DeviceName.form.in_(_FORMS))
    .order_by(Device.id)
)
_KEYED = select(Device).where(Device.key.in_(bindparam("keys", expanding=True)))
_LIVE = (
    select(Claim)
    .where(Claim.device_id.in_(bindparam("devices", expanding=True)), Claim.slot.is_not(None))
    .order_by(Claim.id)
    .options(joinedload(Claim.project))
)


@dataclass(frozen=True, slots=True)
class Match:
    """What an identifier names: a kit with its devices, one device, nothing, or several devices (ambiguous)."""

    kit: Kit | None = None
    devices: tuple[Device, ...] = ()
    ambiguous: bool = False


@dataclass
class _Shelf:
    """The rows that any of the asked forms names."""

    kits: dict[str, list[Kit]] = field(default_factory=lambda: defaultdict(list))
    inside: dict[int, list[Device]] = field(default_factory=lambda: defaultdict(list))
    named: dict[tuple[str, str], list[Device]] = field(default_factory=lambda: defaultdict(list))


def text_of(identifier: IdentifierIn) -> str:
    """The identifier as answers write it: the bare code, or ``serial=…,mac=…`` without secret fields."""
    shown = [(name, identifier.fields.get(name, "")) for name in NEEDED[identifier.kind] if name not in SECRET_FIELDS]
    text = shown[0][1] if len(NEEDED[identifier.kind]) == 1 else ",".join(f"{name}={value}" for name, value in shown)
    return text[:255]


def find(session: Session, identifiers: Sequence[IdentifierIn]) -> list[Match]:
    """One match for each identifier, in the same order; an identifier that lacks a field names nothing."""
    asked = [_forms_of(identifier) for identifier in identifiers]
    shelf = _load(session, {form for forms in asked for _, form in forms})
    return [_pick(shelf, identifier, forms) for identifier, forms in zip(identifiers, asked, strict=True)]


def by_keys(session: Session, keys: Iterable[str]) -> dict[str, Device]:
    """The devices of those keys."""
    return {
        device.key: device
        for part in _parts(sorted(set(keys)))
        for device in session.scalars(_KEYED, {"keys": part})
    }


def live_claims(session: Session, devices: Iterable[int]) -> dict[int, list[Claim]]:
    """The live claims of those devices, each with its project."""
    claims: dict[int, list[Claim]] = defaultdict(list)
    for part in _parts(sorted(set(devices))):
        for claim in session.scalars(_LIVE, {"devices": part}):
            claims[claim.device_id].append(claim)
    return claims


def _forms_of(identifier: IdentifierIn) -> tuple[tuple[str, str], ...]:
    """(field, form) pairs: for a code any of them may fit (field ""), for other kinds all of them must."""
    if identifier.kind is Kind.CODE:
        return tuple(("", form) for form in code_forms(identifier.fields.get("code", "")))
    pairs = []
    for name in NEEDED[identifier.kind]:
        if name in SECRET_FIELDS:
            continue
        value = identifier.fields.get(name, "")
        form = (mac_form(value) or text_form(value)) if name == "mac" else text_form(value)
        if form is None:
            return ()
        pairs.append((name, form))
    return tuple(pairs)


def _load(session: Session, forms: set[str]) -> _Shelf:
    shelf = _Shelf()
    for part in _parts(sorted(forms)):
        for kit in session.scalars(_KITS, {"forms": part}):
            shelf.kits[kit.form].append(kit)
        for name, form, device in session.execute(_NAMED, {"forms": part}):
            shelf.named[name, form].append(device)
    for kits in _parts(sorted(kit.id for same in shelf.kits.values() for kit in same)):
        for device in session.scalars(_INSIDE, {"kits": kits}):
            shelf.inside[device.kit_id or 0].append(device)
    return shelf


def _pick(shelf: _Shelf, identifier: IdentifierIn, forms: tuple[tuple[str, str], ...]) -> Match:
    if identifier.kind is not Kind.CODE:
        sets = [{device.id: device for device in shelf.named.get(pair, [])} for pair in forms]
        common = set.intersection(*(set(one) for one in sets)) if sets else set()
        return _one_of([sets[0][number] for number in sorted(common)])
    text = identifier.fields.get("code", "").strip()
    for _, form in forms:
        kits = shelf.kits.get(form, [])
        exact = [kit for kit in kits if kit.kit_id == text] or kits
        if exact:
            return Match(exact[0], tuple(shelf.inside[exact[0].id])) if len(exact) == 1 else Match(ambiguous=True)
    for name in CODE_FIELDS:
        for _, form in forms:
            devices = shelf.named.get((name, form), [])
            if devices:
                return _one_of([device for device in devices if getattr(device, name) == text] or devices)
    return Match()


def _one_of(devices: list[Device]) -> Match:
    return Match(devices=tuple(devices)) if len(devices) <= 1 else Match(ambiguous=True)


def _parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
