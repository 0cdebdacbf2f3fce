"""Where claimed devices go: how many to which target over which connection, in words that tell them apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from station.core.item import Item
from station.core.progress import Progress
from station.words import say

from .desk_state import DeskState


@dataclass(frozen=True, slots=True)
class Destination:
    """``count`` devices that Claim would claim now go to ``words``: a target, with its connections where needed.

    ``title`` is the target alone.
    """

    count: int
    words: str
    title: str = ""
    connections: tuple[str, ...] = ()


def title_of(state: DeskState, connection: str) -> str:
    """A connection's title; with its own name where another one has the same."""
    line = state.lines.get(connection)
    if line is None or not line.title:
        return connection
    twins = sum(other.title == line.title for other in state.lines.values())
    return f"{line.title} · {connection}" if twins > 1 else line.title


def short_title(state: DeskState, connection: str) -> str:
    """A connection's title by its first word, where that tells it from the others: for places with little room."""
    titles = {name: title_of(state, name) for name in state.lines}
    title = titles.get(connection, connection)
    first = title.split(" ")[0]
    alike = sum(other.split(" ")[0] == first for other in titles.values())
    return first if alike == 1 else title


def several(state: DeskState) -> bool:
    """Whether rows of several connections may stand on the table."""
    return state.plan.mixed or len({batch.connection for batch in state.plan.batches}) > 1


def destinations(state: DeskState) -> tuple[Destination, ...]:
    """Where Claim would send what is ready, target by target; without words where no target is chosen yet."""
    found = []
    for title, count in state.plan.counts.devices:
        names = tuple(dict.fromkeys(b.connection for b in state.plan.batches if b.target_title == title))
        found.append(Destination(count, _words(state, title, names), title, names))
    return tuple(found)


def place_of(state: DeskState, item: Item) -> str:
    """Where a row goes, or is once it is claimed: "Estates · HERE"; the target alone over the chosen connection."""
    there = (item.place or (item.outcome.place if item.outcome else "")) if item.progress is Progress.CLAIMED else ""
    target = there or item.target_title or say("goes.no_target")
    if item.connection == state.connection:
        return target
    return say("goes.to", target=target, connection=short_title(state, item.connection))


def listed(places: Sequence[Destination]) -> str:
    """All of them in one line: the target alone where there is one, "20 Oslo-West, 5 Estates · HERE" for several."""
    if len(places) == 1:
        return places[0].words
    return ", ".join(say("claim.part", count=each.count, target=each.words) for each in places)


def _words(state: DeskState, title: str, connections: tuple[str, ...]) -> str:
    chosen_only = set(connections) <= {state.connection}
    if not title or chosen_only or not several(state):
        return title
    return say("goes.to", target=title, connection=", ".join(short_title(state, name) for name in connections))
