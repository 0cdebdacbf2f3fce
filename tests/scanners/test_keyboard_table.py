"""Which characters a scan's keys stand for, whatever the computer makes of them."""

from dataclasses import replace

from station.scanners.keyboard_rule import BurstRule
from station.scanners.keyboard_settings import KeyboardSettings as Settings
from tests.scanners.keyboard_model import KEYPAD, Books, Tap, Timed, tap, typed


def read(keys: list[Timed], settings: Settings | None = None) -> Books:
    return Books(BurstRule(settings)).run(keys).finish()


def scan(text: str) -> list[Timed]:
    return list(typed(text, 1000, lambda: 16, hold=2))


def test_caps_lock() -> None:
    lit = [(at, replace(key, caps=True, text=key.text.swapcase())) for at, key in scan("Kit-12\r")]
    assert read(lit).texts == ["Kit-12"]
    assert read(lit, Settings(caps="apply")).texts == ["kIT-12"]
    assert read(lit, Settings(layout="same")).texts == ["Kit-12"]
    assert read(lit, Settings(layout="same", caps="apply")).texts == ["kIT-12"]


def test_the_computers_own_layout() -> None:
    french = str.maketrans("qwa12", "azq&é")
    keys = [(at, replace(key, text=key.text.translate(french))) for at, key in scan("qwa\x1d12\r")]
    assert read(keys).texts == ["qwa\x1d12"]
    assert read(keys, Settings(layout="same")).texts == ["azq\x1d&é"]


def test_keys_of_unknown_place_count_by_their_text() -> None:
    keys: list[Timed] = [
        (1000 + 10 * at, Named(0, True, text)) for at, text in enumerate(["a", "é", "7", "-", "\r"])
    ]
    assert read(keys).texts == ["aé7-"]


class Named(Tap):
    """A key without a place, as from a virtual keyboard."""

    @property
    def ident(self) -> int:
        return -ord(self.text)


def test_keypad_digits_count_while_num_lock_is_on() -> None:
    on = [key for at, digit in enumerate("4711") for key in tap(KEYPAD[digit], 1000 + 10 * at, text=digit)]
    assert read(on).texts == ["4711"]
    off = [key for at, digit in enumerate("4711") for key in tap(KEYPAD[digit], 1000 + 10 * at)]
    assert (read(off).texts, len(read(off).passed)) == ([], 8)
