"""The cool-off: for so long after Claim nothing of a batch is sent, and it can still be cancelled."""

from datetime import timedelta

from station.core.batch import Batch

from .work import Work, wake

LONGEST_S = 600.0


def left(work: Work, batch: Batch) -> float:
    """Seconds in which nothing of a closed batch is sent yet: by the monotonic clock in the run in which it was
    claimed, else by the wall clock; never longer than the whole cool-off, however a clock was set."""
    whole = min(max(work.state.cool_off_s, 0.0), LONGEST_S)
    if not whole or batch.closed_at is None or batch.name:  # a batch of a command line was asked for by its name
        return 0.0
    claimed = work.state.claimed_at.get(batch.id)
    passed = (
        work.clock.monotonic() - claimed
        if claimed is not None
        else (work.clock.now() - batch.closed_at).total_seconds()
    )
    return min(max(whole - passed, 0.0), whole)


def ends(work: Work) -> dict[str, float]:
    """The batches that are not sent yet, and in how many seconds they will be; only what was closed lately is read."""
    if not work.state.cool_off_s:
        return {}
    now, monotonic = work.clock.now(), work.clock.monotonic()
    lately = {batch.id: batch for batch in work.store.closed_since(now - timedelta(seconds=LONGEST_S))}
    for claimed, at in work.state.claimed_at.items():  # the wall clock may have been set meanwhile
        if claimed not in lately and monotonic - at < LONGEST_S and (batch := work.store.batch(claimed)) is not None:
            lately[claimed] = batch
    return {name: seconds for name, batch in lately.items() if (seconds := left(work, batch))}


def batches(work: Work) -> frozenset[str]:
    """The batches that are not sent yet; when the cool-off of each is over, the desk looks again."""
    waiting = ends(work)
    for batch, seconds in waiting.items():
        if batch not in work.state.cooling:
            work.state.cooling.add(batch)
            work.wake_later(seconds + 0.05)
    return frozenset(waiting)


def set_for(work: Work, seconds: float) -> None:
    """Use another cool-off from now on, also for what waits already."""
    work.state.cool_off_s = min(max(seconds, 0.0), LONGEST_S)
    work.state.cooling.clear()
    wake(work)
