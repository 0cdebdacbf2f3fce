"""Open batches: where they go, who claims them, and the Claim itself."""

from collections.abc import Sequence

from station.core.batch import Batch
from station.core.news import LineState, Plan, Refused
from station.core.progress import SETTLED

from . import naming, summaries
from .open_batches import is_current, open_for, open_of
from .queueing import SLICE, answered, close_in_slices
from .sums import Sizes
from .work import Work

__all__ = ["answered", "choose", "claim", "clear", "is_current", "mix", "open_for", "plan"]

TOLD = 500
"""Rows that are told anew in one task."""


def plan(work: Work) -> None:
    """Tell what a press of Claim would do now."""
    last, chosen = work.store.last_open(), work.state.chosen
    backend = work.backend(chosen)
    target = work.store.get(f"target.{chosen}") or (backend.settings.target if backend else "")
    work.tell(
        Plan(
            tuple(work.store.open_batches()),
            work.store.counts(),
            last.number if last else 0,
            chosen,
            target,
            work.store.get(f"target_title.{chosen}") or target,
            work.state.operator,
            work.state.mixed,
            naming.pattern_of(work, chosen),
        )
    )


def mix(work: Work, on: bool) -> None:
    """Whether a label that only another connection accepts joins that connection's batch; kept for the next start."""
    work.state.mixed = bool(on)
    work.store.put("mixed", "yes" if on else "no")
    plan(work)


def choose(work: Work, connection: str, target: str, title: str) -> None:
    """Choose where the next scans go, and where the open batch of that connection goes."""
    if connection not in work.state.backends:
        work.tell(Refused("choose", "no_connection", connection))
        return
    work.state.chosen = connection
    work.store.put("chosen", connection)
    if target:
        work.store.put(f"target.{connection}", target)
        work.store.put(f"target_title.{connection}", title)
        batch = open_of(work, connection)
        if batch is not None and (batch.target, batch.target_title) != (target, title):
            work.store.change_batch(batch.id, target=target, target_title=title)
            touch(work, work.store.open_ids(batch.id), 0)
    plan(work)


def touch(work: Work, rows: Sequence[int], begin: int) -> None:
    """Tell rows anew, in slices."""
    work.touch(*rows[begin : begin + TOLD])
    if begin + TOLD < len(rows):
        work.after.append(lambda: work.outside.later(0, touch, rows, begin + TOLD))


def choose_operator(work: Work, name: str) -> None:
    work.state.operator = name.strip()
    work.store.put("operator", work.state.operator)
    plan(work)


def claim(
    work: Work,
    revisions: Sequence[tuple[str, int]],
    operator: str,
    unseen_kits: bool = False,
) -> bool:
    """Close the batches as they were on the screen and queue their devices. Nothing is sent on anything else."""
    chosen = [work.store.batch(batch) for batch, _ in revisions]
    why = _why_not(work, chosen, revisions, operator)
    if why:
        work.tell(Refused("claim", why))
        plan(work)
        return False
    for batch in chosen:
        rows, ready, _ = work.store.sizes(batch.id) if batch is not None else (0, 0, 0)
        if batch is not None and rows and (batch.target or ready):
            close_in_slices(work, batch, operator.strip(), unseen_kits)
    work.wake()
    return True


def _why_not(
    work: Work, chosen: Sequence[Batch | None], revisions: Sequence[tuple[str, int]], operator: str
) -> str:
    if not operator.strip():
        return "no_operator"
    if not chosen:
        return "nothing_to_claim"
    for batch, (_, revision) in zip(chosen, revisions, strict=True):
        if batch is None or batch.closed_at is not None or batch.revision != revision:
            return "batch_changed"
    sizes = [(batch, Sizes(*work.store.sizes(batch.id))) for batch in chosen if batch is not None]
    ready = [(batch, size) for batch, size in sizes if size.ready]
    if any(not batch.target for batch, _ in ready):
        return "no_target"
    if any(work.backend(batch.connection) is None for batch, _ in ready):
        return "no_connection"
    if any(size.secret and _waits(work, batch.connection) for batch, size in ready):
        return "secrets_not_kept"
    return "" if ready else "nothing_to_claim"


def _waits(work: Work, connection: str) -> bool:
    """Whether a PIN would have to wait in memory: with the next restart it would be gone."""
    offline = work.state.line(connection).state in (LineState.OFFLINE, LineState.PAUSED)
    return offline and not work.store.keeps_secrets()


def clear(work: Work, who: str) -> None:
    """Empty the table: open rows are removed (the journal keeps them), settled batches are put away."""
    closed = [batch for batch in work.store.batches() if batch.on_table and batch.closed_at is not None]
    settled = [batch.id for batch in closed if not work.store.has_other(batch.id, SETTLED)]
    summaries.tell_gone(work, work.store.put_away(settled))
    _clear_slice(work, work.store.open_ids(), 0, who)


def _clear_slice(work: Work, rows: Sequence[int], begin: int, who: str) -> None:
    now = work.clock.now()
    gone = [row for row in rows[begin : begin + SLICE] if work.store.remove_item(row, now, who, "clear")]
    summaries.tell_gone(work, gone)
    if begin + SLICE < len(rows):
        work.after.append(lambda: work.outside.later(0, _clear_slice, rows, begin + SLICE, who))
