"""Rows of text with separators between the cells (CSV, TSV, semicolons), with or without a header."""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from . import read
from .list_lines import Line
from .list_rows import BadRow, Entry, ListProblem, columns_of, detail_of, row_of_cells, row_of_json, row_of_line

_SEPARATORS = "\t;,|"
_MOST_LINES_IN_A_CELL = 20
_TABLE_NAMES = (".csv", ".tsv", ".tab")


class _Source:
    """Lines that can be given back; bad rows met on the way are kept aside."""

    def __init__(self, lines: Iterator[Line | BadRow]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()
        self.bad: deque[BadRow] = deque()

    def next(self) -> Line | None:
        if self._waiting:
            return self._waiting.popleft()
        for line in self._lines:
            if isinstance(line, Line):
                return line
            self.bad.append(line)
        return None

    def give_back(self, lines: list[Line]) -> None:
        self._waiting.extendleft(reversed(lines))


class _Record(NamedTuple):
    number: int
    cells: list[str]
    closed: bool


def rows_of_text(lines: Iterator[Line | BadRow], name: str) -> Iterator[Entry | BadRow]:
    """The rows of a list: under a header, as JSON lines, or a label a line; blank ones are left out."""
    source = _Source(lines)
    start = _first_lines(source)
    if not start:
        yield from source.bad
        return
    first = start[0].text.strip()
    told = first[4] if first[:4].lower() == "sep=" and len(first) == 5 else ""  # as Excel writes it
    if told:
        start = start[1:] or start
    separator, columns = _header(start[0].text, told or _SEPARATORS)
    source.give_back(start)
    if columns:
        yield from _table(source, separator, columns)
    elif first.startswith("{"):
        yield from _each(source, row_of_json)
    elif _looks_like_table(start, name):
        separator = max(_SEPARATORS, key=start[0].text.count)
        yield BadRow(start[0].number, ListProblem.NO_KNOWN_COLUMN, detail_of(_cells(start[0].text, separator)))
    else:
        yield from _each(source, row_of_line)


def _first_lines(source: _Source) -> list[Line]:
    """Up to three lines that are not blank."""
    found: list[Line] = []
    while len(found) < 3 and (line := source.next()) is not None:
        if line.text.strip():
            found.append(line)
    return found


def _header(line: str, separators: str) -> tuple[str, tuple[str, ...]]:
    """The separator under which most columns of the header are known, and what these mean."""
    best: tuple[str, tuple[str, ...]] = (separators[0], ())
    for separator in separators:
        columns = columns_of(_cells(line, separator))
        if sum(map(bool, columns)) > sum(map(bool, best[1])):
            best = separator, columns
    return best


def _looks_like_table(start: list[Line], name: str) -> bool:
    """Whether these lines have several columns, and are not labels with a separator inside."""
    if any(read(line.text).family not in ("", "code") for line in start):
        return False
    counts = [{separator: line.text.count(separator) for separator in _SEPARATORS} for line in start]
    several = [mark for mark in _SEPARATORS if all(count[mark] for count in counts)]
    return bool(several) and (name.lower().endswith(_TABLE_NAMES) or len(start) > 1)


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _table(source: _Source, separator: str, columns: tuple[str, ...]) -> Iterator[Entry | BadRow]:
    header = _record(source, separator)
    while header is not None and (record := _record(source, separator)) is not None:
        yield from _drain(source.bad, record.number)
        if not record.closed:
            yield BadRow(record.number, ListProblem.OPEN_QUOTE)
            continue
        made = row_of_cells(record.number, columns, record.cells)
        if made:
            yield made
    yield from source.bad


def _record(source: _Source, separator: str) -> _Record | None:
    """The next row, over several lines where a quoted cell holds line ends.

    A quotation mark that is never closed would swallow the rest of the list: the row is given up after 20
    lines, and the lines behind its first are read anew.
    """
    taken: list[Line] = []
    starved = False

    def feed() -> Iterator[str]:
        nonlocal starved
        while len(taken) < _MOST_LINES_IN_A_CELL and (line := source.next()) is not None:
            taken.append(line)
            yield line.text + "\n"
        starved = True

    try:
        cells = next(csv.reader(feed(), delimiter=separator), None)
    except csv.Error:
        cells, starved = [], True
    if not taken or cells is None:
        return None
    # The reader asks for more than it got only inside a quoted cell.
    if starved:
        source.give_back(taken[1:])
    return _Record(taken[0].number, cells, not starved)


def _each(source: _Source, make: Callable[[int, str], Entry | BadRow | None]) -> Iterator[Entry | BadRow]:
    while (line := source.next()) is not None:
        yield from _drain(source.bad, line.number)
        made = make(line.number, line.text)
        if made:
            yield made
    yield from source.bad


def _drain(bad: deque[BadRow], upto: int) -> Iterator[BadRow]:
    """The bad rows met before that row; those behind it were met by looking ahead."""
    while bad and bad[0].row <= upto:
        yield bad.popleft()
