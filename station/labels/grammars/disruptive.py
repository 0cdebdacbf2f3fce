"""Disruptive Technologies: kit codes of words joined by hyphens, and IDs of 20 characters.

The vendor decides what an identifier is; nothing here says that one exists.
"""

import re

from station.core.identifier import Identifier, Kind

from ..base import Label, Refusal, names, refuse

ORDER = 400

_KIT = re.compile(r"[a-z]{2,}(?:-[a-z]{2,}){1,7}")
_ID = re.compile(r"(?=.*[a-v])[0-9a-v]{20}")
# The vendor's IDs are xids: 96 bits in base 32, so the last of 20 characters can only be 0 or g. Without that
# check a serial number in capitals that happens to be 20 long would be changed to small letters.
_CAPITAL_ID = re.compile(r"(?=.*[A-V])[0-9A-V]{19}[0G]")
_EMULATED = re.compile(r"emu[0-9a-v]{15,20}")
_RESOURCE = re.compile(r"(?:/?/?[a-z0-9.:-]{0,60}/)?projects/[^/\s]{1,60}/devices/([0-9A-Za-z-]{1,60})")
_BETWEEN = re.compile(r"[\s,;]+")


def read(text: str, _symbology: str) -> Label | None:
    if _KIT.fullmatch(text):
        return names("disruptive", text, [Identifier.of(Kind.CODE, code=text)])
    resource = _RESOURCE.fullmatch(text)
    if resource:
        text_id = resource[1]
        return _one(text, text_id) or names("disruptive", text, [Identifier.of(Kind.CODE, code=text_id)])
    return _one(text, text) or _several(text)


def normal_id(text: str) -> str:
    """The ID in small letters if the text is one of 20 characters, else an empty text."""
    if _ID.fullmatch(text):
        return text
    return text.lower() if _CAPITAL_ID.fullmatch(text) else ""


def is_emulated(text: str) -> bool:
    return _EMULATED.fullmatch(text) is not None


def _one(text: str, device: str) -> Label | None:
    if is_emulated(device):
        return refuse("disruptive", text, Refusal.EMULATED)
    found = normal_id(device)
    if not found:
        return None
    hints = [("as_scanned", device)] if found != device else []
    return names("disruptive", text, [Identifier.of(Kind.CODE, code=found)], hints)


def _several(text: str) -> Label | None:
    """One printed code with the IDs of many devices in it."""
    if len(text) < 41:
        return None
    found = [normal_id(part) for part in _BETWEEN.split(text)]
    if not all(found):
        return None
    return names("disruptive", text, [Identifier.of(Kind.CODE, code=device) for device in found])
