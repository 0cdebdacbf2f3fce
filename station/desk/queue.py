"""What waits to be sent: paused, sent first, taken back, as long as it has not left."""

from collections.abc import Sequence

from station.core.batch import Batch
from station.core.item import Event, Reason
from station.core.news import Refused
from station.core.progress import Progress

from . import returns, summaries
from .pauses import BY_PERSON
from .summaries import QUEUEING
from .work import Work

TAKING_BACK = "taking_back"
"""A batch is paused for this while its rows go back: nothing of it is sent in between, whatever happens."""
AGAIN_S = 0.2
SLICE = 50
"""Rows that go back in one task, so that a scan in between does not wait."""


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


def take_back_batch(work: Work, batch_id: str, who: str) -> bool:
    """All of a batch that was not sent goes back to open, in slices; what was sent stays and is found out about."""
    batch = _waiting(work, batch_id, "take_back")
    if batch is None:
        return False
    if batch.paused == QUEUEING:  # first all of it is queued
        work.after.append(lambda: work.outside.later(AGAIN_S, take_back_batch, batch_id, who))
        return True
    if not work.store.tally(batch.id).get(Progress.QUEUED):
        work.tell(Refused("take_back", "not_queued"))
        return False
    work.store.change_batch(batch.id, paused=TAKING_BACK)
    work.store.add_event(Event(work.clock.now(), "take_back", batch=batch.id, who=who, why=batch.paused))
    rows = [item.id for item in work.store.items_of(batch.id) if dict(item.tally).get(Progress.QUEUED)]
    _take_slice(work, batch.id, rows, who)
    return True


def _take_slice(work: Work, batch: str, rows: list[int], who: str) -> None:
    for row in work.store.items(rows[:SLICE]):
        queued = [device for device in work.store.devices(row.id) if device.progress is Progress.QUEUED]
        returns.to_open(work, row, queued, Reason.TAKEN_BACK, who)
    summaries.tell_progress(work, batch)
    if len(rows) > SLICE:
        work.after.append(lambda: work.outside.later(0, _take_slice, batch, rows[SLICE:], who))
    else:
        work.store.change_batch(batch, paused="")
        work.wake()


def pause_batch(work: Work, batch_id: str, who: str) -> bool:
    """Send nothing more of one batch until it is resumed; a call in flight gets its answer."""
    batch = _waiting(work, batch_id, "pause")
    if batch is None or batch.paused:
        return False
    work.store.change_batch(batch.id, paused=BY_PERSON)
    work.store.add_event(Event(work.clock.now(), "pause", batch=batch.id, who=who))
    return True


def resume_batch(work: Work, batch_id: str, who: str) -> bool:
    """Send one batch again, whatever it was paused for: the person has seen the reason."""
    batch = _waiting(work, batch_id, "resume")
    if batch is None or not batch.paused:
        return False
    work.store.change_batch(batch.id, paused="")
    work.store.add_event(Event(work.clock.now(), "resume", batch=batch.id, who=who, why=batch.paused))
    work.wake()
    return True


def send_first(work: Work, batch_id: str, who: str) -> bool:
    """Let a batch go before the others of its connection; kept over a restart."""
    batch = _waiting(work, batch_id, "send_first")
    if batch is None:
        return False
    waiting = {each.id for each in work.store.waiting_batches() if each.connection == batch.connection}
    order = [batch.id, *(each for each in order_of(work, batch.connection) if each in waiting - {batch.id})]
    work.store.put(f"order.{batch.connection}", " ".join(order))
    work.store.add_event(Event(work.clock.now(), "send_first", batch=batch.id, who=who))
    work.wake()
    return True


def move(work: Work, batch_id: str, by: int, who: str) -> bool:
    """Let a batch go so many places earlier (below 0) or later among those of its connection; kept over a restart."""
    batch = _waiting(work, batch_id, "move")
    if batch is None:
        return False
    first = {each: place for place, each in enumerate(order_of(work, batch.connection))}
    line = [each.id for each in work.store.waiting_batches() if each.connection == batch.connection]
    line.sort(key=lambda each: first.get(each, len(first)))
    at = line.index(batch.id) if batch.id in line else 0
    place = min(max(at + by, 0), max(len(line) - 1, 0))
    if batch.id not in line or place == at:
        return False
    line.insert(place, line.pop(at))
    work.store.put(f"order.{batch.connection}", " ".join(line))
    work.store.add_event(Event(work.clock.now(), "moved_in_queue", batch=batch.id, who=who, why=str(place + 1)))
    work.wake()
    return True


def order_of(work: Work, connection: str) -> list[str]:
    """The batches of a connection that a person put before the others, in order."""
    return work.store.get(f"order.{connection}").split()


def _waiting(work: Work, batch_id: str, wish: str) -> Batch | None:
    batch = work.store.batch(batch_id)
    if batch is None or batch.closed_at is None:
        work.tell(Refused(wish, "not_queued"))
        return None
    return batch
