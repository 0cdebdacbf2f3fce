"""Matter set-up codes (``MT:…``, several joined by ``*``; printed digits): a passcode, seldom a serial number.

The payload is a secret as a whole and names no single device at a vendor, so it is refused, unless a serial
number is in it or stands beside it.
"""

import re

from station.core.identifier import Identifier, Kind

from ..base import Label, Refusal, names, refuse
from ..named_values import fit, hints_of, identify_all, names_a_device
from .key_value import gather, split_fields

ORDER = 210

_ALPHABET = {character: at for at, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.")}
_PAYLOAD = re.compile(r"MT:([0-9A-Z.*\-]{19,1000})")
_MANUAL = re.compile(r"[0-9]{4}-[0-9]{3}-[0-9]{4}(?:-[0-9]{5}-[0-9]{5})?")
_HEADER_BYTES = 11
_SERIAL_TAG = 0


def read(text: str, _symbology: str) -> Label | None:
    if _MANUAL.fullmatch(text) and _verhoeff(text.replace("-", "")):
        return refuse("matter", text, Refusal.MATTER, secrets=[(0, len(text))])
    found = _PAYLOAD.search(text)
    if not found or (found.start() and text[found.start() - 1].isalnum()):
        return None
    spans = [match.span(1) for match in _PAYLOAD.finditer(text)]
    payloads = [_decode(part) for part in found[1].split("*")]
    hints = _product(payloads[0])
    serials = [serial for payload in payloads if (serial := _serial(payload))]
    if serials:
        return names("matter", text, [Identifier.of(Kind.CODE, code=serial) for serial in serials], hints, spans)
    beside = (text[:found.start()] + "\n" + text[found.end():]).strip(" \r\n\t;,|")
    fields = split_fields(beside) or []
    groups, more = gather(beside, fields)
    if not any(map(names_a_device, groups)):
        return refuse("matter", text, Refusal.MATTER, hints, [(0, len(text))] if more else spans)
    shown = [(0, len(text))] if more else spans
    return names("matter", text, identify_all(groups), [*hints, *hints_of(groups[0])], shown)


def _decode(part: str) -> bytes:
    """Base 38: five characters are three bytes, four two, two one; an empty result if it is none."""
    out = bytearray()
    for at in range(0, len(part), 5):
        chunk = part[at:at + 5]
        size = {5: 3, 4: 2, 2: 1}.get(len(chunk), 0)
        value = 0
        for character in reversed(chunk):
            value = value * 38 + _ALPHABET.get(character, 0)
        if not size or value >= 1 << (8 * size):
            return b""
        out += value.to_bytes(size, "little")
    return bytes(out)


def _product(payload: bytes) -> list[tuple[str, str]]:
    if len(payload) < _HEADER_BYTES:
        return []
    bits = int.from_bytes(payload[:_HEADER_BYTES], "little")
    return [("vendor_id", f"{bits >> 3 & 0xFFFF:04x}"), ("product", f"{bits >> 19 & 0xFFFF:04x}")]


def _serial(payload: bytes) -> str:
    """The serial number in the optional data behind the header: tag 0 as text (UTF-8), or nothing."""
    data = payload[_HEADER_BYTES:]
    if not data or data[0] != 0x15:  # a structure
        return ""
    at = 1
    while at + 2 < len(data) and data[at] != 0x18:
        control, tag = data[at], data[at + 1]
        kind, at = control & 0x1F, at + 2
        if control >> 5 != 1:
            return ""
        if kind < 8:  # whole numbers of 1, 2, 4 or 8 bytes
            size = 1 << (kind & 3)
            value = str(int.from_bytes(data[at:at + size], "little", signed=kind < 4))
        elif kind in (0x0C, 0x10):  # text or bytes with a length of one byte
            size = data[at]
            at += 1
            value = data[at:at + size].decode("utf-8", "replace") if kind == 0x0C else ""
        else:
            return ""
        if tag == _SERIAL_TAG:
            return value if at + size <= len(data) and fit(value) and "�" not in value else ""
        at += size
    return ""


def _verhoeff(digits: str) -> bool:
    """Whether the check digit is right (Verhoeff's dihedral scheme)."""
    check = 0
    for at, digit in enumerate(reversed(digits)):
        check = _times(check, _turn(int(digit), at))
    return check == 0


def _times(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def _turn(digit: int, times: int) -> int:
    for _ in range(times % 8):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit
