"""Reads HID bar code scanners: what their report descriptor says of each report, and codes out of several reports.

Sources: USB-IF, Device Class Definition for HID 1.11 (descriptors) and HID Point of Sale Usage Tables 1.02 (usages).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from station.core.scan import LONGEST_SCAN

PAGE = 0x8C
"""The usage page of bar code scanners."""
SYMBOLOGY = tuple((PAGE << 16) | usage for usage in (0xFB, 0xFC, 0xFD))
DECODED = (PAGE << 16) | 0xFE
CONTINUED = (PAGE << 16) | 0xFF
BYTE_COUNT = (0x01 << 16) | 0x3B
SILENCE_S = 0.3
"""A code whose next part does not come is over after this time."""
_MOST_FIELDS = 4096
_MOST_BITS = 8 * 65536
_AIM = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
_DATA_SIZES = (0, 1, 2, 4)


@dataclass(frozen=True, slots=True)
class Field:
    """Some bits of a report: where they begin, how many, and what they mean (usage page << 16 | usage)."""

    usage: int
    begin: int
    bits: int


Layout = Mapping[int, tuple[Field, ...]]
"""The fields of each input report, by report ID (0 where the device numbers none)."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its bytes, and its AIM identifier where the device told it."""

    data: bytes
    symbology: str = ""


@dataclass
class _Globals:
    page: int = 0
    size: int = 0
    count: int = 0
    report: int = 0


def read_descriptor(descriptor: bytes) -> Layout:
    """The input reports that a report descriptor describes; what is cut off or wrong in it ends the reading there."""
    state, saved, usages = _Globals(), list[_Globals](), list[int]()
    lowest = 0
    begins: dict[int, int] = {}
    fields: dict[int, list[Field]] = {}
    for kind, tag, value in _items(descriptor):
        if kind == 1:
            state = _set_global(state, saved, tag, value)
        elif kind == 2 and tag == 0:
            usages.append(_usage(state, value))
        elif kind == 2 and tag == 1:
            lowest = value
        elif kind == 2 and tag == 2:
            usages += [_usage(state, usage) for usage in range(lowest, min(value, lowest + 255) + 1)]
        elif kind == 0:
            if tag == 8:
                begin = begins.get(state.report, 0)
                known = fields.setdefault(state.report, [])
                known += list(_fields(state, value, usages, begin))[: _MOST_FIELDS - len(known)]
                begins[state.report] = min(begin + state.size * state.count, _MOST_BITS)
            usages = []
    return {report: tuple(known) for report, known in fields.items()}


def _items(descriptor: bytes) -> Iterator[tuple[int, int, int]]:
    """(type, tag, value) of each item; long items, which nobody uses, are passed over."""
    at = 0
    while at < len(descriptor):
        prefix = descriptor[at]
        if prefix == 0xFE:
            at += 3 + (descriptor[at + 1] if at + 1 < len(descriptor) else 0)
            continue
        size = _DATA_SIZES[prefix & 3]
        data = descriptor[at + 1 : at + 1 + size]
        if len(data) < size:
            return
        yield (prefix >> 2) & 3, prefix >> 4, int.from_bytes(data, "little")
        at += 1 + size


def _set_global(state: _Globals, saved: list[_Globals], tag: int, value: int) -> _Globals:
    match tag:
        case 0:
            return replace(state, page=value)
        case 7:
            return replace(state, size=min(value, _MOST_BITS))
        case 8:
            return replace(state, report=value & 0xFF)
        case 9:
            return replace(state, count=min(value, _MOST_BITS))
        case 10 if len(saved) < 64:
            saved.append(state)
        case 11 if saved:
            return saved.pop()
    return state


def _usage(state: _Globals, value: int) -> int:
    """A usage with its page; one of four bytes brings its own."""
    return value if value > 0xFFFF else (state.page << 16) | value


def _fields(state: _Globals, flags: int, usages: Sequence[int], begin: int) -> Iterator[Field]:
    """The fields of one input item; constant bits are padding. The last usage stands for all that follow."""
    if flags & 1 or not usages or not state.size:
        return
    for number in range(min(state.count, _MOST_FIELDS)):
        usage = usages[min(number, len(usages) - 1)]
        yield Field(usage, begin + number * state.size, state.size)


@dataclass
class Codes:
    """Puts codes together from the reports of one device; times are in seconds and only grow."""

    layout: Layout
    _held: bytearray = field(default_factory=bytearray)
    _symbology: str = ""
    _last: float = 0.0

    def feed(self, report: bytes, at_s: float) -> list[Code]:
        """What is whole now. ``report`` begins with its ID where the device numbers its reports."""
        done = self.tick(at_s)
        fields = self._fields_of(report)
        if fields is None:
            return done
        body, known = fields
        decoded = bytes(_value(body, each) & 0xFF for each in known if each.usage == DECODED)
        if not decoded:
            return done
        count = next((_value(body, each) for each in known if each.usage == BYTE_COUNT), None)
        part = decoded[:count] if count else decoded.rstrip(b"\x00")
        aim = bytes(_value(body, each) & 0xFF for usage in SYMBOLOGY for each in known if each.usage == usage)
        if not self._held:
            self._symbology = _aim(aim)
        self._held += part[: max(LONGEST_SCAN + 1 - len(self._held), 0)]
        self._last = at_s
        if any(_value(body, each) for each in known if each.usage == CONTINUED):
            return done
        return done + self._end()

    def tick(self, at_s: float) -> list[Code]:
        """A code whose last part did not come in time is given as far as it came."""
        return self._end() if self._held and at_s - self._last >= SILENCE_S else []

    def held_up(self, at_s: float) -> None:
        """Nobody listened for a while: the next part may have come in time."""
        self._last = at_s

    def drop(self) -> None:
        """The device is gone."""
        self._held, self._symbology = bytearray(), ""

    def _fields_of(self, report: bytes) -> tuple[bytes, tuple[Field, ...]] | None:
        if 0 in self.layout:
            return report, self.layout[0]
        known = self.layout.get(report[0]) if report else None
        return None if known is None else (report[1:], known)

    def _end(self) -> list[Code]:
        data, symbology = bytes(self._held), self._symbology
        self.drop()
        return [Code(data, symbology)] if data.strip(b"\x00\r\n ") else []


def _value(body: bytes, place: Field) -> int:
    """The bits of a field, lowest first as HID has them; bits that the report does not have are zero."""
    first, last = place.begin // 8, (place.begin + place.bits + 7) // 8
    number = int.from_bytes(body[first:last], "little") >> (place.begin % 8)
    return number & ((1 << place.bits) - 1)


def _aim(told: bytes) -> str:
    """An AIM identifier of three bytes ("]Q1"); anything else is a maker's own."""
    return told.decode("ascii") if _AIM.fullmatch(told) else ""
