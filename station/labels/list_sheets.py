"""Rows of an XLSX workbook, read as a stream; formulas and what a spreadsheet has changed are said."""

import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Any, BinaryIO

from openpyxl import load_workbook

from .list_rows import BadRow, Entry, ListProblem, columns_of, detail_of, row_of_cells, row_of_line
from .names import IDENTITIES

MOST_ROWS = 1_048_576
_MOST_BYTES = 1 << 30
_MOST_SHARED_TEXT = 1 << 27
_MOST_PARTS = 2000
_STEEPEST = 400  # sheets of nearly equal rows pack about 1 : 40
_MOST_DIGITS = 15


def rows_of_workbook(stream: BinaryIO, start: bytes) -> Iterator[Entry | BadRow]:
    """The rows of the first sheet whose header names a device, else of the first sheet.

    ``start`` is what was already read from a stream that cannot go back.
    """
    if stream.seekable():
        stream.seek(0)
        yield from _checked(stream)
        return
    with tempfile.TemporaryFile() as copy:
        copy.write(start)
        while block := stream.read(1 << 20):
            copy.write(block)
            if copy.tell() > _MOST_BYTES:
                yield BadRow(0, ListProblem.ZIP_BOMB)
                return
        copy.seek(0)
        yield from _checked(copy)


def _checked(stream: IO[bytes]) -> Iterator[Entry | BadRow]:
    try:
        if _is_bomb(stream):
            yield BadRow(0, ListProblem.ZIP_BOMB)
            return
        stream.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which do not matter here
            book = load_workbook(stream, read_only=True, keep_links=False)
        try:
            yield from _rows(book)
        finally:
            book.close()
    except Exception as error:
        # openpyxl answers damaged workbooks with errors of every kind.
        yield BadRow(0, ListProblem.UNREADABLE_FILE, type(error).__name__)


def _is_bomb(stream: IO[bytes]) -> bool:
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    shared = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
    steep = any(part.file_size > 1 << 22 and part.file_size > _STEEPEST * part.compress_size for part in parts)
    return total > _MOST_BYTES or shared > _MOST_SHARED_TEXT or len(parts) > _MOST_PARTS or steep


def _rows(book: Any) -> Iterator[Entry | BadRow]:
    sheets = list(book.worksheets)
    for sheet in sheets:
        sheet.reset_dimensions()  # what a file says of its own size is often wrong
    chosen = next((sheet for sheet in sheets if _columns(sheet)), sheets[0] if sheets else None)
    if chosen is None:
        return
    columns = _columns(chosen)
    in_header = columns is not None
    for number, cells in _cells(chosen):
        if number > MOST_ROWS:
            yield BadRow(number, ListProblem.TOO_MANY_ROWS)
            return
        texts = [_text(cell) for cell in cells]
        filled = [text for text in texts if text]
        if not filled:
            continue
        if in_header:
            in_header = False
            continue
        if columns is None:
            if len(filled) > 1:
                yield BadRow(number, ListProblem.NO_KNOWN_COLUMN, detail_of(map(str, filled)))
                return
            columns = ()
        yield from _row(number, columns, texts)


def _row(number: int, columns: tuple[str, ...], texts: list["str | ListProblem"]) -> Iterator[Entry | BadRow]:
    for at, text in enumerate(texts):
        column = columns[at] if at < len(columns) else ""
        if isinstance(text, ListProblem) and (not columns or _matters(column, text)):
            yield BadRow(number, text, column)
            return
    plain = [text if not isinstance(text, ListProblem) else "" for text in texts]
    if columns:
        plain += [""] * (len(columns) - len(plain))  # a sheet leaves out empty cells at the end
        made = row_of_cells(number, columns, plain)
    else:
        made = row_of_line(number, next(filter(None, plain)))
    if made:
        yield made


def _matters(column: str, problem: ListProblem) -> bool:
    return column in IDENTITIES or (column == "name" and problem is ListProblem.FORMULA)


def _columns(sheet: Any) -> tuple[str, ...] | None:
    """What the columns of the first filled row mean, or none."""
    for number, cells in _cells(sheet):
        texts = [str(_text(cell)) for cell in cells]
        if any(texts):
            return columns_of(texts) or None
        if number > 100:
            return None
    return None


def _cells(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    yield from enumerate(sheet.iter_rows(), start=1)


def _text(cell: Any) -> "str | ListProblem":
    """A cell as text, or why it cannot be known what was meant."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return ListProblem.FORMULA
    if isinstance(value, str):
        return ListProblem.NOT_TEXT if cell.data_type == "e" else value
    if isinstance(value, bool | date | datetime | time | timedelta):
        return ListProblem.NOT_TEXT
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**_MOST_DIGITS:
        value = int(value)
    text = str(value)
    return ListProblem.ROUNDED_NUMBER if len(text.lstrip("-")) > _MOST_DIGITS or "e" in text else text
