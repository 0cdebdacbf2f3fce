"""Reads an import's rows out of a CSV or XLSX file; what is wrong with one is told with its number and reason."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .registry.forms import mac_form, text_form

COLUMNS = (
    "vendor",
    "kit_id",
    "kit_name",
    "device_id",
    "device_type",
    "product_number",
    "serial",
    "mac",
    "cloud_id",
    "external_id",
    "app_id",
    "pin",
    "registered",
    "organization",
    "target",
    "claiming",
    "multiple",
    "seats",
    "owner",
    "plan_open",
)
_FLAGS = {"registered": True, "claiming": True, "multiple": False, "plan_open": True}
"""The columns of yes and no, with what an empty cell means."""
LARGEST_FILE = 100 * 1024 * 1024
LARGEST_UNPACKED = 500 * 1024 * 1024
_YES, _NO = frozenset({"yes", "true", "1", "y", "x", "open"}), frozenset({"no", "false", "0", "n", "closed"})


class RowProblem(StrEnum):
    """Why a row, or a whole file (row 0), cannot be taken."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    NO_HEADER = "no_header"
    NO_DEVICE = "no_device"
    BAD_TEXT = "bad_text"
    BAD_MAC = "bad_mac"
    BAD_YES_NO = "bad_yes_no"
    BAD_NUMBER = "bad_number"
    TWICE = "twice"
    NO_TARGET = "no_target"
    UNKNOWN_TARGET = "unknown_target"
    HELD_BY_ANOTHER = "held_by_another"
    NO_SEAT = "no_seat"
    BAD_OWNER = "bad_owner"


@dataclass(frozen=True, slots=True)
class BadRow:
    """``number`` counts as a spreadsheet does, the header being 1; ``column`` is empty where the whole row is meant."""

    number: int
    problem: RowProblem
    column: str = ""


class FileRefused(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, problem: RowProblem, detail: str = "") -> None:
        super().__init__(f"{problem} {detail}".strip())
        self.problem, self.detail = problem, detail


@dataclass(frozen=True, slots=True)
class Row:
    """One good row. ``device_id`` is filled from the other names where the file leaves it out.

    ``owner`` is the organization and the target of a device that is claimed by sharing it.
    """

    number: int
    texts: Mapping[str, str]
    device_id: str
    namespace: str
    registered: bool
    claiming: bool
    multiple: bool
    seats: int | None
    plan_open: bool = True
    owner: tuple[str, str] | None = None

    def get(self, column: str) -> str:
        return self.texts.get(column, "")

    @property
    def vendor(self) -> str:
        return self.get("vendor").lower() or "local"


def read_rows(path: Path) -> Iterator[Row | BadRow]:
    """The rows of a file in order. Raises FileRefused, at once or in the middle of a damaged file."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise FileRefused(RowProblem.TOO_LARGE)
        lines = _xlsx(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _csv(path.read_bytes())
        yield from _rows(lines)
    except OSError as error:
        raise FileRefused(RowProblem.UNREADABLE, error.strerror or "") from error


def _rows(lines: Iterator[list[str]]) -> Iterator[Row | BadRow]:
    header = [name.strip().lower().replace(" ", "_") for name in next(lines, [])]
    if not set(header) & set(COLUMNS):
        raise FileRefused(RowProblem.NO_HEADER)
    for number, line in enumerate(lines, start=2):
        texts = {name: text.strip() for name, text in zip(header, line, strict=False) if name in COLUMNS}
        if any(texts.values()):
            yield _row(number, {name: text for name, text in texts.items() if text})


def _row(number: int, texts: dict[str, str]) -> Row | BadRow:
    for column, text in texts.items():
        if text_form(text) is None:
            return BadRow(number, RowProblem.BAD_TEXT, column)
    if "mac" in texts and mac_form(texts["mac"]) is None:
        return BadRow(number, RowProblem.BAD_MAC, "mac")
    flags = {}
    for column, default in _FLAGS.items():
        word = texts.get(column, "").lower()
        if word and word not in _YES | _NO:
            return BadRow(number, RowProblem.BAD_YES_NO, column)
        flags[column] = word in _YES if word else default
    organization, _, target = (part.strip() for part in texts.get("owner", "").partition("/"))
    if "owner" in texts and not (organization and target):
        return BadRow(number, RowProblem.BAD_OWNER, "owner")
    seats = texts.get("seats", "")
    if seats and not (seats.isascii() and seats.isdigit() and len(seats) < 10):
        return BadRow(number, RowProblem.BAD_NUMBER, "seats")
    if bool(texts.get("organization")) != bool(texts.get("target")):
        return BadRow(number, RowProblem.NO_TARGET, "target")
    named = [texts[name] for name in ("device_id", "cloud_id", "external_id", "serial", "mac") if name in texts]
    if not named and not texts.get("target"):
        return BadRow(number, RowProblem.NO_DEVICE)
    external = "device_id" not in texts and "cloud_id" not in texts and "external_id" in texts
    return Row(
        number,
        texts,
        device_id=named[0] if named else "",
        namespace=texts.get("app_id", "") if external else "",
        **flags,
        seats=int(seats) if seats else None,
        owner=(organization, target) if organization else None,
    )


def _csv(data: bytes) -> Iterator[list[str]]:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused(RowProblem.ENCODING) from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise FileRefused(RowProblem.UNREADABLE, str(error)) from error


def _xlsx(path: Path) -> Iterator[list[str]]:
    # Imported here: openpyxl takes a while to load, and most imports are CSV.
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise FileRefused(RowProblem.TOO_LARGE)
        book = load_workbook(path, read_only=True, data_only=True)
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise FileRefused(RowProblem.UNREADABLE, type(error).__name__) from error
    try:
        sheet = book.worksheets[0] if book.worksheets else None
        yield from _guard(sheet.iter_rows(values_only=True) if sheet is not None else (), _cells)
    finally:
        book.close()


def _guard(
    lines: Iterable[Iterable[object]], turn: Callable[[Iterable[object]], list[str]]
) -> Iterator[list[str]]:
    try:
        yield from map(turn, lines)
    except Exception as error:  # a damaged sheet shows only while it is read
        raise FileRefused(RowProblem.UNREADABLE, type(error).__name__) from error


def _cells(line: Iterable[object]) -> list[str]:
    cells = []
    for value in list(line)[:200]:
        whole = isinstance(value, float) and value.is_integer()
        cells.append("" if value is None else str(int(value)) if whole and isinstance(value, float) else str(value))
    return cells
