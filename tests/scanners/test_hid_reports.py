"""HID-POS reports: read by the descriptor wherever a maker puts things, continued codes, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.scan import LONGEST_SCAN
from station.scanners.framing.hid_reports import BYTE_COUNT, CONTINUED, DECODED, Code, Codes, read_descriptor
from tests.scanners.hid_models import COMMON, OTHER_ORDER, common, other


def test_a_descriptor_tells_where_things_are() -> None:
    (fields,) = read_descriptor(COMMON).values()
    places = {each.usage: (each.begin, each.bits) for each in reversed(fields)}
    assert places[BYTE_COUNT] == (0, 8)
    assert places[DECODED] == (4 * 8, 8)
    assert places[CONTINUED] == (62 * 8, 1)
    assert sum(each.usage == DECODED for each in fields) == 56
    assert list(read_descriptor(OTHER_ORDER)) == [0]


@pytest.mark.parametrize("size", [1, 10, 23, 56, 57, 112, 127, 1000])
def test_codes_of_any_length_come_together(size: int) -> None:
    text = (b"KIT-\x1d0123456789" * 100)[:size]
    for descriptor, report, most in ((COMMON, common, 56), (OTHER_ORDER, other, 20)):
        codes = Codes(read_descriptor(descriptor))
        parts = [text[at : at + most] for at in range(0, size, most)]
        got = [codes.feed(report(part, more=part is not parts[-1]), 0.1 * n) for n, part in enumerate(parts)]
        assert got[:-1] == [[]] * (len(parts) - 1)
        assert [code.data for code in got[-1]] == [text]


def test_the_aim_identifier_is_told_and_a_makers_own_is_not_taken_for_one() -> None:
    codes = Codes(read_descriptor(COMMON))
    assert codes.feed(common(b"KIT-1"), 0.0) == [Code(b"KIT-1", "]Q1")]
    assert codes.feed(common(b"KIT-2", aim=b"\0\0\0"), 0.0) == [Code(b"KIT-2", "")]


def test_a_part_that_never_comes_ends_the_code() -> None:
    codes = Codes(read_descriptor(COMMON))
    assert codes.feed(common(b"HALF", more=True), 1.0) == []
    assert codes.tick(1.2) == []
    assert codes.tick(1.31) == [Code(b"HALF", "]Q1")]
    assert codes.feed(common(b"HALF", more=True), 2.0) == []
    assert [code.data for code in codes.feed(common(b"NEXT"), 3.0)] == [b"HALF", b"NEXT"]


def test_a_part_that_waited_for_a_reader_that_was_held_up_came_in_time() -> None:
    codes = Codes(read_descriptor(COMMON))
    assert codes.feed(common(b"HALF", more=True), 1.0) == []
    codes.held_up(2.0)
    assert codes.feed(common(b"-AND-HALF"), 2.0) == [Code(b"HALF-AND-HALF", "]Q1")]


def test_other_reports_and_empty_ones_are_nothing() -> None:
    codes = Codes(read_descriptor(COMMON))
    assert codes.feed(bytes([9]) + b"x" * 63, 0.0) == []
    assert codes.feed(b"", 0.0) == []
    assert codes.feed(common(b""), 0.0) == []


def test_a_device_that_never_ends_is_cut() -> None:
    codes = Codes(read_descriptor(COMMON))
    for _ in range(1000):
        assert codes.feed(common(b"x" * 56, more=True), 0.0) == []
    (code,) = codes.feed(common(b"y"), 0.0)
    assert len(code.data) == LONGEST_SCAN + 1


@given(st.binary(max_size=200), st.lists(st.binary(max_size=80), max_size=10))
def test_any_descriptor_and_any_reports_hurt_nothing(descriptor: bytes, reports: list[bytes]) -> None:
    codes = Codes(read_descriptor(descriptor))
    for number, report in enumerate(reports):
        for code in codes.feed(report, float(number)):
            assert len(code.data) <= LONGEST_SCAN + 1


@given(st.integers(0, len(COMMON)), st.binary(max_size=64))
def test_a_descriptor_that_is_cut_off_is_read_as_far_as_it_goes(at: int, report: bytes) -> None:
    Codes(read_descriptor(COMMON[:at])).feed(report, 0.0)
