"""What the desk keeps in memory of one vendor or one delivery: the way there, its pace, what is fetched ahead."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from station.core.errors import Cause
from station.core.identifier import Identifier
from station.core.news import FetchedAhead, LineState
from station.core.target import Account

CALLS = 20
"""The newest calls that the pace is measured by."""


@dataclass
class Line:
    """What is known of the way to a vendor. ``since`` is wall clock, ``retry_at`` in monotonic seconds."""

    state: LineState = LineState.UNTRIED
    cause: Cause | None = None
    detail: str = ""
    since: datetime | None = None
    failures: int = 0
    retry_at: float = 0.0
    retry_wall: datetime | None = None
    needs_read: bool = False
    """A call's answer was lost: nothing is sent until a read has succeeded."""
    clock_off: float | None = None
    account: Account | None = None


@dataclass
class Pace:
    """Seconds and devices of the newest calls. ``ended_at`` is when (monotonic) the last one was answered while more
    waited behind it: what passes from then to the next answer is the vendor's time."""

    calls: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=CALLS))
    ended_at: float | None = None

    @property
    def per_second(self) -> float | None:
        """Devices a second; None before anything was measured."""
        seconds = sum(each for each, _ in self.calls)
        return sum(count for _, count in self.calls) / seconds if seconds > 0 else None


@dataclass
class Ahead:
    """One delivery that is fetched. ``wanted`` are all its codes by connection and key, ``waiting`` those not asked
    yet."""

    told: FetchedAhead
    wanted: dict[tuple[str, str], Identifier] = field(default_factory=dict)
    waiting: deque[tuple[str, Identifier]] = field(default_factory=deque)
    looking: int = 0
    read: bool = False
    """Whether all of its list has been read."""
    stopped: bool = False
