"""Scans in words of one line, and lines that belong to one label."""

from collections.abc import Callable
from dataclasses import dataclass, replace


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
    """Bursts that wait for the next line of their label; a label may hold line ends."""

    def __init__(self, joins: Callable[[str], bool]) -> None:
        self._joins = joins
        self._burst: Burst | None = None

    @property
    def waiting(self) -> bool:
        return self._burst is not None

    @property
    def ended_ms(self) -> int:
        return self._burst.ended_ms if self._burst else 0

    def add(self, burst: Burst) -> list[Burst]:
        """Take one line; returns the labels that are complete now."""
        done: list[Burst] = []
        if self._burst:
            joined = _join(self._burst, burst)
            if self._joins(joined.text):
                burst = joined
            else:
                done = self.close()
        if burst.terminator in ("\r", "\n") and self._joins(burst.text):
            self._burst = burst
            return done
        self._burst = None
        return [*done, burst]

    def close(self) -> list[Burst]:
        """No further line came."""
        done = [self._burst] if self._burst else []
        self._burst = None
        return done


def _join(first: Burst, second: Burst) -> Burst:
    keys = first.keys + second.keys
    return replace(
        second,
        text=f"{first.text}\n{second.text}",
        started_ms=first.started_ms,
        mean_gap=(first.mean_gap * first.keys + second.mean_gap * second.keys) / keys,
        max_gap=max(first.max_gap, second.max_gap),
        keys=keys,
        overlong=first.overlong or second.overlong,
        cut_head=first.cut_head,
    )
