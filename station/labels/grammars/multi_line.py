"""Labels of two or three lines without names: type or product, serial number, MAC address."""

import re

from station.core.identifier import Identifier, Kind

from ..base import Label, names
from ..hex_forms import normal_mac

ORDER = 850

_LINE_END = re.compile(r"\r\n|\r|\n")
_SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z_./-]{2,49}")


def may_go_on(text: str) -> bool:
    """Whether another line would make this text such a label, or bring it nearer to one."""
    lines = [line.strip() for line in _LINE_END.split(text)]
    if not all(lines) or len(lines) > 2 or any(map(normal_mac, lines)) or not text.isascii():
        return False
    first, last = lines[0], lines[-1]
    return bool(_SERIAL.fullmatch(last)) or (last is first and len(first) <= 50 and first.isprintable())


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
