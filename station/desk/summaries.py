"""How far the batches that were claimed have come: the progress in place, and the sum at the end."""

from collections import Counter
from collections.abc import Sequence

from station.core.batch import Batch
from station.core.news import Claiming, ItemsGone, Summary
from station.core.progress import SETTLED, Progress

from .work import Work


def tell_gone(work: Work, items: Sequence[int]) -> None:
    if items:
        for item in items:
            work.touched.pop(item, None)
        work.tell(ItemsGone(tuple(items)))


def take_up(work: Work) -> None:
    """At the start: what an earlier run left waiting is watched again, and summed up when it is done."""
    for batch in work.store.waiting_batches():
        count = work.store.under_way([batch.id])
        if count:
            work.state.watched.setdefault(batch.id, count)
        else:
            work.state.unsettled.add(batch.id)


def tell_progress(work: Work, batch_id: str) -> None:
    """Tell how many devices of the watched batches are settled, and the sum of a batch that has nothing under way:
    once, and again as what was not settled then is settled."""
    batch = work.store.batch(batch_id)
    if batch is None:
        return
    if batch_id not in work.state.watched:
        if batch_id in work.state.unsettled:
            _tell_sum(work, batch)
        return
    waiting = work.store.under_way(list(work.state.watched))
    total = sum(work.state.watched.values())
    work.tell(Claiming(max(total - waiting, 0), total))
    if not work.store.under_way([batch_id]):
        del work.state.watched[batch_id]
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
    for item in work.store.items_of(batch.id):
        if item.repeat_of or item.inside or item.progress is Progress.REMOVED:
            continue
        for device in work.store.devices(item.id):
            if device.progress is Progress.REMOVED:
                continue
            if device.progress in SETTLED:
                outcomes[str(device.outcome.kind) if device.outcome else str(device.progress)] += 1
            elif device.inside is None:
                unsettled[str(device.progress)] += 1
    return Summary(batch, tuple(outcomes.items()), tuple(unsettled.items()))
