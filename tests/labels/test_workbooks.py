"""Workbooks: cells that a spreadsheet has changed are said, damaged and poisoned files are answered."""

import datetime
import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from station.labels.lists import BadRow, Entry, ListProblem, read_list


def workbook(*sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    for at, table in enumerate(sheets):
        sheet: Any = book.active if at == 0 else book.create_sheet()
        for line in table:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows(data: bytes) -> list[tuple[int, str]]:
    return [
        (row.row, row.problem if isinstance(row, BadRow)
         else "+".join(identifier.key for identifier in row.label.identifiers) + "/" + row.name)
        for row in read_list(io.BytesIO(data), "order.xlsx")
    ]


def test_rows_of_a_workbook() -> None:
    data = workbook([
        ["Serial", "MAC", "Name", "Bought"],
        ["0042", "AA:BB:CC:DD:EE:FF", "Fridge", datetime.date(2026, 1, 1)],
        [],
        [4711, None, None],
        ["=A1", "", ""],
        [datetime.date(2026, 1, 1), "", ""],
        [12345678901234567, "", ""],
        [True, "", ""],
        ["", "", "only a name"],
        ["B", None, datetime.date(2026, 1, 1)],
    ])

    assert rows(data) == [
        (2, "serial_mac:serial=0042,mac=aabbccddeeff/Fridge"),
        (4, "code:4711/"),
        (5, ListProblem.FORMULA),
        (6, ListProblem.NOT_TEXT),
        (7, ListProblem.ROUNDED_NUMBER),
        (8, ListProblem.NOT_TEXT),
        (9, ListProblem.EMPTY),
        (10, "code:B/"),
    ]


def test_the_sheet_with_a_known_header_is_taken() -> None:
    assert rows(workbook([["Dear customer"], ["hello"]], [["code"], ["A"]])) == [(2, "code:A/")]


def test_one_column_without_a_header_is_a_label_a_row() -> None:
    assert rows(workbook([["work-building-flower"], ["0042"]])) == [
        (1, "code:work-building-flower/"), (2, "code:0042/")]


def test_columns_that_nobody_knows() -> None:
    assert rows(workbook([["colour", "size"], ["red", "1"]])) == [(1, ListProblem.NO_KNOWN_COLUMN)]


def test_an_empty_workbook() -> None:
    assert rows(workbook([])) == [(0, ListProblem.EMPTY_LIST)]


def _with_part(name: str, content: bytes) -> bytes:
    """A good workbook in which one part is another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["code"], ["A"]]))) as good, \
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        for part in good.infolist():
            bad.writestr(part.filename, content if part.filename == name else good.read(part))
    return out.getvalue()


def test_a_zip_bomb_is_refused_unopened() -> None:
    assert rows(_with_part("xl/worksheets/sheet1.xml", b" " * 50_000_000)) == [(0, ListProblem.ZIP_BOMB)]


def test_entities_that_multiply_are_refused() -> None:
    laughs = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 9))
    sheet = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><worksheet>&a8;</worksheet>'
    found = rows(_with_part("xl/worksheets/sheet1.xml", sheet.encode()))
    assert found == [(0, ListProblem.UNREADABLE_FILE)]


def test_a_row_number_beyond_any_sheet_does_not_hang() -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c></row>'
        '<row r="999999999"><c r="A999999999" t="inlineStr"><is><t>B</t></is></c></row></sheetData></worksheet>'
    )
    assert rows(_with_part("xl/worksheets/sheet1.xml", sheet.encode())) == [(1_048_577, ListProblem.TOO_MANY_ROWS)]


@pytest.mark.parametrize("cut", [5, 100, 2000, -30])
def test_a_workbook_cut_short(cut: int) -> None:
    whole = workbook([["code"], *[[f"A{number}"] for number in range(500)]])
    assert rows(whole[:cut]) == [(0, ListProblem.UNREADABLE_FILE)]


def test_another_kind_of_zip() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert rows(out.getvalue()) == [(0, ListProblem.UNREADABLE_FILE)]


def test_a_stream_that_cannot_go_back() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    [entry] = read_list(Pipe(workbook([["code"], ["A"]])), "a.xlsx")
    assert isinstance(entry, Entry)
    assert entry.raw == "A"
