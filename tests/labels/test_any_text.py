"""Whatever is scanned gets an answer: nothing raises, nothing hangs, nothing invisible is shown."""

import importlib
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.labels import Label, Refusal, families, read
from station.labels.cleaning import clean

PIECES = st.sampled_from([
    "\x1d", "\x1e", "\x04", "\x00", "\r\n", "\n", "\t", ";", ",", "|", ":", "=", " ", "\u202e", "\u2066",
    "\ufeff", "\u2028",
    "\ud800", "\u0301", "]Q1", "]d2", "]C1", "]E0", "[)>", "\x1e06\x1d", "S", "23S", "(01)", "(21)", "01", "21",
    "09521234543213",
    "https://", "example.com", "/c/", "/01/", "?sn=", "&pin=", "%00", "%zz", "LW:D0:", "URN:DEV:LW:",
    "AABBCCDDEEFF0011",
    "aa:bb:cc:dd:ee:ff", "bjfb7m3httut79sc9hsg", "emu", "MT:", "Y.K9042C00KA0648G00", "*", "90013278200351525",
    "SN", "S/N",
    "MAC", "PIN", "DevEui", "AppKey", "{", "}", "[", "]", '"', '"pin"', "WIFI:", "~CS~", "~CAL~", "TARGET",
    "30S", "+", "0", "-",
])
TEXTS = st.one_of(
    st.text(), st.lists(PIECES, max_size=25).map("".join), st.lists(PIECES | st.text(max_size=4)).map("".join)
)
AIM = st.sampled_from(["", "]Q1", "]Q3", "]C1", "]d2", "]e0", "]E0", "]I1", "]A0", "nonsense"])


def check(label: Label) -> None:
    """What holds for every label."""
    assert label.shown.isprintable()
    answers = [bool(label.identifiers), label.refusal is not None, label.command is not None]
    assert sum(answers) == 1
    for identifier in label.identifiers:
        for _, value in identifier.fields:
            assert value
            assert value.isprintable()
            value.encode()
    for name, value in label.hints:
        assert name
        assert value
    if any(identifier.secrets for identifier in label.identifiers):
        assert label.has_secret


@settings(max_examples=250, deadline=None)
@given(TEXTS, AIM)
def test_any_text_gets_an_answer(text: str, symbology: str) -> None:
    label = read(text, symbology)
    check(label)
    assert read(text, symbology) == label


@pytest.mark.parametrize("family", [listing.name for listing in families()])
@settings(max_examples=60, deadline=None)
@given(TEXTS, AIM)
def test_each_family_by_itself_answers_or_passes_on(family: str, text: str, symbology: str) -> None:
    module = importlib.import_module(f"station.labels.grammars.{family}")
    body, aim = clean(text, symbology)
    if body:
        label = module.read(body, aim)
        if label is not None:
            assert label.shown.isprintable()


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\x00" * 1_000_000, "ø" * 4000, "PIN: 4711 " * 100_000])
def test_more_than_a_code_can_hold_is_refused_and_not_shown(text: str) -> None:
    label = read(text)

    assert label.refusal is Refusal.TOO_LONG
    assert label.has_secret
    assert label.shown == "***"
    assert label.hint("characters") == str(len(text))


def test_the_longest_code_is_still_read() -> None:
    assert read("x" * 7089).refusal is Refusal.UNKNOWN_TEXT
    assert read("x" * 7090).refusal is Refusal.TOO_LONG


def test_accents_are_joined_and_leading_zeros_and_case_survive() -> None:
    assert read(unicodedata.normalize("NFD", "00Ærå-É")).identifiers[0].text == "00Ærå-É"


@pytest.mark.parametrize("unit", [
    "a", "0", "A0", " ", ";", ":", "=", "-", "a-", "a.", "a:", "SN:", "SN ", "S/N", "PIN", "PIN:", "pin ",
    "key_", "key=", "mac ",
    "{", "[", '{"a":', "[{", "(", "(01)", "(01)1", "\x1d", "\x1d21", "01", "{GS}", "%41", "/a", "MT:", "MT:0",
    "*", "+1P", "aa:", "aa ",
    "0,", "bjfb7m3httut79sc9hsg ", "\u0300", "e\u0301\u0323", "\u202e", "\n", "a\n", "\t", "\"", "'", "emu",
    "90", "_V", "device pin",
])
@pytest.mark.parametrize("start", ["", "https://a/?"])
def test_the_cost_grows_linearly(start: str, unit: str) -> None:
    short, long = (start + unit * (size // len(unit.encode())) for size in (650, 6500))
    cost = _cost(long)
    if cost > 0.004:  # ten times the length: ten times the cost if linear, a hundred times if quadratic
        assert cost < 45 * max(_cost(short), 1e-5)


def _cost(text: str) -> float:
    """The least processor time, in seconds, of some readings of a text."""
    best = float("inf")
    for _ in range(2):
        began = time.thread_time()
        read(text)
        best = min(best, time.thread_time() - began)
    return best
