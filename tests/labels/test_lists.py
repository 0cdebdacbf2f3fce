"""Lists as people have them: any separator, encoding and mistake, a million rows in little memory."""

import io
import tracemalloc
from collections.abc import Iterator

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.labels.lists import BadRow, Entry, ListProblem, read_list


def rows(data: bytes, name: str = "order.csv") -> list[tuple[int, str, str] | tuple[int, ListProblem]]:
    """Each entry as (row, identifiers or refusal, name), each bad row as (row, problem)."""
    found: list[tuple[int, str, str] | tuple[int, ListProblem]] = []
    for row in read_list(io.BytesIO(data), name):
        if isinstance(row, BadRow):
            found.append((row.row, row.problem))
        else:
            says = " ".join(identifier.key for identifier in row.label.identifiers) or str(row.label.refusal)
            found.append((row.row, says, row.name))
    return found


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_separator_line_end_and_encoding(separator: str, line_end: str, encoding: str) -> None:
    lines = [["Kit ID", "Colour", "NAME"], ["0042", "red", "Kühlschrank"], [], ["b", "", '"x\ny"']]
    text = line_end.join(separator.join(line) for line in lines) + line_end

    assert rows(text.encode(encoding)) == [(2, "code:0042", "Kühlschrank"), (4, "code:b", "x y")]


@pytest.mark.parametrize(("header", "cells", "says"), [
    ("code", "https://assets.example.com/hardware/7", "code:7"),
    ("S/N,MAC Address", "A1,AA-BB-CC-DD-EE-FF", "serial_mac:serial=A1,mac=aabbccddeeff"),
    ("sn,mac", "A1,", "code:A1"),
    ("sn,mac", ",aabbccddeeff", "serial_mac:mac=aabbccddeeff"),
    ("Serial_Number,pin", "A1,4711", "serial_pin:serial=A1"),
    ("cloud_id,vendor", "Dl8z6CASzFpiojfwy9kk,acme", "cloud_id:Dl8z6CASzFpiojfwy9kk"),
    ("External-ID,app id", "e1,12345678", "external_id:external_id=e1,app_id=12345678"),
    ("kit_id,device_id", "k-a-b,d1", "code:d1"),
    ("DevEUI", "A8:17:58:FF:FE:00:00:01", "code:a81758fffe000001"),
    ("code,name", "WIFI:S:x;P:y;;,n", "wifi"),
    ("code", "+A", "code:+A"),
    ("code", "@A-1", "code:@A-1"),
    ("code", "-1", "code:-1"),
])
def test_columns_by_name(header: str, cells: str, says: str) -> None:
    [(_, found, *_)] = rows(f"{header}\n{cells}\n".encode())
    assert found == says


@pytest.mark.parametrize(("data", "expected"), [
    (b"", [(0, ListProblem.EMPTY_LIST)]),
    (b"\n \n", [(0, ListProblem.EMPTY_LIST)]),
    (b"code\n", [(0, ListProblem.EMPTY_LIST)]),
    (b"colour,size\nred,1\n", [(1, ListProblem.NO_KNOWN_COLUMN)]),
    (b"code,name\n=1+1,x\nA,=x\n", [(2, ListProblem.FORMULA), (3, ListProblem.FORMULA)]),
    (b"name,code\nx\n,\nx,\n", [(2, ListProblem.TOO_FEW_FIELDS), (4, ListProblem.EMPTY)]),
    (b"code,name\nA,b,c\n", [(2, ListProblem.TOO_MANY_FIELDS)]),
    (b"code\n1.23457E+12\n", [(2, ListProblem.ROUNDED_NUMBER)]),
    (b"serial\n" + b"x" * 501 + b"\nB\n", [(2, ListProblem.TOO_LONG), (3, "code:B", "")]),
    (b"code\n" + b"x" * 200_000 + b"\nB\n", [(2, ListProblem.TOO_LONG), (3, "code:B", "")]),
    (b"code\nA\x00B\n", [(0, ListProblem.WRONG_ENCODING)]),
    ("code\nA\n".encode("utf-16-le"), [(0, ListProblem.WRONG_ENCODING)]),
    (b"code,name\nA,K\xfchl\nB,\x81\nC,\xe9\n",
     [(2, ListProblem.GUESSED_ENCODING), (2, "code:A", "Kühl"), (3, ListProblem.WRONG_ENCODING), (4, "code:C", "é")]),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", [(0, ListProblem.OLD_WORKBOOK)]),
    (b"sep=;\ncode;name\nA;b\n", [(3, "code:A", "b")]),
    (b'{"device_id": "A", "name": "x"}\n[1]\n{"serial": 0, "pin": "4"}\nnonsense\n',
     [(1, "code:A", "x"), (2, ListProblem.NOT_JSON), (3, "serial_pin:serial=0", ""), (4, ListProblem.NOT_JSON)]),
    (b"SN0001;4711\nSN0002;4712\n", [(1, "serial_pin:serial=SN0001", ""), (2, "serial_pin:serial=SN0002", "")]),
    (b"0042\nwork-building-flower\n=cmd\n", [(1, "code:0042", ""), (2, "code:work-building-flower", ""),
                                            (3, ListProblem.FORMULA)]),
])
def test_what_is_wrong_is_said_by_row(data: bytes, expected: list[tuple[object, ...]]) -> None:
    assert rows(data) == expected


