"""What waits to be sent: taken back, as long as it has not left."""

from collections.abc import Sequence

from station.core.item import Reason
from station.core.news import Refused
from station.core.progress import Progress

from . import returns, summaries
from .work import Work


def take_back(work: Work, items: Sequence[int], who: str) -> int:
    """Queued devices of rows go back to open; gives how many did."""
    taken = 0
    for row in work.store.items(items):
        queued = [device for device in work.store.devices(row.id) if device.progress is Progress.QUEUED]
        if queued:
            returns.to_open(work, row, queued, Reason.TAKEN_BACK, who)
            summaries.tell_progress(work, row.batch)
        taken += len(queued)
    if not taken:
        work.tell(Refused("take_back", "not_queued"))
    return taken
