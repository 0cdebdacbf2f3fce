"""The keys that are held back, and what they are worth as a scan."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .keyboard_table import ALT, Key, Reading, Role, char_of_alt_digits

K = TypeVar("K", bound=Key)

REPORT_MS = 8
"""What a keyboard's report takes on the slowest USB: a modifier with one of its own is a key of its own."""

_STUCK = 16
_PATIENCE_MS = 200
_CLOCK = 1 << 32
NEVER = 1 << 31
"""Longer than any limit: the answer for times that lie in no order."""


def elapsed(since: int, at: int) -> int:
    """Milliseconds between two event times, across the wrap of a 32-bit clock.

    A step back of less than a second is two devices out of order and counts as 0; a longer one is another clock.
    """
    gap = (at - since) % _CLOCK
    if gap < NEVER:
        return gap
    return 0 if _CLOCK - gap < 1000 else NEVER


@dataclass(slots=True)
class Run(Generic[K]):
    """Presses and releases in the order they came.

    ``strokes`` counts presses that are no modifiers, ``beats`` those and modifiers that took time of their own.
    """

    tokens: list[K] = field(default_factory=list)
    chars: list[str] = field(default_factory=list)
    presses: int = 0
    beats: int = 0
    strokes: int = 0
    started_ms: int = 0
    last_ms: int = 0
    total_ms: int = 0
    longest_ms: int = 0
    after_a_loss: bool = False
    overlong: bool = False
    _digits: str = ""
    _dead: bool = False
    _modifier_gap: int = 0
    _since_stroke_ms: int = 0

    def press(self, key: K, reading: Reading, at_ms: int) -> None:
        """Hold one more press back."""
        gap = elapsed(self.last_ms, at_ms) if self.presses else 0
        if not self.presses:
            self.started_ms = at_ms
        self.last_ms = at_ms
        self._since_stroke_ms += gap
        self.longest_ms = max(self.longest_ms, gap)
        self.presses += 1
        if reading.role is Role.MODIFIER:
            self._modifier_gap = gap
        else:
            self.strokes += 1
            self.beats += 1 + (min(gap, self._modifier_gap) >= REPORT_MS)
            self.total_ms += self._since_stroke_ms
            self._modifier_gap = self._since_stroke_ms = 0
        self.tokens.append(key)
        if reading.role is Role.ALT_DIGIT:
            self._digits = (self._digits + reading.char)[-4:]
        elif reading.char and not (self._dead and reading.char == " "):
            self.chars.append(reading.char)
        if reading.role is not Role.MODIFIER:
            self._dead = reading.dead

    def release(self, key: K, at_ms: int) -> None:
        """Hold a release back, so that it stays behind its press; Alt going up turns its digits into a character."""
        self.tokens.append(key)
        if key.code in ALT and self._digits:
            self.chars.append(char_of_alt_digits(self._digits))
            self._digits = ""
            self.last_ms = at_ms

    def is_behind(self, at_ms: int, mean_ms: int) -> bool:
        """So far behind a scanner's pace that holding on would only make a typist wait."""
        spent = self.total_ms + self._since_stroke_ms + elapsed(self.last_ms, at_ms)
        return self.strokes >= 3 and spent > mean_ms * self.beats + _PATIENCE_MS

    def is_stuck(self, reading: Reading) -> bool:
        """Nothing but one character, and here it comes again: a key held down, on systems that do not say so."""
        return len(self.chars) >= _STUCK and set(self.chars) == {reading.char}

