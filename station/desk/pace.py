"""How fast a vendor takes what waits for it, as measured in this run, with the pauses that it asks for."""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from station.core.call import Call

if TYPE_CHECKING:
    from .work import Work

CALLS = 20
"""The newest calls that the pace is measured by."""


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


def measure(work: "Work", call: Call) -> None:
    """A call was answered: so many devices, in the time since the one before it or since it was sent."""
    now, pace = work.clock.monotonic(), work.state.pace.setdefault(call.connection, Pace())
    began = pace.ended_at if pace.ended_at is not None else work.state.sent_at.get(call.key, now)
    pace.calls.append((max(now - began, 0.001), len(call.devices)))
    pace.ended_at = now if call.connection in work.store.queued_connections() else None
