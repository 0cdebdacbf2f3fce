"""What the last keys were like, for people who look for a scanner's fault: never which keys they were."""

from collections import deque
from dataclasses import dataclass

from .key_rule import Decision
from .key_stroke import Stroke

_LENGTH = 500


@dataclass(frozen=True, slots=True)
class KeyNote:
    """One key: milliseconds since the last one, down or up, what kind, and what became of it at first."""

    gap_ms: int
    down: bool
    kind: str
    fate: str


class KeyLog:
    """The last 500 keys, masked."""

    def __init__(self) -> None:
        self._notes: deque[KeyNote] = deque(maxlen=_LENGTH)
        self._last_ms = 0

    def add(self, stroke: Stroke, at_ms: int, decision: Decision) -> None:
        fate = "passed" if decision.passes else "held" if decision.held else "scan"
        gap = at_ms - self._last_ms if self._notes else 0
        self._notes.append(KeyNote(gap, stroke.down, _kind(stroke), fate))
        self._last_ms = at_ms

    @property
    def notes(self) -> tuple[KeyNote, ...]:
        return tuple(self._notes)


def _kind(stroke: Stroke) -> str:
    text = stroke.text
    if text in ("\r", "\n", "\t"):
        return "end"
    if not text:
        return "other"
    if not text.isprintable():
        return "control"
    return "digit" if text.isdigit() else "letter" if text.isalpha() else "sign"
