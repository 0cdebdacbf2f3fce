"""What an operator does to rows: remove, undo, name, check again, try again."""

from collections.abc import Sequence

from station.core.item import Event, Item
from station.core.news import Refused, Undone
from station.core.progress import Progress

from . import batches, look_ups, naming, returns, summaries
from .work import Work


def remove(work: Work, items: Sequence[int], who: str) -> int:
    """Take open rows off the table; the journal keeps them. Gives how many there were."""
    gone = [item for item in items if work.store.remove_item(item, work.clock.now(), who, "removed")]
    if len(gone) < len(items):
        work.tell(Refused("remove", "not_open"))
    work.store.forget_secrets(gone)
    summaries.tell_gone(work, gone)
    return len(gone)


def undo(work: Work, who: str) -> Item | None:
    """Take the last scan back."""
    last = work.store.last_open()
    if last is None:
        work.tell(Refused("undo", "nothing_to_undo"))
        return None
    work.store.remove_item(last.id, work.clock.now(), who, "undo")
    summaries.tell_gone(work, [last.id])
    work.tell(Undone(last))
    return last


def restore(work: Work, items: Sequence[int], who: str) -> None:
    """Put removed rows back, as long as their batch is open."""
    back = [item for item in items if work.store.restore_item(item, work.clock.now(), who)]
    work.touch(*back)
    look_ups.want(work, [row for row in work.store.items(back) if row.repeat_of is None and row.inside is None])


def rename(work: Work, item: int, name: str) -> None:
    """Give the device (or kit) of a row a name for the vendor; before it is sent."""
    row = work.store.item(item)
    if row is None or row.closed or row.progress is not Progress.OPEN:
        work.tell(Refused("rename", "not_open"))
        return
    naming.by_person(work, item, " ".join(name.split())[:naming.LONGEST_NAME])


def check_again(work: Work, items: Sequence[int] = ()) -> None:
    """Look rows up again: those named, or all that are open."""
    for connection in work.state.backends:
        work.state.line(connection).retry_at = 0.0
    if not items:
        look_ups.resume(work)
        return
    rows = work.store.items(items)
    look_ups.want(work, [row for row in rows if row.progress is Progress.OPEN and not row.closed])


def try_again(work: Work, items: Sequence[int], who: str) -> list[int]:
    """Give refused or released rows a new, linked row in the open batch; the old ones stay for their receipt."""
    fresh: list[int] = []
    for row in work.store.items(items):
        if row.progress not in _MAY_GO_AGAIN or row.again_in is not None:
            work.tell(Refused("try_again", "not_refused"))
            continue
        if work.backend(row.connection) is None:
            work.tell(Refused("try_again", "no_connection", row.connection))
            continue
        fresh.append(returns.again(work, row, batches.open_for(work, row.connection)))
        work.store.add_event(Event(work.clock.now(), "try_again", batch=row.batch, item=row.id, who=who))
        work.touch(row.id, fresh[-1])
    naming.give(work, fresh)
    look_ups.want(work, work.store.items(fresh))
    return fresh


_MAY_GO_AGAIN = frozenset({Progress.REFUSED, Progress.RELEASED})


def move_to_fitting(work: Work, items: Sequence[int]) -> None:
    """Rows whose label fits another connection join that connection's open batch."""
    for row in work.store.items(items):
        backend = work.backend(row.fits)
        accepted = backend.accept(row.identifier) if backend else None
        if accepted is None or row.progress is not Progress.OPEN:
            continue
        batch = batches.open_for(work, row.fits)
        work.store.change_item(row.id, batch=batch.id, identifier=accepted, fits="")
        work.touch(row.id)
        naming.give(work, [row.id])
        look_ups.want(work, [work.item(row.id)])
