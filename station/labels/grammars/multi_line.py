"""Labels of two or three lines without names: type or product, serial number, MAC address."""

import re

from station.core.identifier import Identifier, Kind

from ..base import Label, names
from ..hex_forms import normal_mac

ORDER = 850

_LINE_END = re.compile(r"\r\n|\r|\n")
_SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z_./-]{2,49}")


def read(text: str, _symbology: str) -> Label | None:
    if len(text) > 300:
        return None
    lines = [line.strip() for line in _LINE_END.split(text) if line.strip()]
    if len(lines) not in (2, 3):
        return None
    *before, last = lines
    serial, mac = before[-1], normal_mac(last)
    if not mac or any(map(normal_mac, before)) or not _SERIAL.fullmatch(serial):
        return None
    kind = before[0] if len(before) == 2 else ""
    if not kind.isprintable():
        return None
    found = Identifier.of(Kind.SERIAL_MAC, serial=serial, mac=mac)
    return names("multi_line", text, [found], [("type", kind), ("serial", serial), ("mac", mac)])
