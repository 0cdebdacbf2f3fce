"""What the set-up wizard needs of the program: keys of one scan, what they tell, and settings that are put to use."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from .connection_doors import Done, Problem

Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was found; the screen says it as ``say("calibration.…")`` with the values put in."""

    code: str
    values: Values = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that the proposal changes, as texts."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What one scan told. ``is_label``: it was the calibration label; ``works``: with ``changes`` made, all of it is
    read. ``proposal`` is for ``apply`` alone; ``log`` has a line a key, masked where it was not the label.
    """

    is_label: bool
    works: bool
    told: tuple[Told, ...] = ()
    changes: tuple[Change, ...] = ()
    proposal: object = None
    log: tuple[str, ...] = ()


class WizardDoors(Protocol):
    """Called on the window's thread; ``hear`` is, too. Nothing waits."""

    @property
    def label(self) -> str:
        """The text of the calibration label."""
        ...

    @property
    def short_label(self) -> str:
        """The same for scanners that read only bars."""
        ...

    def listen(self, hear: Callable[[Examined], None]) -> bool:
        """Take the keys of the next scan for the wizard; False where no keys are heard at all."""
        ...

    def stop(self) -> None:
        """Take no more keys."""
        ...

    def examine_text(self, text: str) -> Examined:
        """Judge a scan of the label by a scanner that does not type."""
        ...

    def apply(self, proposal: object) -> "Future[Done | Problem]":
        """Put a proposal to use, now and at each start."""
        ...
