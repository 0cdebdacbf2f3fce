"""LoRaWAN device labels: the LoRa Alliance's TR005 (``LW:D0:…``) and its drafts (``URN:…:LW:…``)."""

import re

from station.core.identifier import Identifier, Kind

from ..base import Label, names
from ..masking import Span

ORDER = 230

_FINAL = re.compile(
    r"LW:[0-9A-F]{2}:([0-9A-F]{16}):([0-9A-F]{16}):([0-9A-F]{4})([0-9A-F]{4})((?::[^:]*)*)", re.IGNORECASE
)
_DRAFT = re.compile(
    r"URN:(?:DEV:LW|LW:DP|DEV:LW:DP|LW:DP:LW):([0-9A-F]{16})[_:]([0-9A-F]{16})[_:]([0-9A-F]{4})([0-9A-F]{4})((?:[_:].*)?)",
    re.IGNORECASE,
)
_KEY = re.compile(r"[0-9A-Fa-f]{32}")


def read(text: str, _symbology: str) -> Label | None:
    final = _FINAL.fullmatch(text)
    found = final or _DRAFT.fullmatch(text)
    if not found or not text.isprintable():
        return None
    join, device, vendor, profile, rest = found.groups()
    spans: list[Span] = []
    checksums: list[Span] = []
    hints = [("dev_eui", device.lower()), ("join_eui", join.lower()), ("vendor_id", vendor.lower()),
             ("profile_id", profile.lower())]
    start = found.start(5)
    for part in re.findall(r"[_:][^_:]*" if not final else r":[^:]*", rest):
        mark, value = part[1:2].upper(), part[2:]
        if mark == "%":  # the third draft percent-marks its extensions
            mark, value = value[:1].upper(), value[1:]
        if mark == "S" and len(value) <= 100:
            hints.append(("serial", value))
        elif mark == "C" and final:
            checksums.append((start + 2, start + len(part)))
        # Keys in the maker's own part are masked, and in the drafts everything that is not a serial number.
        elif mark in "OV" or not final or _KEY.search(value):
            spans.append((start + len(part) - len(value), start + len(part)))
        start += len(part)
    if spans:  # a short checksum over the owner token would give it away
        spans += checksums
    return names("lorawan", text, [Identifier.of(Kind.CODE, code=device.lower())], hints, spans)
