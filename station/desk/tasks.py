"""What is posted to the desk, and in which order it is taken up."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import Any


class Lane(IntEnum):
    """Outcomes that the disk refused come first, then scans and outcomes, then everything else; the stop comes last."""

    FIRST = 0
    NORMAL = 1
    LAST = 2


_numbers = count()


@dataclass(order=True)
class Task:
    """A verb with its arguments; of one lane, the one that was posted first comes first. No verb: the stop."""

    lane: Lane
    verb: Callable[..., Any] | None = field(compare=False)
    args: tuple[Any, ...] = field(compare=False, default=())
    kwargs: dict[str, Any] = field(compare=False, default_factory=dict)
    must: bool = field(compare=False, default=False)
    """An outcome: it stays in memory and is written again until the disk takes it."""
    number: int = field(default_factory=lambda: next(_numbers))
    future: "Future[Any]" = field(compare=False, default_factory=Future)

    def again(self) -> "Task":
        """The same outcome once more, in its old place."""
        return Task(Lane.FIRST, self.verb, self.args, self.kwargs, must=True, number=self.number)
