"""How fast a vendor takes what waits for it, as measured in this run, with the pauses that it asks for."""

from station.core.call import Call

from .state_parts import Pace
from .work import Work


def measure(work: Work, call: Call) -> None:
    """A call was answered: so many devices, in the time since the one before it or since it was sent."""
    now, pace = work.clock.monotonic(), work.state.pace.setdefault(call.connection, Pace())
    began = pace.ended_at if pace.ended_at is not None else work.state.sent_at.get(call.key, now)
    pace.calls.append((max(now - began, 0.001), len(call.devices)))
    pace.ended_at = now if call.connection in work.store.queued_connections() else None
