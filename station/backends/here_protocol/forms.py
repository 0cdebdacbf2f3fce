"""Brings scanned identifiers into the forms that HERE Tracking knows: device IDs, and external IDs with their app."""

import re
import unicodedata

from station.core.identifier import Identifier, Kind

LONGEST_ID = 50
"""The most characters of a device's or external ID, a project's ID and a tracking ID."""
SHORTEST_APP = 8

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_DEVICE = re.compile(f"(VRDE-)?({_UUID})", re.IGNORECASE)
_TRACKING = re.compile(f"(HERE|VRTR)-{_UUID}", re.IGNORECASE)
_HRN = re.compile(r"hrn:here:authorization::(?P<organization>[^:/\s]+):project/(?P<project>[^:/\s]+)")


def is_device(code: str) -> bool:
    """Whether a bare code has the form of a device ID."""
    return _DEVICE.fullmatch(code) is not None


def accept(identifier: Identifier, app_id: str) -> Identifier | None:
    """A device ID as a code, any other code as an external ID of the default app (a code still where there is none).

    A tracking ID names data that a claim made, no device that could be claimed: it fits not at all.
    """
    if identifier.kind is Kind.CODE:
        code = identifier.get("code").strip()
        device = _DEVICE.fullmatch(code)
        if device:
            return Identifier.of(Kind.CODE, code=f"{(device[1] or '').upper()}{device[2].lower()}")
        if not is_id(code) or _TRACKING.fullmatch(code):
            return None
        return _external(code, app_id) if app_id else Identifier.of(Kind.CODE, code=code)
    if identifier.kind is Kind.EXTERNAL_ID:
        return _external(identifier.get("external_id").strip(), identifier.get("app_id").strip() or app_id)
    return None


def pair(half: Identifier, other: Identifier) -> Identifier | None:
    """Fill the one field that half an external ID lacks with a bare code; None where it does not fit."""
    code = other.get("code").strip()
    if half.kind is not Kind.EXTERNAL_ID or other.kind is not Kind.CODE or len(half.missing) != 1:
        return None
    if _DEVICE.fullmatch(code) or _TRACKING.fullmatch(code):
        return None
    return accept(half.join(Identifier.of(Kind.EXTERNAL_ID, **{half.missing[0]: code})), "")


def _external(external_id: str, app_id: str) -> Identifier | None:
    if (external_id and not is_id(external_id)) or (app_id and not is_app(app_id)):
        return None
    return Identifier.of(Kind.EXTERNAL_ID, external_id=external_id, app_id=app_id)


def is_id(text: str) -> bool:
    """Whether a text can be a device's or external ID at all: what cannot, no request is made for."""
    return 0 < len(text) <= LONGEST_ID and bool(text.strip()) and _is_plain(text)


def is_app(text: str) -> bool:
    return SHORTEST_APP <= len(text) <= 255 and _is_plain(text)


def _is_plain(text: str) -> bool:
    """No control characters, and no half of a surrogate pair, which no request can hold."""
    return not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)


def names(identifier: Identifier) -> tuple[str, str]:
    """The ID that goes into the path, and the app that it belongs to ("" for a device ID)."""
    if identifier.kind is Kind.EXTERNAL_ID:
        return identifier.get("external_id"), identifier.get("app_id")
    return identifier.get("code"), ""


def is_askable(identifier: Identifier) -> bool:
    """Whether a request can be made for it."""
    named, app_id = names(identifier)
    return is_id(named) and (identifier.kind is Kind.CODE or is_app(app_id))


def scope_of(project_id: str) -> str:
    """The resource name of a platform project (``<organization>:<project>``); empty for a project of another form."""
    organization, _, project = project_id.partition(":")
    hrn = f"hrn:here:authorization::{organization}:project/{project}"
    return hrn if organization and project and _HRN.fullmatch(hrn) else ""


def project_of(scope: str) -> str:
    """The project's ID in the form of the tracking service; empty for what is no project's resource name."""
    found = _HRN.fullmatch(scope)
    return f"{found['organization']}:{found['project']}" if found else ""
