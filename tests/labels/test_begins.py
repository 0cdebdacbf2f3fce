"""Which lines may be the first ones of a label: each that is one costs its scan a little patience."""

import pytest

from station.labels import begins


@pytest.mark.parametrize(
    "text",
    ["T21-00433", "PR 100\nT21-00433", "SN: T21-00433", "SN: T21-00433\nMAC: 00:1A:2B:3C:4D:5E", "BEGIN:VCARD",
     "BEGIN:VCARD\nVERSION:3.0"],
)
def test_these_lines_may_go_on(text: str) -> None:
    assert begins(text)


@pytest.mark.parametrize(
    "text",
    ["", "work-building-flower", "T21-00433\n00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E", "~CS~UNDO", "\x1d",
     "https://claim.example.com/c/eX-N5DiKi34LdV5", "BEGIN:VCARD\nEND:VCARD", "A\nB\nC", "x" * 8000],
)
def test_these_are_whole(text: str) -> None:
    assert not begins(text)
