"""Which lines may be the first ones of a label, costing its scan a little patience each, and which are one label."""

import pytest

from station.labels import begins, knows


@pytest.mark.parametrize(
    "text",
    ["T21-00433", "PR 100\nT21-00433", "SN: T21-00433", "SN: T21-00433\nMAC: 00:1A:2B:3C:4D:5E", "BEGIN:VCARD",
     "BEGIN:VCARD\nVERSION:3.0", "SN: T21-00433\nURL: https://claim.example.com/c/eX-N5DiKi34LdV5"],
)
def test_these_lines_may_go_on(text: str) -> None:
    assert begins(text)


@pytest.mark.parametrize(
    "text",
    ["", "work-building-flower", "T21-00433\n00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E", "~CS~UNDO", "\x1d",
     "https://claim.example.com/c/eX-N5DiKi34LdV5", "BEGIN:VCARD\nEND:VCARD", "A\nB\nC", "x" * 8000,
     "SN: T21-00433\nhttps://claim.example.com/c/eX-N5DiKi34LdV5", "SN: T21-00433\nSN: T21-00434"],
)
def test_these_are_whole(text: str) -> None:
    assert not begins(text)


@pytest.mark.parametrize(
    "text",
    ["T21-00433\n00:1A:2B:3C:4D:5E", "PR 100\nT21-00433\n00:1A:2B:3C:4D:5E", "SN: T21-00433\nMAC: 00:1A:2B:3C:4D:5E",
     "SN: T21-00433\nType: PR 100\nPIN: 1234", "SN: T21-00433\nURL: https://example.com/en",
     "BEGIN:VCARD\nVERSION:3.0\nTEL:123\nEND:VCARD"],
)
def test_these_lines_are_one_label(text: str) -> None:
    assert knows(text)


@pytest.mark.parametrize(
    "text",
    ["EUV/RNQBNAN3GV2DRED4\nSQO6XO6NAIX-\nSER:AUUJKG7", "9WQECFR\nM--O0E-SN:8:YW3V8-MMU1",
     "T21-00433\nMAC: 00:1A:2B:3C:4D:5E", "T21-00433\nPIN: 1234", "T21-00433\nMT:Y.K9042C00KA0648G00",
     "SN: T21-00433\nSN: T21-00434", "SN: T21-00433\nPR 100", "one\ntwo"],
)
def test_lines_that_a_label_would_leave_unread_are_not(text: str) -> None:
    assert not knows(text)
