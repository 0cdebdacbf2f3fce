"""Reads from a Windows program or library which other libraries it needs, without running it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_IMPORTS, _DELAYED = 1, 13
_IMPORT_SIZE, _DELAYED_SIZE = 20, 32
_AMD64 = 0x8664
_MOST = 4096


class NotAProgram(Exception):
    """The file is no 64-bit Windows program or library, or is cut off."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Names of libraries in lower case: ``at_start`` must be there, ``later`` are loaded at their first use."""

    at_start: frozenset[str]
    later: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Section:
    address: int
    size: int
    offset: int


def read_needs(path: Path) -> Needs:
    """What the file at ``path`` imports; NotAProgram where it cannot be read as one."""
    return find_needs(path.read_bytes())


def find_needs(data: bytes) -> Needs:
    """What a program imports, from its bytes (Microsoft's PE format, PE32+); NotAProgram where they are none."""
    try:
        sections, tables = _layout(data)
        starts = frozenset(_names(data, sections, tables[_IMPORTS], _IMPORT_SIZE, 12))
        later = frozenset(_names(data, sections, tables[_DELAYED], _DELAYED_SIZE, 4))
    except (struct.error, IndexError, UnicodeDecodeError, ValueError) as error:
        raise NotAProgram(str(error)) from error
    return Needs(starts, later)


def find_functions(data: bytes, library: str) -> frozenset[str]:
    """The names of what a program imports from ``library`` at its start; NotAProgram where it cannot be read."""
    found: set[str] = set()
    try:
        sections, tables = _layout(data)
        for number, name in enumerate(_names(data, sections, tables[_IMPORTS], _IMPORT_SIZE, 12)):
            if name == library.lower():
                entry = _place(sections, tables[_IMPORTS]) + number * _IMPORT_SIZE
                found |= set(_functions(data, sections, struct.unpack_from("<I", data, entry)[0]))
    except (struct.error, IndexError, UnicodeDecodeError, ValueError) as error:
        raise NotAProgram(str(error)) from error
    return frozenset(found)


def _functions(data: bytes, sections: list[_Section], lookups: int) -> Iterator[str]:
    """What a table of eight bytes an entry names; those that go by number alone are left out."""
    position = _place(sections, lookups)
    for number in range(_MOST):
        entry = struct.unpack_from("<Q", data, position + 8 * number)[0]
        if not entry:
            return
        if entry < 1 << 63:
            begin = _place(sections, entry) + 2
            yield data[begin : data.index(b"\0", begin)].decode("ascii")
    raise NotAProgram("its table of functions has no end")


def _layout(data: bytes) -> tuple[list[_Section], list[int]]:
    """The sections, and where each of the sixteen tables begins (0: there is none)."""
    if data[:2] != b"MZ":
        raise NotAProgram("no MZ at the beginning")
    head = struct.unpack_from("<I", data, 0x3C)[0]
    if data[head : head + 4] != b"PE\0\0":
        raise NotAProgram("no PE header")
    machine, count, optional_size = struct.unpack_from("<HH12xH", data, head + 4)
    optional = head + 24
    if machine != _AMD64 or struct.unpack_from("<H", data, optional)[0] != 0x20B:
        raise NotAProgram("not for 64-bit Windows")
    present = min(struct.unpack_from("<I", data, optional + 108)[0], 16)
    tables = [struct.unpack_from("<I", data, optional + 112 + 8 * each)[0] for each in range(present)]
    sections = []
    for number in range(count):
        size, address, raw_size, offset = struct.unpack_from("<IIII", data, optional + optional_size + 40 * number + 8)
        sections.append(_Section(address, min(max(size, 1), raw_size) if raw_size else 0, offset))
    return sections, tables + [0] * (16 - present)


def _names(data: bytes, sections: list[_Section], table: int, step: int, where: int) -> Iterator[str]:
    if not table:
        return
    position = _place(sections, table)
    for number in range(_MOST):
        name = struct.unpack_from("<I", data, position + number * step + where)[0]
        if not name:
            return
        begin = _place(sections, name)
        yield data[begin : data.index(b"\0", begin)].decode("ascii").lower()
    raise NotAProgram("its table of imports has no end")


def _place(sections: list[_Section], address: int) -> int:
    """Where in the file lies what is at ``address`` in memory."""
    for section in sections:
        if section.address <= address < section.address + section.size:
            return address - section.address + section.offset
    raise NotAProgram("a table lies outside of the file")
