"""What the About panel needs of the program round it, and what it is told of newer versions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fact:
    """``name`` is the word's key, ``value`` as it is shown."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the program: ``licence`` as an SPDX expression, ``text_file`` among the resources or empty, and how it
    can be replaced, where its licence lets everybody do that."""

    name: str
    version: str
    licence: str
    text_file: str = ""
    replace: str = ""


class Step(StrEnum):
    """How far it is with a newer version."""

    NONE = "none"
    OFFERED = "offered"
    FETCHING = "fetching"
    FETCHED = "fetched"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Update:
    """What is known of newer versions: ``problem`` is a code, or empty, and stands beside what was known before;
    ``done`` and ``size`` in bytes; ``looked_at`` is when an index was believed last."""

    step: Step = Step.NONE
    version: str = ""
    published: datetime | None = None
    notes_url: str = ""
    done: int = 0
    size: int = 0
    problem: str = ""
    detail: str = ""
    looked_at: datetime | None = None


class UpdateDoors(Protocol):
    """What can be asked about a newer version; nothing waits, and answers come as news."""

    def look(self) -> None: ...

    def fetch(self) -> None: ...

    def open(self) -> None: ...


@dataclass(frozen=True, slots=True)
class AboutDoors:
    """``facts``, ``parts``, ``text_of`` and ``bill`` may wait for the disk: never on the window's thread.

    ``folder`` is where the list of parts is saved; ``updates`` is None where no index is set up.
    """

    facts: Callable[[], Sequence[Fact]]
    parts: Callable[[], Sequence[Part]]
    text_of: Callable[[Part], str]
    bill: Callable[[], bytes | None]
    folder: Path
    updates: UpdateDoors | None = None
