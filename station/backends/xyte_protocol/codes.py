"""What a code on a box is at this vendor: a cloud ID, a serial and a MAC (or half of such a pair), or a pair's digest.

A QR code holds the vendor's prefix and 20 characters: a cloud ID, or the first 20 hexadecimal digits of
SHA-256(MAC+SN), which nobody can turn back. How MAC and serial are written before they are hashed is not documented,
so every plausible form is tried; 80 bits fit none of them by chance.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from itertools import product

from station.core.identifier import Identifier, Kind

from ..wire.shapes import is_sendable, normal_mac

DIGEST = "digest"
"""The field of a half that holds a QR code's digest; it goes once serial and MAC are there and fit it."""
LONGEST = 255
CLOUD_ID = re.compile(r"[0-9A-Za-z_-]{6,64}")

# A bare code is a cloud ID only if it looks like one of the vendor's random IDs: of 10,000 of those one at most has no
# small or no capital letter, and serial numbers of 20 characters seldom have both.
_BARE_CLOUD_ID = re.compile(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[0-9A-Za-z_-]{20}")
_BARE_SERIAL = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Za-z](?:[0-9A-Za-z ._/+-]{0,62}[0-9A-Za-z])?")
_DIGEST = re.compile(r"[0-9a-f]{20}|[0-9A-F]{20}")
_ANOTHER_VENDORS = re.compile(r"(?=[0-9]*[a-v])[0-9a-v]{19}[0g]|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""IDs of sensors (96 bits in base 32) and UUIDs: never a serial number of this vendor's devices."""


def accept(identifier: Identifier) -> Identifier | None:
    """The identifier in its normal form, whole or a half; None where this vendor has no such thing."""
    match identifier.kind:
        case Kind.CODE:
            return _of_code(identifier.get("code").strip())
        case Kind.CLOUD_ID:
            return _of_cloud_id(identifier.get("cloud_id").strip())
        case Kind.SERIAL_MAC:
            return _of_pair({name: value.strip() for name, value in identifier.fields})
        case _:
            return None


def knows(identifier: Identifier) -> bool:
    """Whether it is one of this vendor's: a cloud ID, a MAC, a pair, a QR code's digest."""
    if identifier.kind is Kind.CODE:
        code = identifier.get("code").strip()
        return _BARE_CLOUD_ID.fullmatch(code) is not None or len(normal_mac(code)) == 12
    return accept(identifier) is not None


def pair(half: Identifier, other: Identifier) -> Identifier | None:
    """Two scans as one: serial and MAC in either order, and a QR code's digest before, between or after them.

    With a digest only what fits it belongs together. A whole pair is given back as it is if ``other`` is a part of it
    or its digest; None where the two do not belong together.
    """
    mine, more = accept(half), accept(other)
    if mine is None or more is None or not mine.kind is more.kind is Kind.SERIAL_MAC:
        return None
    for fields in _joined(dict(mine.fields), dict(more.fields), bare=other.kind is Kind.CODE):
        whole = _of_pair(fields)
        if whole is not None:
            return whole
    return None


def fits(digest: str, serial: str, mac: str) -> bool:
    """Whether a QR code's 20 hexadecimal digits are the digest of this pair, in any plausible way of writing it."""
    wanted = digest.lower()
    hashes = (hashlib.sha256(text.encode("utf-8", "replace")) for text in _spelt(serial, mac))
    return any(each.hexdigest()[:20] == wanted for each in hashes)


def is_askable(identifier: Identifier) -> bool:
    """Whether the vendor can be asked for it: whole, of one of its two kinds, and in its form."""
    accepted = accept(identifier) if identifier.kind in (Kind.SERIAL_MAC, Kind.CLOUD_ID) else None
    return accepted is not None and not accepted.missing


def normal_serial(text: str) -> str:
    """A serial number as two of them are compared."""
    return text.strip().casefold()


def normal_address(text: str) -> str:
    """A MAC as two of them are compared; one that is none as it stands."""
    return normal_mac(text.strip()) or text.strip().casefold()


def _of_code(code: str) -> Identifier | None:
    mac = normal_mac(code)
    if len(mac) == 12:
        return Identifier.of(Kind.SERIAL_MAC, mac=mac)
    if _BARE_CLOUD_ID.fullmatch(code):
        return Identifier.of(Kind.CLOUD_ID, cloud_id=code)
    if _ANOTHER_VENDORS.fullmatch(code) or not _BARE_SERIAL.fullmatch(code):
        return None
    if _DIGEST.fullmatch(code) and not code.isdigit():
        return _of_pair({DIGEST: code})
    return Identifier.of(Kind.SERIAL_MAC, serial=code)


def _of_cloud_id(text: str) -> Identifier | None:
    # Of the vendor's random IDs one in a million million consists of hexadecimal digits: this is a digest.
    if _DIGEST.fullmatch(text):
        return _of_pair({DIGEST: text})
    return Identifier.of(Kind.CLOUD_ID, cloud_id=text) if CLOUD_ID.fullmatch(text) else None


def _of_pair(fields: Mapping[str, str]) -> Identifier | None:
    serial, digest = fields.get("serial", ""), fields.get(DIGEST, "").lower()
    mac = normal_mac(fields.get("mac", ""))
    if bool(fields.get("mac")) is not bool(mac) or (digest and not _DIGEST.fullmatch(digest)):
        return None
    if serial and not (serial.isprintable() and is_sendable(serial, LONGEST)):
        return None
    if serial == mac and serial.isdigit():
        mac = ""  # twelve digits that were read both ways are a serial number, which looks like a MAC by chance
    if serial and mac:
        known = not digest or fits(digest, serial, mac)
        return Identifier.of(Kind.SERIAL_MAC, serial=serial, mac=mac) if known else None
    half = Identifier.of(Kind.SERIAL_MAC, serial=serial, mac=mac, digest=digest)
    return half if half.fields else None


def _joined(mine: dict[str, str], more: dict[str, str], *, bare: bool) -> Iterator[dict[str, str]]:
    """The ways in which two halves make more than the first is, or say what a whole one says."""
    both = mine.keys() & more.keys()
    if all(mine[name] == more[name] for name in both):
        if more.keys() - mine.keys() or {"serial", "mac"} <= mine.keys():
            yield mine | more
    elif both == {"mac"} and "serial" not in mine and bare:
        # A serial number of twelve digits looks like a MAC. With a digest it shows which is which; without one only
        # the other's letters do.
        rest = {name: value for name, value in mine.items() if name != "mac"}
        for serial, mac in ((mine["mac"], more["mac"]), (more["mac"], mine["mac"])):
            if rest or (serial.isdigit() and not mac.isdigit()):
                yield rest | {"serial": serial, "mac": mac}


def _spelt(serial: str, mac: str) -> Iterator[str]:
    """Serial and MAC written one after the other, in every plausible way, the likeliest first."""
    digits = normal_mac(mac) or mac
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    quads = ".".join(digits[at : at + 4] for at in range(0, len(digits), 4))
    macs = [text for form in (":".join(pairs), digits, "-".join(pairs), quads) for text in (form, form.upper())]
    serials = list(dict.fromkeys((serial, serial.upper(), serial.lower())))
    for between, one, other in product(("", "+", ":", "-", "_", " ", ",", ";", "|", "/"), macs, serials):
        yield one + between + other
        yield other + between + one
