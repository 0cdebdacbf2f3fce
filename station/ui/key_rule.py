"""What the key filter needs to be given: a rule that tells a scanner's keys from a person's."""

from collections.abc import Sequence
from typing import Protocol

from .key_stroke import Stroke


class Burst(Protocol):
    """What the filter reads of a scan that the rule found."""

    @property
    def text(self) -> str: ...
    @property
    def overlong(self) -> bool: ...
    @property
    def cut_head(self) -> bool: ...


class Decision(Protocol):
    """What the rule says: keys to give back now, scans, and what becomes of the key just fed."""

    @property
    def replay(self) -> Sequence[Stroke]: ...
    @property
    def bursts(self) -> Sequence[Burst]: ...
    @property
    def passes(self) -> bool: ...
    @property
    def held(self) -> bool: ...


class Rule(Protocol):
    """Fed with every key; times are event times in milliseconds, 32 bit, which wrap."""

    @property
    def deadline_ms(self) -> int | None: ...
    def feed(self, key: Stroke, at_ms: int, /) -> Decision: ...
    def tick(self, at_ms: int, /) -> Decision: ...
    def interrupt(self) -> Decision: ...
    def finish(self) -> Decision: ...
