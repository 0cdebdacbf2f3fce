"""Cutting a stream into scans: any bytes, cut anywhere, give the same scans."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from station.core.scan import LONGEST_SCAN
from station.scanners.framing.lines import BEGINS, ENDS, Lines

CODES = st.binary(min_size=1, max_size=60).map(lambda data: bytes(n for n in data if n not in ENDS + BEGINS))


def feed_in_parts(lines: Lines, data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    scans: list[bytes] = []
    for begin, end in pairwise(places):
        scans += lines.feed(data[begin:end], 0.0)
    return scans


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=8))
def test_where_the_stream_is_cut_makes_no_difference(data: bytes, cuts: list[int]) -> None:
    assert feed_in_parts(Lines(0), data, cuts) == Lines(0).feed(data, 0.0)


@given(st.lists(CODES, max_size=8), st.sampled_from([b"\r", b"\n", b"\r\n", b"\t", b"\x04", b"\r\r\n"]))
def test_every_terminator_ends_a_code_and_none_makes_an_empty_one(codes: list[bytes], end: bytes) -> None:
    kept = [code for code in codes if code.strip(b" ")]
    assert Lines().feed(b"".join(code + end for code in codes), 0.0) == kept


def test_two_codes_in_one_read_are_two_scans() -> None:
    assert Lines().feed(b"KIT-1\rKIT-2\r\n", 0.0) == [b"KIT-1", b"KIT-2"]


def test_silence_ends_a_code_without_terminator() -> None:
    lines = Lines(0.15)
    assert lines.feed(b"KIT", 1.0) == []
    assert lines.feed(b"-1", 1.1) == []
    assert lines.tick(1.2) == []
    assert lines.tick(1.26) == [b"KIT-1"]
    assert lines.feed(b"A", 2.0) == []
    assert lines.feed(b"B\r", 3.0) == [b"A", b"B"]


def test_separators_inside_a_code_stay_and_so_do_tabs_where_they_are_wanted() -> None:
    assert Lines().feed(b"]d201\x1d21S\r", 0.0) == [b"]d201\x1d21S"]
    assert Lines(keep_tabs=True).feed(b"a\tb\r", 0.0) == [b"a\tb"]
    assert Lines().feed(b"\x02KIT-1\x03", 0.0) == [b"KIT-1"]


def test_a_stream_without_end_is_one_refusable_scan_and_keeps_no_memory() -> None:
    lines = Lines()
    for _ in range(50):
        assert lines.feed(b"x" * 65536, 0.0) == []
    (scan,) = lines.feed(b"\rKIT-1"[:1], 0.0)
    assert len(scan) == LONGEST_SCAN + 1
    assert lines.feed(b"KIT-1\r", 0.0) == [b"KIT-1"]
