"""Open batches: where they go, who claims them, and the Claim itself."""

from collections.abc import Sequence
from uuid import uuid4

from station.core.batch import Batch
from station.core.finding import ClaimStatus, FoundDevice, Holder
from station.core.item import Check, Device, Event, Item
from station.core.news import LineState, Plan, Refused
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import SETTLED, Progress

from . import naming, summaries
from .work import Work


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


def open_for(work: Work, connection: str, like: Batch | None = None) -> Batch:
    """The open batch of a connection; a new one takes the last target, and puts away what is done with.

    Where the connection is not there any more, its batch is one like the batch that is given: nothing is sent of it
    before there is a connection of that kind, address and account again. Raises ``LookupError`` with neither.
    """
    found = _open_of(work, connection)
    if found is not None:
        return found
    backend = work.backend(connection)
    _put_away_done(work)
    if backend is None:
        batch = _another(work, connection, like)
        work.store.add_batch(batch)
        return batch
    account = work.state.line(connection).account
    batch = Batch(
        id=str(uuid4()),
        connection=connection,
        kind=backend.kind,
        opened_at=work.clock.now(),
        address=backend.address,
        account=account.id if account else work.store.get(f"account.{connection}"),
        target=work.store.get(f"target.{connection}") or backend.settings.target,
        target_title=work.store.get(f"target_title.{connection}") or backend.settings.target,
        operator=work.state.operator,
        practice=connection in work.state.practice,
    )
    work.store.add_batch(batch)
    return batch


def _another(work: Work, connection: str, like: Batch | None) -> Batch:
    if like is None:
        raise LookupError(f"no connection {connection}")
    return Batch(
        str(uuid4()), connection, like.kind, work.clock.now(), like.address, like.account, like.target,
        like.target_title, work.state.operator, practice=like.practice,
    )


def _open_of(work: Work, connection: str) -> Batch | None:
    """The one that a scan joins: of this connection as it is now, not as it was set up before."""
    found = [batch for batch in work.store.open_batches() if batch.connection == connection and not batch.name]
    return next((batch for batch in found if is_current(work, batch)), None)


def is_current(work: Work, batch: Batch) -> bool:
    """Whether a batch's connection is still of its kind, address and account, as far as that is known."""
    backend = work.backend(batch.connection)
    account = work.state.line(batch.connection).account
    if backend is None:
        return True  # nobody is there that could be another
    same = backend.kind == batch.kind and backend.address == batch.address
    return same and (not batch.account or account is None or account.id == batch.account)


def mix(work: Work, on: bool) -> None:
    """Whether a label that only another connection accepts joins that connection's batch; kept for the next start."""
    work.state.mixed = bool(on)
    work.store.put("mixed", "yes" if on else "no")
    plan(work)


def _put_away_done(work: Work) -> None:
    """A table that has nothing left to look at starts afresh with the next delivery."""
    closed = [b for b in work.store.batches() if b.on_table and b.closed_at is not None]
    done = [b.id for b in closed if _all(work, b, _NOTHING_LEFT)]
    if done and not any(b.on_table for b in work.store.open_batches()):
        summaries.tell_gone(work, work.store.put_away(done))


_NOTHING_LEFT = frozenset({Progress.CLAIMED, Progress.RELEASED, Progress.REMOVED})


def _all(work: Work, batch: Batch, progresses: frozenset[Progress]) -> bool:
    """Whether every row of a batch has come so far; rows that only point to another have nothing to wait for."""
    return all(item.progress in progresses or item.repeat_of or item.inside for item in work.store.items_of(batch.id))


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
        batch = _open_of(work, connection)
        if batch is not None and (batch.target, batch.target_title) != (target, title):
            work.store.change_batch(batch.id, target=target, target_title=title)
            work.touch(*(item.id for item in work.store.items_of(batch.id)))
    plan(work)


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
        if batch is not None and _has_rows(work, batch) and (batch.target or _ready(work, batch)):
            close(work, batch, operator.strip(), unseen_kits)
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
    ready = {batch.id: _ready(work, batch) for batch in chosen if batch is not None}
    if any(ready[batch.id] and not batch.target for batch in chosen if batch is not None):
        return "no_target"
    rows = [item for some in ready.values() for item in some]
    if any(work.backend(item.connection) is None for item in rows):
        return "no_connection"
    if any(item.identifier.secrets and _waits(work, item.connection) for item in rows):
        return "secrets_not_kept"
    return "" if rows else "nothing_to_claim"


def _ready(work: Work, batch: Batch) -> list[Item]:
    return [item for item in work.store.items_of(batch.id) if item.ready]


def _has_rows(work: Work, batch: Batch) -> bool:
    """Whether there is anything to close: the open batch of a connection may lie empty beside the others."""
    return any(item.progress is not Progress.REMOVED for item in work.store.items_of(batch.id))


def _waits(work: Work, connection: str) -> bool:
    """Whether a PIN would have to wait in memory: with the next restart it would be gone."""
    offline = work.state.line(connection).state in (LineState.OFFLINE, LineState.PAUSED)
    return offline and not work.store.keeps_secrets()


def close(work: Work, batch: Batch, operator: str, unseen_kits: bool) -> None:
    """Queue what can be claimed of a batch, settle what its look-ups answered; what is not whole stays open."""
    now = work.clock.now()
    account = work.state.line(batch.connection).account
    known = batch.account or (account.id if account else "")
    work.store.change_batch(batch.id, closed_at=now, operator=operator, unseen_kits=unseen_kits, account=known)
    work.store.add_event(Event(now, "claim", batch=batch.id, who=operator, detail=batch.target))
    work.state.claimed_at[batch.id] = work.clock.monotonic()
    left: list[Item] = []
    waiting: list[int] = []
    for item in list(work.store.items_of(batch.id)):
        if item.progress is not Progress.OPEN or item.repeat_of or item.inside:
            continue
        if item.identifier.missing or item.fits:
            left.append(item)
        else:
            waiting += _send_off(work, item, operator)
        work.touch(item.id)
        if item.check:
            work.store.change_item(item.id, check=Check.IDLE)
    work.store.step(waiting, Progress.OPEN, Progress.QUEUED, now, who=operator, why="claim")
    work.state.watched[batch.id] = len(waiting)
    if left:
        following = open_for(work, batch.connection, batch)
        for item in left:
            work.store.change_item(item.id, batch=following.id)
            naming.anew(work, item.id)
    summaries.tell_progress(work, batch.id)


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


def clear(work: Work, who: str) -> None:
    """Empty the table: open rows are removed (the journal keeps them), settled batches are put away."""
    now = work.clock.now()
    gone: list[int] = []
    for batch in work.store.open_batches():
        for item in list(work.store.items_of(batch.id)):
            removable = item.progress is Progress.OPEN
            if removable and work.store.remove_item(item.id, now, who, "clear"):
                gone.append(item.id)
    closed = [batch for batch in work.store.batches() if batch.on_table and batch.closed_at is not None]
    settled = [batch.id for batch in closed if _all(work, batch, SETTLED)]
    gone.extend(work.store.put_away(settled))
    summaries.tell_gone(work, gone)
