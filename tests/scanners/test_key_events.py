"""Key events of one scanner: every character of a US keyboard, control keys, Alt digits, dropped events."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.scanners.framing.key_events import EV_KEY, EV_SYN, SYN_DROPPED, KeyCodes
from station.scanners.keyboard_settings import KeyboardSettings
from station.scanners.keyboard_table import US

ENTER, SHIFT, CTRL, ALT_KEY, RIGHT_BRACKET = 28, 42, 29, 56, 27
_KEYS = {char: (code, shift) for code, pair in US.items() if code < 58 for shift, char in enumerate(pair)}
PRINTABLE = [char for char in string.printable[:95] if char in _KEYS]


def strokes(text: str) -> list[tuple[int, int, int]]:
    """The events of a scanner that types this text."""
    events = []
    for char in text:
        code, shift = _KEYS[char]
        around = [SHIFT] if shift else []
        events += [(EV_KEY, key, 1) for key in (*around, code)]
        events += [(EV_KEY, key, 0) for key in (code, *around)]
        events.append((EV_SYN, 0, 0))
    return events


def play(keys: KeyCodes, events: list[tuple[int, int, int]], at_s: float = 0.0) -> list[str]:
    return [code for event in events for code in keys.feed(*event, at_s)]


def press(code: int) -> list[tuple[int, int, int]]:
    return [(EV_KEY, code, 1), (EV_KEY, code, 0)]


@given(st.lists(st.text(PRINTABLE, min_size=1, max_size=40).filter(str.strip), max_size=5))
def test_every_code_comes_out_as_it_was_printed(texts: list[str]) -> None:
    keys = KeyCodes()
    events = [event for text in texts for event in [*strokes(text), *press(ENTER)]]
    assert play(keys, events) == texts


def test_group_separators_come_as_control_keys() -> None:
    gs = [(EV_KEY, CTRL, 1), *press(RIGHT_BRACKET), (EV_KEY, CTRL, 0)]
    events = [*strokes("]d201"), *gs, *strokes("21S"), *press(ENTER)]
    assert play(KeyCodes(), events) == ["]d201\x1d21S"]


def test_alt_and_digits_are_one_character() -> None:
    events = [(EV_KEY, ALT_KEY, 1), *press(82), *press(72), *press(71), (EV_KEY, ALT_KEY, 0)]
    assert play(KeyCodes(), [*strokes("a"), *events, *strokes("b"), *press(ENTER)]) == ["aWb"]


def test_silence_ends_a_code_and_the_prefix_is_taken_off() -> None:
    keys = KeyCodes(KeyboardSettings(prefix="~", gs_substitutes=("{GS}",)))
    assert play(keys, strokes("~KIT{GS}1"), 1.0) == []
    assert keys.tick(1.1) == []
    assert keys.tick(1.2) == ["KIT\x1d1"]


def test_a_code_with_a_hole_in_it_is_given_up_and_counted() -> None:
    keys = KeyCodes()
    events = [*strokes("KIT"), (EV_SYN, SYN_DROPPED, 0), *strokes("99"), *press(ENTER), *strokes("NEXT"), *press(ENTER)]
    assert play(keys, events) == ["NEXT"]
    assert keys.lost == 1


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 600), st.integers(-1, 3), st.floats(0, 1)), max_size=200))
def test_any_events_hurt_nothing(events: list[tuple[int, int, int, float]]) -> None:
    keys, now = KeyCodes(), 0.0
    for kind, code, value, gap in events:
        now += gap
        for text in keys.feed(kind, code, value, now):
            assert text.strip()


@pytest.mark.parametrize("text", ["a" * 20_000])
def test_a_key_without_end_keeps_no_memory(text: str) -> None:
    (code,) = play(KeyCodes(), [*strokes(text), *press(ENTER)])
    assert len(code) < len(text)
