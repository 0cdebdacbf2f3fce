"""How the table is sorted and what a filter lets through."""

from dataclasses import dataclass
from enum import StrEnum


class SortBy(StrEnum):
    NUMBER = "number"
    IDENTIFIER = "identifier"
    WHAT = "what"
    NAME = "name"
    STATUS = "status"
    SCANNED = "scanned"


class Show(StrEnum):
    """Which rows of the table a filter lets through, besides its text."""

    ALL = "all"
    READY = "ready"
    PROBLEMS = "problems"
    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order and a filter of the table. ``text`` is looked for in identifier, name, title, type and target."""

    by: SortBy = SortBy.NUMBER
    descending: bool = True
    text: str = ""
    show: Show = Show.ALL
