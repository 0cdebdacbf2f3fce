"""How far the batches that were claimed have come: the progress in place, and the sum at the end."""

from collections import Counter
from collections.abc import Sequence

from station.core.batch import Batch
from station.core.news import Claiming, ItemsGone, Summary
from station.core.progress import SETTLED

from .work import Work

QUEUEING = "queueing"
"""A batch is paused for this while its rows are being queued, in slices: nothing of it is sent before all are."""


def tell_gone(work: Work, items: Sequence[int]) -> None:
    if items:
        for item in items:
            work.touched.pop(item, None)
        work.tell(ItemsGone(tuple(items)))


def take_up(work: Work) -> None:
    """At the start: what an earlier run left waiting is watched again, and summed up when it is done."""
    for batch, count in work.store.waiting().items():
        if count:
            work.state.watched.setdefault(batch, count)
            work.state.left[batch] = count
        else:
            work.state.unsettled.add(batch)


def tell_progress(work: Work, batch_id: str) -> None:
    """Tell how many devices of the watched batches are settled, and the sum of a batch that has nothing under way:
    once, and again as what was not settled then is settled."""
    batch = work.store.batch(batch_id)
    if batch is None or batch.paused == QUEUEING:
        return
    if batch_id not in work.state.watched:
        if batch_id in work.state.unsettled:
            _tell_sum(work, batch)
        return
    work.state.left[batch_id] = left = work.store.under_way([batch_id])
    total, waiting = sum(work.state.watched.values()), sum(work.state.left.values())
    work.tell(Claiming(max(total - waiting, 0), total))
    if not left:
        del work.state.watched[batch_id], work.state.left[batch_id]
        _tell_sum(work, batch)


def _tell_sum(work: Work, batch: Batch) -> None:
    summary = sum_up(work, batch)
    work.state.unsettled.discard(batch.id)
    if not summary.settled:
        work.state.unsettled.add(batch.id)
    work.tell(summary)


def sum_up(work: Work, batch: Batch) -> Summary:
    """The sum of a batch as it stands."""
    outcomes: Counter[str] = Counter()
    unsettled: Counter[str] = Counter()
    for progress, outcome, inside, count in work.store.outcomes(batch.id):
        if progress in SETTLED:
            outcomes[str(outcome or progress)] += count
        elif not inside:
            unsettled[str(progress)] += count
    return Summary(batch, tuple(outcomes.items()), tuple(unsettled.items()))
