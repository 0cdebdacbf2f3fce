"""Which call is next: the oldest queued devices of each connection that may send."""

from dataclasses import replace

from station.backends.base import Backend
from station.core.batch import Batch
from station.core.identifier import Identifier
from station.core.item import Device

from . import checking, cooling, holders, lines, pauses, queue, sending
from .work import Work

Rows = list[tuple[Batch, Identifier, Device]]


def pump(work: Work) -> None:
    """Begin the next call of every connection that has queued devices and none under way."""
    for connection in work.store.queued_connections():
        if connection not in work.state.busy and lines.may_send(work, connection):
            _begin(work, connection)


def _begin(work: Work, connection: str) -> None:
    backend = work.state.backends[connection]
    limit = work.state.limits.get(connection, backend.traits.items_a_call)
    if backend.traits.look_up:  # all of them are looked up before the call: a large look-up that failed is made smaller
        limit = min(limit, work.state.chunks.get(connection, limit))
    rows = work.store.queued(connection, limit, queue.order_of(work, connection), cooling.batches(work))
    if not rows:
        return
    batch = rows[0][0]
    if not _same_connection(work, batch):
        pauses.account_changed(work, batch)
        return
    work.after.append(lambda: work.state.busy.update({connection: "checking"}))
    devices = [device.id for _, _, device in rows]
    claimed = holders.among(rows)
    if claimed:
        holders.ask(work, batch, claimed)
        return
    if not backend.traits.look_up:
        _send_unseen(work, backend, batch, rows)
        return
    by_item = {device.item: identifier for _, identifier, device in rows}
    items, identifiers = list(by_item), list(by_item.values())

    # Queued devices are looked up again right before they are sent: since the scan much may have changed.
    async def look() -> object:
        account = await backend.account()
        found = []
        for start in range(0, len(identifiers), backend.traits.look_ups_a_call):
            found += await backend.look_up(identifiers[start : start + backend.traits.look_ups_a_call], batch.target)
        return account, found

    work.ask(connection, look, checking.checked, connection, batch.id, items, devices)


def _send_unseen(work: Work, backend: Backend, batch: Batch, rows: Rows) -> None:
    """Where nothing can be looked up, still nothing is sent before it is known under which account."""
    account = work.state.line(batch.connection).account
    if account is None:
        work.ask(batch.connection, backend.account, checking.signed_in, batch.connection, batch.id)
        return
    if not batch.account:
        work.store.change_batch(batch.id, account=account.id)
        batch = replace(batch, account=account.id)
    sending.begin(work, batch.connection, batch, [device for _, _, device in rows])


def _same_connection(work: Work, batch: Batch) -> bool:
    """Nothing is sent under a connection that is another one by now than when the batch was made."""
    backend = work.state.backends[batch.connection]
    account = work.state.line(batch.connection).account
    return (
        backend.kind == batch.kind
        and backend.address == batch.address
        and (not batch.account or account is None or account.id == batch.account)
    )
