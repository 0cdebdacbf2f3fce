"""Finds the kit or device that an identifier names, for many identifiers with few queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ...core.identifier import NEEDED, SECRET_FIELDS, Kind
from ..messages import IdentifierIn
from . import found
from .forms import code_forms, field_form
from .found import FoundClaim, FoundDevice, FoundKit

CODE_FIELDS = ("device_id", "cloud_id", "external_id", "serial", "mac")
"""Where a bare code is looked for, in this order, once no kit bears it."""


@dataclass(frozen=True, slots=True)
class Match:
    """What an identifier names: a kit with its devices, one device, nothing, or several devices (ambiguous)."""

    kit: FoundKit | None = None
    devices: tuple[FoundDevice, ...] = ()
    ambiguous: bool = False


@dataclass
class _Shelf:
    """The rows that any of the asked forms names."""

    kits: dict[str, list[FoundKit]] = field(default_factory=lambda: defaultdict(list))
    inside: dict[int, list[FoundDevice]] = field(default_factory=lambda: defaultdict(list))
    named: dict[tuple[str, str], list[FoundDevice]] = field(default_factory=lambda: defaultdict(list))


def text_of(identifier: IdentifierIn) -> str:
    """The identifier as answers write it: the bare code, or ``serial=…,mac=…`` without secret fields."""
    shown = [(name, identifier.fields.get(name, "")) for name in NEEDED[identifier.kind] if name not in SECRET_FIELDS]
    text = shown[0][1] if len(NEEDED[identifier.kind]) == 1 else ",".join(f"{name}={value}" for name, value in shown)
    return text[:255]


def find(session: Session, identifiers: Sequence[IdentifierIn], vendor: str = "") -> list[Match]:
    """One match for each identifier, in the same order; an identifier that lacks a field names nothing.

    With a ``vendor`` nothing but that vendor's kits and devices is found.
    """
    asked = [_forms_of(identifier) for identifier in identifiers]
    shelf = _load(session, {form for forms in asked for form in _selecting(forms)}, vendor)
    return [_pick(shelf, identifier, forms) for identifier, forms in zip(identifiers, asked, strict=True)]


def by_keys(session: Session, keys: Iterable[str]) -> dict[str, FoundDevice]:
    """The devices of those keys."""
    return {device.key: device for device in found.KEYED.ask(session, keys)}


def live_claims(session: Session, devices: Iterable[int]) -> dict[int, list[FoundClaim]]:
    """The live claims of those devices, each with its project."""
    claims: dict[int, list[FoundClaim]] = defaultdict(list)
    for claim in found.LIVE.ask(session, devices):
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
        form = field_form(name, identifier.fields.get(name, ""))
        if form is None:
            return ()
        pairs.append((name, form))
    return tuple(pairs)


def _selecting(forms: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The forms to ask the database for: an app's ID names all of its devices, the ID within the app only one."""
    return tuple(form for field, form in forms if not field or field == forms[0][0])


def _load(session: Session, forms: set[str], vendor: str) -> _Shelf:
    shelf = _Shelf()
    for kit in found.KITS.ask(session, forms):
        if vendor in ("", kit.vendor):
            shelf.kits[kit.form].append(kit)
    for name in found.NAMED.ask(session, forms):
        if vendor in ("", name.device.vendor):
            shelf.named[name.field, name.form].append(name.device)
    for device in found.INSIDE.ask(session, (kit.id for same in shelf.kits.values() for kit in same)):
        shelf.inside[device.kit_id or 0].append(device)
    return shelf


def _pick(shelf: _Shelf, identifier: IdentifierIn, forms: tuple[tuple[str, str], ...]) -> Match:
    if identifier.kind is not Kind.CODE:
        devices = [
            device
            for device in (shelf.named.get(forms[0], []) if forms else [])
            if all(field_form(name, getattr(device, name)) == form for name, form in forms[1:])
        ]
        return _one_of(_exactly(devices, forms[0][0], identifier) or devices if forms else [])
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


def _exactly(devices: list[FoundDevice], field: str, identifier: IdentifierIn) -> list[FoundDevice]:
    """Those that bear the field as it is written: a vendor's IDs may differ by nothing but their case."""
    text = identifier.fields.get(field, "").strip()
    return [device for device in devices if getattr(device, field) == text]


def _one_of(devices: list[FoundDevice]) -> Match:
    return Match(devices=tuple(devices)) if len(devices) <= 1 else Match(ambiguous=True)
