"""Labelled text (``S/N: … MAC: …`` on one line) and pairs of bare fields: serial and MAC, serial and PIN."""

import re

from station.core.identifier import Identifier, Kind

from ..base import Label, names
from ..hex_forms import normal_mac
from ..named_values import fit, hints_of, identify_all, names_a_device
from ..names import TAG, meaning
from .key_value import Field, gather

ORDER = 800

_STOP = re.compile(r"[\r\n;,|\t\x1d\x1e]")
_SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z_./-]{2,49}")
_DIGIT = re.compile(r"[0-9]")
_PIN = re.compile(r"[0-9A-Za-z]{3,16}")


def read(text: str, _symbology: str) -> Label | None:
    return _labelled(text) or _pair(text)


def _labelled(text: str) -> Label | None:
    fields: list[Field] = []
    told = False
    tags = list(TAG.finditer(text))
    if not tags:
        return None
    for tag, following in zip(tags, [*tags[1:], None], strict=True):
        limit = following.start() if following else len(text)
        stop = _STOP.search(text, tag.end(), limit)
        end = stop.start() if stop else limit
        while end > tag.end() and text[end - 1] == " ":
            end -= 1
        name = meaning(tag[1])
        told = told or _is_told(tag, name, text[tag.end():end])
        fields.append((name, (tag.end(), end)))
    if not told and len(tags) < 2:  # "SN 12" may be a name; "SN 12 MAC ab…" is a label
        return None
    groups, spans = gather(text, fields)
    if not any(map(names_a_device, groups)):
        return None
    return names("fields", text, identify_all(groups), hints_of(groups[0]) if len(groups) == 1 else [], spans)


def _is_told(tag: re.Match[str], name: str, value: str) -> bool:
    """Whether this is a label's tag beyond doubt, and not a word of a name."""
    if tag.group().rstrip()[-1] in ":=#" or name == "pin" or "/" in tag[1]:
        return True
    return name in ("mac", "dev_eui") and bool(normal_mac(value))


def _pair(text: str) -> Label | None:
    """Two bare fields; only the separators ``;``, ``|``, tab and comma, and only in forms that are unmistakable."""
    for separator in ";|\t,":
        parts = text.split(separator)
        if len(parts) != 2:
            continue
        first, second = parts[0].strip(), parts[1].strip()
        for serial, mac in ((first, normal_mac(second)), (second, normal_mac(first))):
            if mac and not normal_mac(serial) and fit(serial) and _SERIAL.fullmatch(serial):
                found = Identifier.of(Kind.SERIAL_MAC, serial=serial, mac=mac)
                return names("fields", text, [found], [("serial", serial), ("mac", mac)])
        if not _SERIAL.fullmatch(first) or not _PIN.fullmatch(second) or not _DIGIT.search(first):
            return None
        if _DIGIT.sub("0", first) == _DIGIT.sub("0", second):  # two numbers of the same kind
            return None
        if separator == "," and not (second.isdigit() and len(second) <= 8):
            return None
        found = Identifier.of(Kind.SERIAL_PIN, serial=first, pin=second)
        start = text.rindex(second)
        return names("fields", text, [found], [("serial", first)], [(start, start + len(second))])
    return None
