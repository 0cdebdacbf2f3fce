"""The open batch of a connection: the one that the next scan joins."""

from uuid import uuid4

from station.core.batch import Batch
from station.core.progress import Progress

from . import summaries
from .work import Work


def open_for(work: Work, connection: str, like: Batch | None = None) -> Batch:
    """The open batch of a connection; a new one takes the last target, and puts away what is done with.

    Where the connection is not there any more, its batch is one like the batch that is given: nothing is sent of it
    before there is a connection of that kind, address and account again. Raises ``LookupError`` with neither.
    """
    found = open_of(work, connection)
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


def open_of(work: Work, connection: str) -> Batch | None:
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


def _put_away_done(work: Work) -> None:
    """A table that has nothing left to look at starts afresh with the next delivery."""
    closed = [b for b in work.store.batches() if b.on_table and b.closed_at is not None]
    done = [b.id for b in closed if not work.store.has_other(b.id, _NOTHING_LEFT)]
    if done and not any(b.on_table for b in work.store.open_batches()):
        summaries.tell_gone(work, work.store.put_away(done))


_NOTHING_LEFT = frozenset({Progress.CLAIMED, Progress.RELEASED, Progress.REMOVED})
