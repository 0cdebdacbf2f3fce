"""The rows of a list: what becomes of the cells under a header, or of a line that is a label by itself."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from station.core.scan import LONGEST_SCAN

from . import read
from .base import Label
from .masking import mask
from .names import IDENTITIES, meaning

LONGEST_CELL = 500


class ListProblem(StrEnum):
    """What is wrong with a row of a list, or with the list as a whole (row 0)."""

    EMPTY_LIST = "empty_list"
    UNREADABLE_FILE = "unreadable_file"  # cannot be read, damaged, or not a list at all
    OLD_WORKBOOK = "old_workbook"  # .xls, or protected by a password
    ZIP_BOMB = "zip_bomb"  # unpacks to far more than a list of devices
    WRONG_ENCODING = "wrong_encoding"
    GUESSED_ENCODING = "guessed_encoding"  # a notice: read as Windows-1252 from this row on, the rows still come
    NO_KNOWN_COLUMN = "no_known_column"
    EMPTY = "empty"  # nothing in the columns that name a device
    FORMULA = "formula"
    TOO_LONG = "too_long"
    TOO_FEW_FIELDS = "too_few_fields"
    TOO_MANY_FIELDS = "too_many_fields"  # perhaps a separator inside a name without quotes
    OPEN_QUOTE = "open_quote"  # a quotation mark that is never closed
    ROUNDED_NUMBER = "rounded_number"  # 1.23E+15, or more digits than a spreadsheet keeps
    NOT_TEXT = "not_text"  # a date, true or false, an error value
    NOT_JSON = "not_json"
    TOO_MANY_ROWS = "too_many_rows"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that is a label; ``raw`` gives the same label again when it is read, and may hold secrets."""

    row: int
    label: Label
    raw: str = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be used; ``detail`` holds no secret. Row 0 stands for the whole list."""

    row: int
    problem: ListProblem
    detail: str = ""


_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,3}")
_BESIDE_A_CODE = ("pin", "cloud_id", "external_id", "app_id")


def columns_of(cells: Iterable[str]) -> tuple[str, ...]:
    """What each column of a header means; an empty tuple if none of them names a device."""
    meant = tuple(meaning(cell.strip().strip("\ufeff\"'")) for cell in cells)
    return meant if IDENTITIES.intersection(meant) else ()


def row_of_cells(row: int, columns: Sequence[str], cells: Sequence[str]) -> Entry | BadRow | None:
    """A row under a header; nothing for a blank one."""
    if not any(cell.strip() for cell in cells):
        return None
    if any(cell.strip() for cell in cells[len(columns):]):
        return BadRow(row, ListProblem.TOO_MANY_FIELDS, str(len(cells)))
    if any(column in IDENTITIES for column in columns[len(cells):]):
        return BadRow(row, ListProblem.TOO_FEW_FIELDS, str(len(cells)))
    values: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if cell.strip() and (column in IDENTITIES or column == "name"):
            values.setdefault(column, cell.strip())
    return row_of_values(row, values)


def row_of_values(row: int, values: Mapping[str, str]) -> Entry | BadRow:
    """A row whose values are known by meaning."""
    for column, value in values.items():
        problem = _problem(column, value)
        if problem:
            return BadRow(row, problem, column)
    named = {column: value for column, value in values.items() if column in IDENTITIES}
    if not named:
        return BadRow(row, ListProblem.EMPTY)
    code = named.get("device_id") or named.get("kit_id") or named.get("code") or ""
    alone = code and not any(named.get(column) for column in _BESIDE_A_CODE)
    raw = code if alone else json.dumps(named, ensure_ascii=False)
    return Entry(row, read(raw), raw, _one_line(values.get("name", "")))


def row_of_line(row: int, line: str) -> Entry | BadRow | None:
    """A line that is a label by itself; nothing for a blank one."""
    text = line.strip()
    if not text:
        return None
    if text.startswith("="):
        return BadRow(row, ListProblem.FORMULA)
    return Entry(row, read(text), text)


def row_of_json(row: int, line: str) -> Entry | BadRow | None:
    """A line that is a JSON object with the headers as keys."""
    if not line.strip():
        return None
    try:
        document = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return BadRow(row, ListProblem.NOT_JSON)
    if not isinstance(document, dict):
        return BadRow(row, ListProblem.NOT_JSON)
    values: dict[str, str] = {}
    for key, value in document.items():
        column = meaning(key)
        if isinstance(value, str) and value.strip() and (column in IDENTITIES or column == "name"):
            values.setdefault(column, value.strip())
    return row_of_values(row, values)


def rows_of_lines(lines: Iterable[tuple[int, str]]) -> Iterator[Entry | BadRow]:
    for row, line in lines:
        made = row_of_line(row, line)
        if made:
            yield made


def detail_of(cells: Iterable[str]) -> str:
    """A header that nobody knows, short and fit to be shown."""
    return mask(" | ".join(cell.strip()[:30] for cell in list(cells)[:8]))[0]


def _problem(column: str, value: str) -> ListProblem | None:
    if value.startswith("="):
        return ListProblem.FORMULA
    if len(value) > (LONGEST_SCAN if column == "code" else LONGEST_CELL):
        return ListProblem.TOO_LONG
    if column != "name" and _ROUNDED.fullmatch(value) and "+" in value:
        return ListProblem.ROUNDED_NUMBER
    return None


def _one_line(name: str) -> str:
    return name if name.isprintable() else "".join(part if part.isprintable() else " " for part in name).strip()
