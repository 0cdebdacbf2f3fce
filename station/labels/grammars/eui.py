"""Bare EUI-64 and MAC-48 addresses in any notation, alone, as a pair, or several."""

import re

from station.core.identifier import Identifier, Kind

from ..base import Label, names
from ..hex_forms import eui64, normal_mac

ORDER = 600

_PAIR = re.compile(r"([0-9A-Fa-f]{16})[:;,/ ]([0-9A-Fa-f]{16})")
_BETWEEN = re.compile(r"[\s,;]+")


def read(text: str, _symbology: str) -> Label | None:
    if len(text) < 12 or not text.isascii() or text.isdigit():  # digits alone may be any number
        return None
    single = normal_mac(text)
    if single:
        hints = [("as_scanned", text)] if single != text else []
        kind = "eui" if len(single) == 16 else "mac"
        return names("eui", text, [Identifier.of(Kind.CODE, code=single)], [(kind, single), *hints])
    pair = _PAIR.fullmatch(text)
    if pair and text[16] == ":":  # Tektelic prints <DevEUI>:<AppEUI>
        device, join = eui64(pair[1]), eui64(pair[2])
        return names("eui", text, [Identifier.of(Kind.CODE, code=device)], [("dev_eui", device), ("join_eui", join)])
    found = [normal_mac(part) for part in _BETWEEN.split(text)]
    if len(found) > 1 and all(found):
        return names("eui", text, [Identifier.of(Kind.CODE, code=address) for address in found])
    return None
