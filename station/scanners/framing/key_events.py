"""Turns the key events of one scanner into codes; nobody types on it, so each character is a scanner's.

Source: Linux, Documentation/input/event-codes.rst and include/uapi/linux/input.h.
"""

from dataclasses import dataclass, field

from station.core.scan import LONGEST_SCAN

from ..keyboard_settings import KeyboardSettings
from ..keyboard_table import ALT, KEYPAD_DIGITS, Role, char_of_alt_digits, read_key

EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
_SHIFT, _CTRL, _META = frozenset({42, 54}), frozenset({29, 97}), frozenset({125, 126})
_KEYPAD = KEYPAD_DIGITS | {55: "*", 74: "-", 78: "+", 83: ".", 98: "/"}


@dataclass(frozen=True, slots=True)
class _Press:
    """A key as ``keyboard_table`` reads it; the keypad is taken as with Num Lock on, as scanners use it."""

    code: int
    shift: bool
    ctrl: bool
    alt: bool
    meta: bool
    down: bool = True
    third: bool = False
    caps: bool = False
    repeat: bool = False

    @property
    def ident(self) -> int:
        return self.code

    @property
    def text(self) -> str:
        return _KEYPAD.get(self.code, "")


@dataclass
class KeyCodes:
    """Feed it (type, code, value) of each event with its time in seconds; it gives the codes that are whole.

    ``lost`` counts the codes that were given up because the system dropped events in the middle of them.
    """

    settings: KeyboardSettings = field(default_factory=KeyboardSettings)
    lost: int = 0
    _down: set[int] = field(default_factory=set)
    _text: list[str] = field(default_factory=list)
    _digits: str = ""
    _last: float = 0.0
    _broken: bool = False
    _dead: bool = False

    def feed(self, kind: int, code: int, value: int, at_s: float) -> list[str]:
        done = self.tick(at_s)
        if kind == EV_SYN and code == SYN_DROPPED:
            self._broken = True
            self._down.clear()
        if kind != EV_KEY or value == 2:  # 2: the key is held down, which no scanner does
            return done
        self._last = at_s
        if value == 0:
            self._down.discard(code)
            if code in ALT and self._digits:
                self._add(char_of_alt_digits(self._digits))
                self._digits = ""
            return done
        self._down.add(code)
        return done + self._press(code)

    def tick(self, at_s: float) -> list[str]:
        """A code without a terminator ends with silence."""
        silent = (self._text or self._broken) and (at_s - self._last) * 1000 >= self.settings.idle_ms
        return self._end() if silent else []

    def drop(self) -> None:
        """The device is gone, and half a code with it."""
        self._text, self._digits, self._broken = [], "", False
        self._down.clear()

    def _press(self, code: int) -> list[str]:
        down = self._down
        key = _Press(code, bool(down & _SHIFT), bool(down & _CTRL), bool(down & set(ALT)), bool(down & _META))
        reading = read_key(key, self.settings)
        match reading.role:
            case Role.TERMINATOR:
                return self._end()
            case Role.CHARACTER | Role.CONTROL:
                if not (self._dead and reading.char == " "):
                    self._add(reading.char)
                self._dead = reading.dead
            case Role.ALT_DIGIT:
                self._digits = (self._digits + reading.char)[-4:]
            case _:
                pass
        return []

    def _add(self, char: str) -> None:
        if len(self._text) <= LONGEST_SCAN:
            self._text.append(char)

    def _end(self) -> list[str]:
        text, broken = "".join(self._text), self._broken
        text = text.removeprefix(self.settings.prefix).removesuffix(self.settings.suffix)
        self._text, self._digits, self._broken = [], "", False
        if broken:
            self.lost += 1  # a code with a hole in it is no code
            return []
        for substitute in filter(None, self.settings.gs_substitutes):
            text = text.replace(substitute, "\x1d")
        return [text] if text.strip() else []
