"""What becomes of held keys: given back to the person, or taken for a scan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from .keyboard_lines import Burst, Lines
from .keyboard_run import K, Run
from .keyboard_settings import KeyboardSettings

_SHORTEST_CODE = 6


@dataclass(frozen=True, slots=True)
class Decision(Generic[K]):
    """What becomes of keys: first those given back, then the bursts, then the key just fed.

    ``replay``: held keys that were a person's, in order; ``taken``: held keys that belonged to a scan; ``passes``:
    the key just fed goes on as if nobody had looked; ``held``: it waits. Neither: it belonged to a scan.
    """

    replay: tuple[K, ...] = ()
    taken: tuple[K, ...] = ()
    bursts: tuple[Burst, ...] = ()
    passes: bool = False
    held: bool = False


def judge(
    run: Run[K], terminator: str, ended_ms: int, settings: KeyboardSettings, accepts: Callable[[str], bool]
) -> Burst | None:
    """The scan that these keys are, or nothing where they are a person's."""
    text = "".join(run.chars).removeprefix(settings.prefix).removesuffix(settings.suffix)
    for substitute in filter(None, settings.gs_substitutes):
        text = text.replace(substitute, "\x1d")
    mean = run.total_ms / max(1, run.beats - 1)
    if not run.overlong:
        if len(text) < max(1, settings.min_length) or len(set(text)) < settings.min_distinct:
            return None
        if mean > settings.widest_mean_ms or run.longest_ms > settings.max_gap_ms:
            return None
        if mean > settings.mean_gap_ms and not (terminator and _is_like_a_code(text)) and not accepts(text):
            return None  # slow: a quick typist's words would do, too
        if run.after_a_loss and not terminator and not accepts(text):
            return None  # in the middle of typing
    return Burst(
        text, run.started_ms, ended_ms, terminator, mean, run.longest_ms, run.presses, run.overlong, run.after_a_loss
    )


def _is_like_a_code(text: str) -> bool:
    """What may be a code that no grammar knows, and is no word that a person ends with Enter."""
    return len(text) >= _SHORTEST_CODE and not any(map(str.isspace, text)) and any(map(str.isdigit, text))


class Held(Generic[K]):
    """The run of held keys, the keys taken for scans that are still down, and what was decided since last asked."""

    def __init__(
        self, settings: KeyboardSettings, accepts: Callable[[str], bool], joins: Callable[[str], bool]
    ) -> None:
        self._settings, self._accepts = settings, accepts
        self.lines = Lines(joins, accepts, settings.max_gap_ms)
        self.run: Run[K] = Run()
        self.down: set[int] = set()
        self.ended_ms: int | None = None
        self._replay: list[K] = []
        self._taken: list[K] = []
        self._bursts: list[Burst] = []

    def settle(self, terminator: str, ended_ms: int) -> bool:
        """Judge the held keys: True when they were a scan."""
        burst = judge(self.run, terminator, ended_ms, self._settings, self._accepts)
        if burst is None:
            self.give_back()
            return False
        self.take()
        self.ended_ms = ended_ms if terminator else None
        self._bursts += self.lines.add(burst)
        return True

    def give_back(self) -> None:
        """The held keys are a person's."""
        if self.run.strokes:
            self.close_lines()
        self._replay += self.run.tokens
        self.run = Run()

    def take(self) -> None:
        """The held keys are a scanner's; a release whose press went through before them still goes on."""
        for key in self.run.tokens:
            if key.down:
                self.down.add(key.ident)
                self._taken.append(key)
            elif key.ident in self.down:
                self.down.discard(key.ident)
                self._taken.append(key)
            else:
                self._replay.append(key)
        self.run = Run()

    def close_lines(self) -> None:
        """No further line of that label came."""
        self._bursts += self.lines.close()

    def decide(self, *, passes: bool = False, held: bool = False) -> Decision[K]:
        """All that was decided since the last call."""
        if not (self._replay or self._taken or self._bursts):
            return Decision(passes=passes, held=held)
        made = Decision(tuple(self._replay), tuple(self._taken), tuple(self._bursts), passes, held)
        self._replay, self._taken, self._bursts = [], [], []
        return made
