"""How far the batches that were claimed have come: the progress in place, and the sum at the end."""

from collections import Counter
from collections.abc import Sequence

from station.core.batch import Batch
from station.core.news import Claiming, ItemsGone, Summary
from station.core.progress import SETTLED, Progress

from .work import Work

_UNDER_WAY = frozenset({Progress.QUEUED, Progress.SENDING})


def tell_gone(work: Work, items: Sequence[int]) -> None:
    if items:
        for item in items:
            work.touched.pop(item, None)
        work.tell(ItemsGone(tuple(items)))


def tell_progress(work: Work, batch_id: str) -> None:
    """Tell how many devices of the watched batches are settled, and the sum of a batch that has nothing under way."""
    if batch_id not in work.state.watched:
        return
    batch = work.store.batch(batch_id)
    if batch is None:
        return
    summary, under_way = sum_up(work, batch)
    waiting = sum(_sum_under_way(work, each) for each in work.state.watched)
    total = sum(work.state.watched.values())
    work.tell(Claiming(max(total - waiting, 0), total))
    if not under_way:
        del work.state.watched[batch_id]
        work.tell(summary)


def sum_up(work: Work, batch: Batch) -> tuple[Summary, int]:
    """The sum of a batch as it stands, and how many of its devices are still under way."""
    outcomes: Counter[str] = Counter()
    unsettled: Counter[str] = Counter()
    for item in work.store.items_of(batch.id):
        if item.repeat_of or item.inside:
            continue
        for device in work.store.devices(item.id):
            if device.progress in SETTLED:
                outcomes[str(device.outcome.kind) if device.outcome else str(device.progress)] += 1
            elif device.inside is None:
                unsettled[str(device.progress)] += 1
    under_way = sum(unsettled[str(progress)] for progress in _UNDER_WAY)
    return Summary(batch, tuple(outcomes.items()), tuple(unsettled.items())), under_way


def _sum_under_way(work: Work, batch_id: str) -> int:
    counted: Counter[Progress] = Counter()
    for item in work.store.items_of(batch_id):
        counted.update(dict(item.tally))
    return sum(counted[progress] for progress in _UNDER_WAY)
