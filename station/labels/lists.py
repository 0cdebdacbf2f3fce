"""Lists of labels: files with a header, JSON lines, workbooks, a label a line; and pasted text."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from station.core.scan import LONGEST_SCAN

from . import read
from .list_lines import lines_of
from .list_rows import BadRow, Entry, ListProblem
from .list_tables import rows_of_text

__all__ = ["BadRow", "Entry", "ListProblem", "read_list", "split_lines"]

_BLOCK = 1 << 16
_LINE_END = re.compile(r"\r\n|\r|\n")  # str.splitlines would cut at the separators of GS1 as well
_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_OVER_BLANK_LINES = frozenset({"json_object", "not_device"})
_OVER_LINES = frozenset({"multi_line", "key_value", "fields", "iso15434", "matter"})
_MOST_LINES = 200


def read_list(stream: BinaryIO, name: str) -> Iterator[Entry | BadRow]:
    """The rows of a list, one after the other, in little memory; never raises for what the list holds.

    ``stream`` gives bytes (CSV, TSV, semicolons, JSON lines, a label a line, XLSX: recognised by what they
    hold); ``name`` is the file's name, of which only the ending is looked at. The first row is row 1.
    """
    empty = True
    try:
        for row in _rows(stream, name):
            empty = False
            yield row
    except (OSError, ValueError) as error:  # the disk, or a stream that was closed
        empty = False
        yield BadRow(0, ListProblem.UNREADABLE_FILE, type(error).__name__)
    if empty:
        yield BadRow(0, ListProblem.EMPTY_LIST)


def split_lines(text: str) -> list[str]:
    """A pasted text as the scans that it is: a scan a line, but a label of several lines stays whole.

    Blank lines part one label from the next.
    """
    if len(text) <= LONGEST_SCAN and read(text).family in _OVER_BLANK_LINES:
        return [text.strip()]
    scans: list[str] = []
    block: list[str] = []
    for line in [*_LINE_END.split(text), ""]:
        if line.strip(" \t"):
            block.append(line.strip(" \t"))
        elif block:
            scans += ["\n".join(block)] if _is_one_label(block) else block
            block = []
    return scans


def _is_one_label(lines: list[str]) -> bool:
    """Whether these lines together are one label; as many devices as lines are a list."""
    if len(lines) == 1 or len(lines) > _MOST_LINES or sum(map(len, lines)) > LONGEST_SCAN:
        return False
    label = read("\n".join(lines))
    if label.family not in _OVER_LINES or not 0 < len(label.identifiers) < len(lines):
        return False
    # Fields are looked for in running text: a line that names a device by itself would be left unread.
    return label.family != "fields" or not any(map(_is_device, lines))


def _is_device(line: str) -> bool:
    """Whether it is no word of a text: one piece, with a digit, that a label could be."""
    if " " in line or not any(map(str.isdigit, line)):
        return False
    label = read(line)
    return bool(label.identifiers) and label.family not in _OVER_LINES


def _rows(stream: BinaryIO, name: str) -> Iterator[Entry | BadRow]:
    first = stream.read(_BLOCK)
    if first.startswith(_ZIP):
        from .list_sheets import rows_of_workbook  # openpyxl takes long to import, and few lists need it

        yield from rows_of_workbook(stream, first)
    elif first.startswith(_OLD_WORKBOOK):
        yield BadRow(0, ListProblem.OLD_WORKBOOK)
    else:
        yield from rows_of_text(lines_of(_blocks_of(first, stream)), name)


def _blocks_of(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    yield first
    while block := stream.read(_BLOCK):
        yield block
