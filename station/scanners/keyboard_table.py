"""Which character a key stands for: by its place on a US or another keyboard, or by what the computer makes of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from .keyboard_layouts import TABLES, is_dead


class Key(Protocol):
    """What must be known of a key that went down or up.

    ``ident`` is the same for the press and the release of one key; ``code`` is the evdev code (0 where the
    platform tells none); ``text`` is what the computer's layout makes of it; ``third``: AltGr is held, on a computer
    that has one; ``repeat`` is its own repeat flag.
    """

    @property
    def ident(self) -> int: ...
    @property
    def code(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def down(self) -> bool: ...
    @property
    def shift(self) -> bool: ...
    @property
    def ctrl(self) -> bool: ...
    @property
    def alt(self) -> bool: ...
    @property
    def meta(self) -> bool: ...
    @property
    def third(self) -> bool: ...
    @property
    def caps(self) -> bool: ...
    @property
    def repeat(self) -> bool: ...


class Role(StrEnum):
    """What a key can be within a scan."""

    CHARACTER = "character"
    CONTROL = "control"
    TERMINATOR = "terminator"
    MODIFIER = "modifier"
    ALT_DIGIT = "alt digit"
    PREFIX = "prefix"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Reading:
    """A key's role and, where it has one, its character; a ``dead`` one swallows the space that follows it."""

    role: Role
    char: str = ""
    dead: bool = False


class Layout(Protocol):
    """The part of the settings that says how keys are read."""

    @property
    def layout(self) -> str: ...
    @property
    def caps(self) -> str: ...
    @property
    def terminators(self) -> str: ...
    @property
    def prefix_key(self) -> int: ...


_ROWS = {
    2: ("1234567890-=", "!@#$%^&*()_+"),
    16: ("qwertyuiop[]", "QWERTYUIOP{}"),
    30: ("asdfghjkl;'`", 'ASDFGHJKL:"~'),
    43: ("\\zxcvbnm,./", "|ZXCVBNM<>?"),
    57: (" ", " "),
    86: ("<", ">"),
}
US = {first + at: pair for first, row in _ROWS.items() for at, pair in enumerate(zip(*row, strict=True))}
"""evdev code of the main block -> the character without and with Shift, on a US keyboard."""

KEYPAD_DIGITS = {71: "7", 72: "8", 73: "9", 75: "4", 76: "5", 77: "6", 79: "1", 80: "2", 81: "3", 82: "0"}
_KEYPAD = {*KEYPAD_DIGITS, 55, 74, 78, 83, 98}
_ENTER, _TAB = (28, 96), 15
ALT = (56, 100)
_MODIFIERS = {42, 54, 29, 97, *ALT, 125, 126, 58, 69}
_CONTROL_BY_DIGIT = {"6": "\x1e", "-": "\x1f", "2": "\x00"}

NOTHING = Reading(Role.FOREIGN)


def read_key(key: Key, layout: Layout) -> Reading:
    """The role and character of a key press; whatever cannot be part of a scan is ``FOREIGN``."""
    if key.code in _MODIFIERS:
        return Reading(Role.MODIFIER)
    if layout.prefix_key and key.code == layout.prefix_key:
        return Reading(Role.PREFIX)
    if key.meta:
        return NOTHING
    if key.code in _ENTER or (not key.code and key.text in ("\r", "\n")):
        return NOTHING if key.ctrl or key.alt else _control("\r", layout)
    if key.code == _TAB or (not key.code and key.text == "\t"):
        return NOTHING if key.ctrl or key.alt or key.shift else _control("\t", layout)
    if key.ctrl and not key.alt:
        return _control(_control_char(key, layout), layout)
    if key.alt and not key.ctrl and key.code in KEYPAD_DIGITS:
        return Reading(Role.ALT_DIGIT, KEYPAD_DIGITS[key.code])
    if key.alt and not key.ctrl and layout.layout not in TABLES:
        return NOTHING
    char = _plain_char(key, layout)
    if not char.isprintable() or not char:
        return NOTHING
    return Reading(Role.CHARACTER, char, is_dead(layout.layout, char))


def _control(char: str, layout: Layout) -> Reading:
    if not char:
        return NOTHING
    return Reading(Role.TERMINATOR if char in layout.terminators else Role.CONTROL, char)


def _control_char(key: Key, layout: Layout) -> str:
    if layout.layout == "same" and len(key.text) == 1 and key.text < " ":
        return key.text
    char = US.get(key.code, (key.text, key.text))[key.shift]
    if len(char) == 1 and "@" <= char <= "z" and char != "`":
        return chr(ord(char) & 0x1F)
    return _CONTROL_BY_DIGIT.get(char, "")


def _plain_char(key: Key, layout: Layout) -> str:
    national = TABLES.get(layout.layout, {}).get(key.code)
    if national is not None:
        if key.third or key.alt:  # a computer whose own keyboard has no AltGr takes it for Alt
            return national[2]
        letter = national[0].upper() == national[1] != national[0]
        return national[key.shift != (key.caps and layout.caps == "apply" and letter)]
    by_place = US.get(key.code)
    if key.code in _KEYPAD or by_place is None or (key.ctrl and key.alt):
        return key.text  # without Num Lock the keypad has no text: those are arrows; Ctrl+Alt is AltGr
    if layout.layout == "same":
        return key.text.swapcase() if key.caps and layout.caps == "ignore" and len(key.text) == 1 else key.text
    inverted = key.caps and layout.caps == "apply" and by_place[0].isalpha()
    return by_place[key.shift != inverted]


def char_of_alt_digits(digits: str) -> str:
    """The character typed as Alt and digits on the keypad: code page 1252 after a leading 0, else 437."""
    value = int(digits) & 0xFF
    if value < 0x80:
        return chr(value)
    return bytes([value]).decode("cp1252" if digits.startswith("0") else "cp437", "replace")