def test_a_quote_that_is_never_closed_costs_only_its_row() -> None:
    data = b'code,name\nA,"open\n' + b"".join(b"B%d,x\n" % number for number in range(40))

    found = rows(data)

    assert found[0] == (2, ListProblem.OPEN_QUOTE)
    assert found[1:] == [(3 + number, f"code:B{number}", "x") for number in range(40)]


def test_a_nul_far_down_spoils_only_its_row() -> None:
    data = b"code,note\n" + (b"A," + b"x" * 60 + b"\n") * 2000 + b"B\x00\nC,\n"
    assert rows(data)[-2:] == [(2002, ListProblem.WRONG_ENCODING), (2003, "code:C", "")]


def test_a_disk_that_fails_is_said() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError("gone")
            return super().read(size)

    found = list(read_list(Failing(b"code,note\n" + (b"A," + b"x" * 60 + b"\n") * 2000), "a.csv"))

    assert isinstance(found[0], Entry)
    assert found[-1] == BadRow(0, ListProblem.UNREADABLE_FILE, "OSError")


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(), st.text().map(str.encode),
                 st.lists(st.sampled_from([*',;"\n\r\t={}:Aø', "code", "pin"]))
                 .map(lambda parts: "code,name\n" + "".join(parts)).map(str.encode)),
       st.sampled_from(["a.csv", "a.txt", "a.xlsx", ""]))
def test_any_bytes_give_rows(data: bytes, name: str) -> None:
    found = list(read_list(io.BytesIO(data), name))

    assert found
    for row in found:
        assert isinstance(row, Entry | BadRow)
        if isinstance(row, Entry):
            assert row.name.isprintable()


class Endless(io.RawIOBase):
    """A list of a given number of rows that is made as it is read."""

    def __init__(self, count: int) -> None:
        self._parts: Iterator[bytes] = iter(
            b"".join(b"%08d,name %d\n" % (number, number) for number in range(at, min(at + 1000, count)))
            for at in range(0, count, 1000)
        )
        self._first = b"code,name\n"

    def read(self, size: int = -1, /) -> bytes:
        part, self._first = self._first, b""
        return part or next(self._parts, b"")


def test_rows_are_streamed() -> None:
    tracemalloc.start()
    try:
        entries = sum(isinstance(row, Entry) for row in read_list(Endless(5000), "a.csv"))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert entries == 5000
    assert peak < 2_000_000


@pytest.mark.slow
def test_a_million_rows_need_little_memory() -> None:
    process = psutil.Process()
    before, most = process.memory_info().rss, 0
    for count, row in enumerate(read_list(Endless(1_000_000), "a.csv"), start=1):  # type: ignore[arg-type]
        assert isinstance(row, Entry)
        if count % 10_000 == 0:
            most = max(most, process.memory_info().rss)

    assert count == 1_000_000
    assert most - before < 30_000_000
