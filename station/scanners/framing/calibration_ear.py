"""Hears whole scans, whatever their rhythm, while the set-up wizard asks for its label; knows no Qt and no clock."""

from collections.abc import Callable
from typing import Generic

from ..keyboard_held import Decision
from ..keyboard_run import K, elapsed
from ..keyboard_table import ALT

_QUIET_MS, _FEW_QUIET_MS = 700, 300
"""Silence after which a scan has ended, and after which a few keys are a person's."""
_FEW = 8
_MOST_TOKENS = 4000
_ESCAPE = 1
_MODIFIERS = frozenset({42, 54, 29, 97, *ALT, 125, 126, 58, 69})


class Ear(Generic[K]):
    """Stands in for the burst rule: holds all keys back and hands those of one scan over; few keys go back.

    ``hear`` gets the keys with their event times; from then on all keys pass, until somebody listens anew.
    """

    def __init__(self, hear: Callable[[list[tuple[int, K]]], None]) -> None:
        self._hear = hear
        self._keys: list[tuple[int, K]] = []
        self._strokes = 0
        self._last_ms = 0
        self._done = False

    @property
    def deadline_ms(self) -> int | None:
        return self._last_ms + self._limit_ms + 1 if self._keys else None

    @property
    def _limit_ms(self) -> int:
        return _QUIET_MS if self._strokes >= _FEW else _FEW_QUIET_MS

    def feed(self, key: K, at_ms: int) -> Decision[K]:
        settled = self._settle() if self._is_quiet(at_ms) else Decision()
        if self._done or (key.code == _ESCAPE and not self._keys):
            return Decision(settled.replay, settled.taken, passes=True)
        if not key.down and not self._keys:
            return Decision(settled.replay, settled.taken, passes=True)  # its press was before
        self._last_ms = at_ms
        if key.down and key.code not in _MODIFIERS:
            self._strokes += 1
        if len(self._keys) >= _MOST_TOKENS:  # whatever this is, it is not one label
            return Decision(settled.replay, settled.taken)
        self._keys.append((at_ms, key))
        return Decision(settled.replay, settled.taken, held=True)

    def tick(self, at_ms: int) -> Decision[K]:
        return self._settle() if self._is_quiet(at_ms) else Decision()

    def interrupt(self) -> Decision[K]:
        """The pointer goes elsewhere: few keys are a person's."""
        return self._settle() if self._strokes < _FEW else Decision()

    def finish(self) -> Decision[K]:
        return self._settle()

    def _is_quiet(self, at_ms: int) -> bool:
        return bool(self._keys) and elapsed(self._last_ms, at_ms) > self._limit_ms

    def _settle(self) -> Decision[K]:
        keys, self._keys = self._keys, []
        strokes, self._strokes = self._strokes, 0
        held = tuple(key for _, key in keys)
        if strokes < _FEW:
            return Decision(replay=held)
        self._done = True
        self._hear(keys)
        return Decision(taken=held)
