"""What is posted to the desk, and in which order it is taken up."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import Any


class Lane(IntEnum):
    """Scans and outcomes come first, then everything else, which they overtake only so often; the stop comes last."""

    FIRST = 0
    NORMAL = 1
    LAST = 2


OVERTAKEN_BY = 16
"""So many scans and outcomes that were posted after a wish of the window come before it, and no more: while a long
queue is sent, outcomes never end."""

_numbers = count()


@dataclass(order=True)
class Task:
    """A verb with its arguments; of one lane, the one that was posted first comes first. No verb: the stop."""

    place: tuple[bool, int, Lane] = field(init=False)
    lane: Lane = field(compare=False)
    verb: Callable[..., Any] | None = field(compare=False)
    args: tuple[Any, ...] = field(compare=False, default=())
    kwargs: dict[str, Any] = field(compare=False, default_factory=dict)
    must: bool = field(compare=False, default=False)
    """An outcome: it stays in memory and is written again until the disk takes it."""
    number: int = field(compare=False, default_factory=lambda: next(_numbers))
    future: "Future[Any]" = field(compare=False, default_factory=Future)

    def __post_init__(self) -> None:
        late = OVERTAKEN_BY if self.lane is Lane.NORMAL else 0
        self.place = self.lane is Lane.LAST, self.number + late, self.lane

    def again(self) -> "Task":
        """The same outcome once more, in its old place."""
        return Task(Lane.FIRST, self.verb, self.args, self.kwargs, must=True, number=self.number)
