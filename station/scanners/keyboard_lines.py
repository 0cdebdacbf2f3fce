"""Scans in words of one line, and lines that belong to one label."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from .keyboard_run import REPORT_MS

_SHORTEST_WAIT_MS = 40
_BEATS = 4
"""How many keys' time the next line may take while nobody knows yet how evenly the scanner types."""
_BEYOND = 2
"""How many times farther from the mean than any pause seen lately the one after a line end may be."""
_REMEMBERED, _ENOUGH = 20, 8
"""Lines whose pauses are remembered, and how many it takes to go by them."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A scan as it was typed; times are event times in milliseconds.

    ``keys`` counts presses, modifiers among them, ``terminator`` is empty where the scan ended in silence.
    ``overlong``: it went on after ``text``; ``cut_head``: keys right before it had been given back as a person's,
    so its first characters may be missing.
    """

    text: str
    started_ms: int
    ended_ms: int
    terminator: str
    mean_gap: float
    max_gap: int
    keys: int
    overlong: bool = False
    cut_head: bool = False


class Lines:
    """Bursts that wait for the next line of their label; a label may hold line ends.

    ``joins(text)``: these lines are one label or the first ones of one; ``accepts(text)``: they are a label. Lines that
    began a label and did not become one are scans of their own.
    """

    def __init__(self, joins: Callable[[str], bool], accepts: Callable[[str], bool], longest_ms: int) -> None:
        self._joins, self._accepts, self._longest_ms = joins, accepts, longest_ms
        self._bursts: list[Burst] = []
        self._strayed_ms: deque[float] = deque(maxlen=_REMEMBERED)
        self._ended_ms = 0

    @property
    def waiting(self) -> bool:
        return bool(self._bursts)

    @property
    def ended_ms(self) -> int:
        """When the last line's end was typed, whether it is one key or two."""
        return self._ended_ms if self._bursts else 0

    @property
    def patience_ms(self) -> int:
        """How long the next line may take. A scanner types one label in one stream, its line ends at the pace of all
        its keys: a longer pause is another pull of the trigger, and whoever scans codes of one line hears at once.
        """
        if not self._bursts:
            return 0
        last = self._bursts[-1]
        if len(self._strayed_ms) < _ENOUGH:
            pause = max(_BEATS * last.mean_gap, 2 * last.max_gap)
        else:
            pause = last.mean_gap + max(REPORT_MS, _BEYOND * max(self._strayed_ms))
        return min(self._longest_ms, max(_SHORTEST_WAIT_MS, round(pause)))

    def end_again(self, at_ms: int) -> None:
        """The last line's end has a second key: the next line comes after that."""
        self._ended_ms = at_ms

    def add(self, burst: Burst) -> list[Burst]:
        """Take one line; returns the labels that are complete now."""
        done: list[Burst] = []
        if burst.mean_gap:
            self._strayed_ms.append(burst.max_gap - burst.mean_gap)
        text = _text([*self._bursts, burst])
        if self._bursts and not (self._joins(text) or self._accepts(text)):
            done, text = self.close(), burst.text
        self._bursts.append(burst)
        self._ended_ms = burst.ended_ms
        if burst.terminator in ("\r", "\n") and self._joins(text):
            return done
        return [*done, *self.close()]

    def close(self) -> list[Burst]:
        """No further line came: the longest labels that the lines make, one after the other."""
        left, self._bursts = self._bursts, []
        done: list[Burst] = []
        while left:
            count = next((n for n in range(len(left), 1, -1) if self._accepts(_text(left[:n]))), 1)
            done.append(_join(left[:count]))
            left = left[count:]
        return done


def _text(bursts: list[Burst]) -> str:
    return "\n".join(each.text for each in bursts)


def _join(bursts: list[Burst]) -> Burst:
    if len(bursts) == 1:
        return bursts[0]
    keys = sum(each.keys for each in bursts)
    return replace(
        bursts[-1],
        text=_text(bursts),
        started_ms=bursts[0].started_ms,
        mean_gap=sum(each.mean_gap * each.keys for each in bursts) / keys,
        max_gap=max(each.max_gap for each in bursts),
        keys=keys,
        overlong=any(each.overlong for each in bursts),
        cut_head=bursts[0].cut_head,
    )
