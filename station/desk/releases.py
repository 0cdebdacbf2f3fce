"""Giving devices back: only what this desk claimed, by handle, and after a fresh read showed it as ours."""

from collections.abc import Sequence

from station.core.call import Verb
from station.core.news import Refused
from station.core.progress import Progress

from . import changing
from .work import Work


def release(work: Work, items: Sequence[int], who: str) -> int:
    """Release the claimed devices of rows; gives how many are asked for. The answer comes as changed rows."""
    if not who.strip():
        work.tell(Refused("release", "no_operator"))
        return 0
    asked = 0
    for row in work.store.items(items):
        backend, batch = work.backend(row.connection), work.store.batch(row.batch)
        claimed = [
            changing.named(row, device)
            for device in work.store.devices(row.id)
            if device.progress is Progress.CLAIMED and changing.handle_of(device) and not device.found.owned
        ]
        if backend is None or batch is None or not backend.traits.release or not claimed:
            work.tell(Refused("release", "not_ours" if backend and backend.traits.release else "cannot"))
            continue
        asked += len(claimed)
        changing.begin(work, Verb.RELEASE, batch, claimed, who.strip())
    return asked
