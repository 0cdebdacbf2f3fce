"""Closing a batch: what can be claimed is queued, what the look-ups answered is settled; a large one in slices."""

from collections.abc import Sequence

from station.core.batch import Batch
from station.core.finding import ClaimStatus, FoundDevice, Holder
from station.core.item import Check, Device, Event, Item
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress

from . import naming, summaries
from .open_batches import open_for
from .summaries import QUEUEING
from .work import Work

SLICE = 50
"""Rows that are queued in one task, so that a scan in between does not wait."""


def close_in_slices(work: Work, batch: Batch, operator: str, unseen_kits: bool) -> None:
    """Queue what can be claimed of a batch, settle what its look-ups answered; what is not whole stays open. It is
    closed at once, and paused until its last slice is queued. A restart in between goes on with it."""
    rows = work.store.open_ids(batch.id)
    _close(work, batch, operator, unseen_kits, QUEUEING if len(rows) > SLICE else "")
    queue_slice(work, batch.id, rows, 0)


def shut(work: Work, batch: Batch, operator: str, unseen_kits: bool) -> None:
    """Close a batch whose rows are still to come, each queued as it comes: paused until ``queue_slice`` is told that
    no more do."""
    _close(work, batch, operator, unseen_kits, QUEUEING)


def _close(work: Work, batch: Batch, operator: str, unseen_kits: bool, paused: str) -> None:
    now = work.clock.now()
    account = work.state.line(batch.connection).account
    known = batch.account or (account.id if account else "")
    work.store.change_batch(
        batch.id, closed_at=now, operator=operator, unseen_kits=unseen_kits, account=known, paused=paused
    )
    work.store.add_event(Event(now, "claim", batch=batch.id, who=operator, detail=batch.target))
    work.state.claimed_at[batch.id] = work.clock.monotonic()
    work.state.watched[batch.id] = work.state.left[batch.id] = 0


def queue_slice(
    work: Work, batch_id: str, rows: Sequence[int], begin: int, slice_of: int = SLICE, then: str = ""
) -> None:
    """Queue a slice of a closed batch's open rows, and see to the rest after what else has come; what it is paused for
    ``then``, after the last one."""
    batch = work.store.batch(batch_id)
    if batch is None:
        return
    queue_rows(work, batch, work.store.items(rows[begin : begin + slice_of]))
    if begin + slice_of < len(rows):
        work.after.append(lambda: work.outside.later(0, queue_slice, batch_id, rows, begin + slice_of, slice_of, then))
        return
    if batch.paused == QUEUEING:
        work.store.change_batch(batch_id, paused=then)
        work.wake()
    summaries.tell_progress(work, batch_id)


def queue_on(work: Work, then: str = "") -> None:
    """At the start: batches that were closed and whose rows an earlier run had not all queued."""
    for connection in work.state.backends:
        for batch in work.store.paused_batches(connection):
            if batch.paused == QUEUEING:
                work.state.watched.setdefault(batch.id, 0)
                queue_slice(work, batch.id, work.store.open_ids(batch.id), 0, SLICE, then)


def queue_rows(work: Work, batch: Batch, items: Sequence[Item]) -> None:
    """Queue those of a batch's rows that are open, in the task that is under way."""
    now, operator = work.clock.now(), batch.operator
    left: list[Item] = []
    waiting: list[int] = []
    for item in items:
        if item.progress is not Progress.OPEN or item.batch != batch.id or item.repeat_of or item.inside:
            continue
        if item.identifier.missing or item.fits:
            left.append(item)
        else:
            waiting += _send_off(work, item, operator)
        work.touch(item.id)
        if item.check:
            work.store.change_item(item.id, check=Check.IDLE)
    work.store.step(waiting, Progress.OPEN, Progress.QUEUED, now, who=operator, why="claim")
    work.state.watched[batch.id] = work.state.watched.get(batch.id, 0) + len(waiting)
    if left:
        following = open_for(work, batch.connection, batch)
        for item in left:
            work.store.change_item(item.id, batch=following.id)
            naming.anew(work, item.id)


def _send_off(work: Work, item: Item, operator: str) -> list[int]:
    """The devices of a row that are to be queued; what its look-up already answered is settled."""
    devices = work.store.devices(item.id)
    if not devices:
        placeholder = FoundDevice(item.identifier.text, item.claim_status, ref="")
        work.store.put_devices(item.id, [placeholder])
        devices = work.store.devices(item.id)
    queued: list[int] = []
    for device in devices:
        if device.inside is not None or device.progress is not Progress.OPEN:
            continue
        new, outcome = answered(item, device)
        if new is Progress.QUEUED:
            queued.append(device.id)
            continue
        work.store.step([device.id], Progress.OPEN, new, work.clock.now(), outcome=outcome, who=operator, why="claim")
    return queued


def answered(item: Item, device: Device) -> tuple[Progress, Outcome | None]:
    """Where the look-up has answered already (and told who holds it), nothing is sent for the device.

    What it showed as claimed without telling by whom waits with the others, and is read back instead of sent.
    """
    found, kind = device.found, None
    if item.claim_status is ClaimStatus.NOT_FOUND:
        kind = OutcomeKind.NOT_FOUND
    elif found.owned or found.holder is Holder.OURS:
        kind = OutcomeKind.ALREADY_OURS
    elif found.status is ClaimStatus.UNREGISTERED:
        kind = OutcomeKind.NOT_REGISTERED
    elif found.status is ClaimStatus.CLAIMED and found.holder is Holder.ANOTHER:
        kind = OutcomeKind.ALREADY_CLAIMED
    if kind is None:
        return Progress.QUEUED, None
    outcome = Outcome(kind, HowKnown.READ_BACK, handle=found.handle, place=found.place)
    return (Progress.CLAIMED if kind is OutcomeKind.ALREADY_OURS else Progress.REFUSED), outcome
