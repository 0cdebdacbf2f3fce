"""Hexadecimal addresses in their many notations, brought to small letters without separators."""

import re

_BARE = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{12}|[0-9A-Fa-f]{16})")
_BYTES = re.compile(r"[0-9A-Fa-f]{2}(?:([:\-. _])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?:(?:\1[0-9A-Fa-f]{2}){2})?")
_QUADS = re.compile(r"[0-9A-Fa-f]{4}(?:([:\-. _])[0-9A-Fa-f]{4})\1[0-9A-Fa-f]{4}(?:\1[0-9A-Fa-f]{4})?")
_HALVES = re.compile(r"[0-9A-Fa-f]{6}[:\-. _][0-9A-Fa-f]{6}|[0-9A-Fa-f]{8}[:\-. _][0-9A-Fa-f]{8}")
_SEPARATORS = re.compile(r"[:\-. _]")


def normal_mac(text: str) -> str:
    """``"AB-CD-EF-01-23-45"`` gives ``"abcdef012345"``; 12 or 16 digits, or an empty text if it is no address."""
    bare = _BARE.fullmatch(text)
    if bare:
        return bare[1].lower()
    if len(text) > 23 or not (_BYTES.fullmatch(text) or _QUADS.fullmatch(text) or _HALVES.fullmatch(text)):
        return ""
    return _SEPARATORS.sub("", text).lower()


def eui64(text: str) -> str:
    """16 hexadecimal digits in small letters, or an empty text."""
    found = normal_mac(text)
    return found if len(found) == 16 else ""
