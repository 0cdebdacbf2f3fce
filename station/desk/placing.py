"""Writing an order that arrives whole from a command line: a closed batch, its rows written and queued in slices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from station.core.batch import Batch
from station.core.finding import ClaimStatus
from station.core.item import Check, Event, Item, Reason
from station.core.progress import Progress

from . import look_ups, queueing, repeats
from .orders import ORDERED, Entry, Standing
from .queueing import SLICE
from .work import Work
from .writing import NewItem

Do = Callable[..., Any]
"""Has the desk do a task, and waits for its result: ``do(verb, *args)``."""

NOT_WHOLE = "…"
"""Behind the content of a batch whose rows are not all written: a command that was cut off can be given again."""


@dataclass(frozen=True, slots=True)
class Placed:
    """``batch`` is its ID; ``known``: it was there before with the same content; ``problem``: why it was not placed
    ("name_taken", "no_seal")."""

    batch: str = ""
    known: bool = False
    problem: str = ""


def place(
    do: Do, standing: Standing, name: str, content: str, entries: Sequence[Entry], operator: str,
    unseen_kits: bool = False,
) -> Placed:
    """Write a named batch with its rows: it is never open, so nothing else gets into it, and nothing of it is sent
    before all of it is queued. Scans are kept in between, this program's and another's."""
    begun: Placed = do(_begin, standing, name, content, entries, operator, unseen_kits)
    if begun.problem:
        return begun
    left = do(_missing, begun.batch, content, entries) if begun.known else entries
    if left is None:
        return begun
    for at in range(0, len(left), SLICE):
        do(_add, begun.batch, left[at : at + SLICE], operator)
    do(_end, begun.batch, content)
    return begun


def _begin(
    work: Work, standing: Standing, name: str, content: str, entries: Sequence[Entry], operator: str,
    unseen_kits: bool,
) -> Placed:
    known = work.store.batch_named(name)
    if known is not None:
        same = known.content in (content, content + NOT_WHOLE)
        return Placed(known.id, known=True) if same else Placed(known.id, problem="name_taken")
    if _would_lose_secrets(work, standing, entries):
        return Placed(problem="no_seal")
    backend = work.state.backends[standing.connection]
    batch = Batch(
        id=str(uuid4()),
        connection=standing.connection,
        kind=backend.kind,
        opened_at=work.clock.now(),
        address=backend.address,
        target=standing.target,
        target_title=standing.target_title,
        operator=operator,
        name=name,
        content=content + NOT_WHOLE,
        practice=standing.practice,
    )
    work.store.add_batch(batch)
    queueing.shut(work, batch, operator, unseen_kits)
    return Placed(batch.id)


def _missing(work: Work, batch_id: str, content: str, entries: Sequence[Entry]) -> list[Entry] | None:
    """What an earlier command that was cut off did not come to write; None where it was not cut off."""
    batch = work.store.batch(batch_id)
    if batch is None or batch.content == content:
        return None
    placed = [event.item for event in work.store.events(batch=batch_id) if event.what == ORDERED]
    written = {item.identifier.key for item in work.store.items(placed)}
    return [entry for entry in entries if entry.identifier.key not in written]


def _add(work: Work, batch_id: str, entries: Sequence[Entry], operator: str) -> None:
    """Write a slice's rows and queue them."""
    batch = work.store.batch(batch_id)
    if batch is None:
        raise LookupError(f"no batch {batch_id}")
    # Its rows are shown and joined as those of an open batch, which it is for the length of this task.
    work.store.change_batch(batch_id, closed_at=None)
    rows: list[int] = []
    for entry in entries:
        rows.append(_row(work, batch, entry))
        work.store.add_event(Event(work.clock.now(), ORDERED, batch=batch.id, item=rows[-1], who=operator))
    work.store.change_batch(batch_id, closed_at=batch.closed_at)
    queueing.queue_rows(work, batch, work.store.items(rows))


def _end(work: Work, batch_id: str, content: str) -> None:
    work.store.change_batch(batch_id, content=content)
    queueing.queue_slice(work, batch_id, [], 0)
    work.wake()


def _would_lose_secrets(work: Work, standing: Standing, entries: Sequence[Entry]) -> bool:
    """Whether a secret would have to wait in the queue and there is no key to seal it with."""
    waits = not standing.sends or any(entry.finding is None for entry in entries)
    seal = getattr(work.store, "seal", None)
    return waits and not getattr(seal, "available", True) and any(entry.identifier.secrets for entry in entries)


def _row(work: Work, batch: Batch, entry: Entry) -> int:
    """A row for an entry: a new one, or the one that an earlier order left open."""
    link, inside = repeats.find_live(work, batch.connection, entry.identifier)
    left = work.item(link.item) if link is not None else None
    if left is not None and _was_left(work, left):
        work.store.change_item(left.id, batch=batch.id, identifier=entry.identifier, reason=Reason.NOTHING)
        _show(work, left.id, entry)
        return left.id
    offline = Check.OFFLINE if work.state.backends[batch.connection].traits.look_up else Check.NONE
    item = work.store.add_item(
        NewItem(
            batch.id, batch.connection, entry.identifier, entry.scan, entry.shown, sealed=entry.sealed, name=entry.name,
            repeat_of=link.item if link else 0, inside=inside.item if inside else 0,
            check=Check.IDLE if entry.finding else offline,
        )
    )
    work.touch(item)
    if link is None and inside is None:
        _show(work, item, entry)
    return item


def _was_left(work: Work, item: Item) -> bool:
    """Whether an open row came from an order and was given back: nobody else waits for it."""
    return (
        item.progress is Progress.OPEN
        and not item.closed
        and any(event.what == ORDERED for event in work.store.events(item=item.id))
    )


def _show(work: Work, item: int, entry: Entry) -> None:
    """What was found just now, or else an older finding that lets it be claimed (it is looked up again before that)."""
    row = work.item(item)
    if entry.finding is not None:
        look_ups.show_finding(work, row, entry.finding)
        return
    kept = work.store.finding(row.connection, row.identifier)
    if kept is not None and kept.status in (ClaimStatus.UNCLAIMED, ClaimStatus.PARTLY_CLAIMED):
        work.store.apply_finding(item, kept, check=Check.OFFLINE)
