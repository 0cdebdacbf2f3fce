"""Tells the keys of a scanner from the keys of a person, by their rhythm; knows no Qt and reads no clock."""

from collections.abc import Callable
from typing import Generic

from .keyboard_held import Decision, Held
from .keyboard_lines import Burst
from .keyboard_run import K, elapsed
from .keyboard_settings import KeyboardSettings
from .keyboard_table import Key, Reading, Role, read_key

__all__ = ["Burst", "BurstRule", "Decision", "Key", "KeyboardSettings", "elapsed"]

_SEPARATORS = "\x1c\x1d\x1e\x1f"


def _no(_text: str) -> bool:
    return False


class BurstRule(Generic[K]):
    """Feed it every press and release with its event time; it says which are a scanner's.

    ``accepts(text)``: a label grammar knows this text; asked for bursts without terminator that are slow or come amid
    typing, and for lines that may be one label.
    ``joins(text)``: these lines, joined by line feeds, are one label or the first lines of one. Those that are none in
    the end are scans of their own.
    Every key fed ends in exactly one of: passed, replayed, taken by a burst.
    """

    def __init__(
        self,
        settings: KeyboardSettings | None = None,
        accepts: Callable[[str], bool] = _no,
        joins: Callable[[str], bool] = _no,
    ) -> None:
        self.settings = settings or KeyboardSettings()
        self._held: Held[K] = Held(self.settings, accepts, joins)
        self._lost_ms: int | None = None
        self._stuck: tuple[int, int] | None = None

    @property
    def deadline_ms(self) -> int | None:
        """The event time at which ``tick`` would decide something; none while nothing is held."""
        run, lines = self._held.run, self._held.lines
        if run.tokens:
            return run.last_ms + self.settings.limit_ms(run.strokes) + 1
        return lines.ended_ms + lines.patience_ms + 1 if lines.waiting else None

    def feed(self, key: K, at_ms: int) -> Decision[K]:
        """Judge one press or release; ``at_ms`` is its own event time (32 bit, may wrap)."""
        self._expire(at_ms)
        held = self._held
        if not key.down:
            return self._release(key, at_ms)
        if key.repeat and key.ident in held.down:
            return held.decide()
        if self._still_stuck(key, at_ms):
            return held.decide(passes=True)
        held.down.discard(key.ident)
        reading = Reading(Role.FOREIGN) if key.repeat else read_key(key, self.settings)
        if reading.role is Role.TERMINATOR:
            return self._terminate(key, reading.char, at_ms)
        if reading.role is Role.FOREIGN or not (held.run.strokes or self._may_open(reading)):
            held.settle("", held.run.last_ms)
            return held.decide(passes=True)
        return self._hold(key, reading, at_ms)

    def tick(self, at_ms: int) -> Decision[K]:
        """Time has passed with no key; ``at_ms`` is in the events' own time."""
        self._expire(at_ms)
        return self._held.decide()

    def interrupt(self) -> Decision[K]:
        """The pointer or the focus goes elsewhere: one or two held keys are a person's and go back at once."""
        if self._held.run.strokes <= 2:
            self._held.give_back()
        return self._held.decide()

    def finish(self) -> Decision[K]:
        """No more keys will come: judge what is held."""
        self._held.settle("", self._held.run.last_ms)
        self._held.close_lines()
        return self._held.decide()

    def _expire(self, at_ms: int) -> None:
        held, run = self._held, self._held.run
        if run.tokens and elapsed(run.last_ms, at_ms) > self.settings.limit_ms(run.strokes):
            if 0 < run.strokes <= 2:
                self._lost_ms = run.last_ms
            held.settle("", run.last_ms)
        lines = held.lines
        if not held.run.tokens and lines.waiting and elapsed(lines.ended_ms, at_ms) > lines.patience_ms:
            held.close_lines()

    def _may_open(self, reading: Reading) -> bool:
        """A first key that may be a shortcut is a person's; a separator or the prefix is not."""
        if reading.role is Role.CONTROL:
            return reading.char in _SEPARATORS or self.settings.prefix.startswith(reading.char)
        return True

    def _hold(self, key: K, reading: Reading, at_ms: int) -> Decision[K]:
        held, run = self._held, self._held.run
        run.overlong |= len(run.chars) >= self.settings.max_payload
        if run.overlong:  # a flood: nothing of it will ever be given back, so nothing more is kept
            run.last_ms = at_ms
            held.down.add(key.ident)
            return held.decide()
        if run.is_stuck(reading):
            self._stuck = (key.ident, at_ms)
            held.give_back()
            return held.decide(passes=True)
        if run.is_behind(at_ms, self.settings.widest_mean_ms):
            self._lost_ms = run.last_ms
            held.give_back()
        if not held.run.strokes and reading.role is not Role.MODIFIER and self._lost_ms is not None:
            held.run.after_a_loss = elapsed(self._lost_ms, at_ms) <= self.settings.max_gap_ms
        held.run.press(key, reading, at_ms)
        return held.decide(held=True)

    def _still_stuck(self, key: K, at_ms: int) -> bool:
        """The key that a person holds down, on systems that do not mark its repeats."""
        stuck, self._stuck = self._stuck, None
        if stuck and stuck[0] == key.ident and elapsed(stuck[1], at_ms) <= self.settings.max_gap_ms:
            self._stuck = (key.ident, at_ms)
        return self._stuck is not None

    def _release(self, key: K, at_ms: int) -> Decision[K]:
        held = self._held
        if key.ident in held.down:
            if not key.repeat:
                held.down.discard(key.ident)
            return held.decide()
        if not held.run.tokens:
            return held.decide(passes=True)
        held.run.release(key, at_ms)
        return held.decide(held=True)

    def _terminate(self, key: K, char: str, at_ms: int) -> Decision[K]:
        held = self._held
        if held.run.strokes:
            scanned = held.settle(char, at_ms)
        else:
            ended = held.ended_ms
            scanned = ended is not None and elapsed(ended, at_ms) <= self.settings.swallow_ms
            (held.take if scanned else held.give_back)()
            if scanned:
                held.lines.end_again(at_ms)
        if scanned:
            held.down.add(key.ident)
        return held.decide(passes=not scanned)
