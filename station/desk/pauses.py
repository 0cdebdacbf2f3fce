"""Stopping and resuming what is sent, by connection or batch."""

from station.core.item import Event

from . import lines
from .work import Work

BY_PERSON = "by_person"


def pause(work: Work, connection: str) -> None:
    """Send nothing more on a connection until it is resumed; a call in flight gets its answer."""
    lines.pause(work, connection, None)
    work.store.put(f"paused.{connection}", BY_PERSON)


def resume(work: Work, connection: str) -> None:
    """Send again: the connection, and its batches that were paused for a reason that the person has now seen."""
    work.store.put(f"paused.{connection}", "")
    for batch in work.store.batches():
        if batch.connection == connection and batch.paused:
            work.store.change_batch(batch.id, paused="")
            work.store.add_event(
                Event(work.clock.now(), "resume", batch=batch.id, who=work.state.operator, why=batch.paused)
            )
    lines.resume(work, connection)


def try_now(work: Work, connection: str = "") -> None:
    """Do not wait for the back-off."""
    for name in [connection] if connection else list(work.state.backends):
        work.state.line(name).retry_at = 0.0
    work.state.again_at.clear()
    work.wake()


def remember(work: Work) -> None:
    """At the start: a connection that a person paused stays paused."""
    for connection in work.state.backends:
        if work.store.get(f"paused.{connection}"):
            lines.pause(work, connection, None)
