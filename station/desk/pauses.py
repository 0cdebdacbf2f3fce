"""Stopping and resuming what is sent, by connection or batch."""

from station.core.batch import Batch
from station.core.errors import Cause
from station.core.item import Event
from station.core.news import LineState, Trouble
from station.core.target import Account

from . import lines
from .summaries import QUEUEING
from .work import Work

BY_PERSON = "by_person"
EVERY = 1_000_000


def pause(work: Work, connection: str) -> None:
    """Send nothing more on a connection until it is resumed; a call in flight gets its answer."""
    lines.pause(work, connection, None)
    work.store.put(f"paused.{connection}", BY_PERSON)


def resume(work: Work, connection: str) -> None:
    """Send again: the connection, and its batches that were paused for a reason that the person has now seen."""
    work.store.put(f"paused.{connection}", "")
    for batch in work.store.paused_batches(connection):
        if batch.paused != QUEUEING:
            work.store.change_batch(batch.id, paused="")
            work.store.add_event(
                Event(work.clock.now(), "resume", batch=batch.id, who=work.state.operator, why=batch.paused)
            )
    lines.resume(work, connection)


def account_changed(work: Work, batch: Batch, account: Account | None = None) -> None:
    """Nothing of a batch is sent under what is another connection by now; both are named."""
    work.store.change_batch(batch.id, paused=str(Cause.ACCOUNT_CHANGED))
    backend, account = work.state.backends[batch.connection], account or work.state.line(batch.connection).account
    was = " ".join(filter(None, (batch.kind, batch.address, batch.account)))
    now = " ".join(filter(None, (backend.kind, backend.address, account.id if account else "")))
    work.tell(Trouble(str(Cause.ACCOUNT_CHANGED), f"{was} -> {now}", batch.connection))
    work.wake()


def try_now(work: Work, connection: str = "") -> None:
    """Do not wait for the back-off."""
    for name in [connection] if connection else list(work.state.backends):
        work.state.line(name).retry_at = 0.0
    work.state.again_at.clear()
    work.wake()


def remember(work: Work) -> None:
    """A connection that a person paused, in an earlier run or from another process, is paused until it is resumed."""
    for connection in work.state.backends:
        line = work.state.line(connection)
        paused = bool(work.store.get(f"paused.{connection}"))
        if paused and line.state is not LineState.PAUSED:
            lines.pause(work, connection, None)
        elif not paused and line.state is LineState.PAUSED and line.cause is None:
            lines.resume(work, connection)
