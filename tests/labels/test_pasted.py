"""Pasted text: a scan a line, unless several lines are one label."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.labels.lists import split_lines


@pytest.mark.parametrize(("text", "scans"), [
    ("", []),
    ("a", ["a"]),
    (" a \r\n\r\nb\rc\n", ["a", "b", "c"]),
    ("Model X\n200603TTT0002\nab:cd:ef:01:23:45", ["Model X\n200603TTT0002\nab:cd:ef:01:23:45"]),
    ("SN: 1\nMAC: aabbccddeeff", ["SN: 1\nMAC: aabbccddeeff"]),
    ("SN: 1\nMAC: aabbccddeeff\n\nSN: 2\nMAC: aabbccddee00\n\nfoo\nbar",
     ["SN: 1\nMAC: aabbccddeeff", "SN: 2\nMAC: aabbccddee00", "foo", "bar"]),
    ("DevEUI: A81758FFFE000001\nDevEUI: A81758FFFE000002", ["DevEUI: A81758FFFE000001", "DevEUI: A81758FFFE000002"]),
    ("S/N: 1 MAC: aabbccddee01\nS/N: 2 MAC: aabbccddee02", ["S/N: 1 MAC: aabbccddee01", "S/N: 2 MAC: aabbccddee02"]),
    ("EUV/RNQBNAN3GV2DRED4\nSQO6XO6NAIX-\nSER:AUUJKG7", ["EUV/RNQBNAN3GV2DRED4", "SQO6XO6NAIX-", "SER:AUUJKG7"]),
    ("Acme Sensors\nSN: T21-00433\nMAC: aabbccddeeff", ["Acme Sensors\nSN: T21-00433\nMAC: aabbccddeeff"]),
    ("Acme Sensors, made in Norway\nSN: T21-00433 MAC: aabbccddeeff",
     ["Acme Sensors, made in Norway\nSN: T21-00433 MAC: aabbccddeeff"]),
    ("SN0001;4711\nSN0002;4712", ["SN0001;4711", "SN0002;4712"]),
    ("bjfb7m3httut79sc9hsg\nbjfb7m3httut79sc9ht0", ["bjfb7m3httut79sc9hsg", "bjfb7m3httut79sc9ht0"]),
    ('{\n  "serial": "A1",\n\n  "pin": "4711"\n}', ['{\n  "serial": "A1",\n\n  "pin": "4711"\n}']),
    ("]d2010952123454321321ABC\x1d10LOT\nB", ["]d2010952123454321321ABC\x1d10LOT", "B"]),
])
def test_scans_of_a_pasted_text(text: str, scans: list[str]) -> None:
    assert split_lines(text) == scans


def test_a_long_list_is_split_quickly() -> None:
    assert len(split_lines("\n".join(f"SN{number}" for number in range(20_000)))) == 20_000


@given(st.text())
def test_nothing_but_blanks_is_lost(text: str) -> None:
    def kept(text: str) -> str:
        return "".join(character for character in text if character not in " \t\r\n")

    joined = "".join(split_lines(text))
    assert kept(joined) == kept(text) or kept(joined) == kept(text.strip())
