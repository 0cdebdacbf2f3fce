"""A keyboard-type scanner with all its settings, at a computer with a layout and a Caps Lock of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field

from station.scanners.keyboard_layouts import TABLES, is_dead
from station.scanners.keyboard_table import US
from tests.scanners.keyboard_model import ALT, CTRL, ENTER, KEYPAD, SHIFT, TAB, Tap, Timed

ALT_GR, RIGHT_BRACKET = 100, 27
UNKNOWN = "unknown"
"""A country whose keyboard the station does not know: Y and Z, and two signs, are elsewhere."""
_SWAPPED = {21: 44, 44: 21, 39: 53, 53: 39}
LAYOUTS = {
    "us": {code: (*pair, "") for code, pair in US.items()},
    UNKNOWN: {_SWAPPED.get(code, code): (*pair, "") for code, pair in US.items()},
    **TABLES,
}
_CONTROL = {"\x02": 48, "\x03": 46, "\x04": 32, "\n": 36, "\x1d": RIGHT_BRACKET}


@dataclass
class Scanner:
    """``layout`` is the scanner's, ``computer`` the layout that the computer is set to; ``gs`` how it sends a GS:
    "control", "digits", "lost" or the text that it sends instead; ``makes_up``: it turns Caps Lock round by itself.
    """

    layout: str = "us"
    computer: str = "us"
    caps: bool = False
    makes_up: bool = False
    prefix: str = ""
    prefix_key: int = 0
    suffix: str = ""
    terminator: str = "\r"
    gs: str = "control"
    gap_ms: float = 16
    keys: list[Timed] = field(default_factory=list)
    _at: float = 1000

    def scan(self, text: str) -> list[Timed]:
        """The keys of one scan."""
        self.keys = []
        if self.prefix_key:
            self._tap(self.prefix_key)
        for char in self.prefix + text + self.suffix + self.terminator:
            self._send(char)
        return sorted(self.keys, key=lambda pair: pair[0])

    def _send(self, char: str) -> None:
        if char in "\r\t":
            self._tap(ENTER if char == "\r" else TAB, text=char)
        elif char == "\x1d" and self.gs == "lost":
            return
        elif char == "\x1d" and self.gs == "digits":
            self._hold(ALT, self._tap_digits)
        elif char == "\x1d" and self.gs != "control":
            for other in self.gs:
                self._send(other)
        elif char < " ":
            self._hold(CTRL, lambda: self._tap(_CONTROL[char], ctrl=True, text=char))
        else:
            self._type(char)

    def _type(self, char: str) -> None:
        code, level = place(self.layout, char)
        if self.caps and self.makes_up and char.isascii() and char.isalpha():
            level = 1 - level
        dead = is_dead(self.layout, char)
        text = "" if dead and self.computer == self.layout else shown(self.computer, code, level, self.caps)
        if level:
            self._hold(SHIFT if level == 1 else ALT_GR, lambda: self._tap(code, level=level, text=text))
        else:
            self._tap(code, text=text)
        if dead:
            self._tap(57, text=char if self.computer == self.layout else " ")

    def _tap_digits(self) -> None:
        for digit in "029":
            self._tap(KEYPAD[digit], alt=True)

    def _hold(self, code: int, inside: Callable[[], None]) -> None:
        """A modifier goes down with the key and up with it."""
        at = round(self._at)
        self.keys.append((at, Tap(code, True, caps=self.caps)))
        inside()
        self.keys.append((round(self._at - self.gap_ms) + 2, Tap(code, False, caps=self.caps)))

    def _tap(self, code: int, *, text: str = "", level: int = 0, ctrl: bool = False, alt: bool = False) -> None:
        at, alt_gr = round(self._at), self.computer in TABLES
        more = {"text": text, "shift": level == 1, "ctrl": ctrl, "alt": alt or (level == 2 and not alt_gr),
                "third": level == 2 and alt_gr, "caps": self.caps}
        self.keys += [(at, Tap(code, True, **more)), (at + 1, Tap(code, False, **more))]  # type: ignore[arg-type]
        self._at += self.gap_ms


def place(layout: str, char: str) -> tuple[int, int]:
    """The key of a character, and 0, 1 (Shift) or 2 (AltGr)."""
    table = LAYOUTS[layout]
    return next((code, level) for level in (0, 1, 2) for code, levels in table.items() if levels[level] == char)


def shown(layout: str, code: int, level: int, caps: bool) -> str:
    """What the computer makes of a key."""
    char = LAYOUTS[layout].get(code, ("", "", ""))[level]
    return char.swapcase() if caps and len(char.swapcase()) == 1 else char
