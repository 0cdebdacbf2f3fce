"""Devices that were shown as claimed, and not by whom: never sent, but read back to tell ours from another's."""

from collections.abc import Sequence
from uuid import uuid4

from station.core.batch import Batch
from station.core.call import Call, CallDevice, Confirmed, ReadBack, Verb
from station.core.errors import CallError, Cause, NotSentError
from station.core.finding import ClaimStatus
from station.core.identifier import Identifier
from station.core.item import Device, Reason
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.core.target import Account

from . import lines, look_ups, pauses, returns, summaries
from .work import Work

Rows = Sequence[tuple[Batch, Identifier, Device]]


def among(rows: Rows) -> list[tuple[Identifier, Device]]:
    """Of what is queued, that which the look-up showed as claimed already."""
    return [(identifier, device) for _, identifier, device in rows if device.found.status is ClaimStatus.CLAIMED]


def ask(work: Work, batch: Batch, shown: Sequence[tuple[Identifier, Device]]) -> None:
    """Read the whole account for them; nothing is written down as sent."""
    backend = work.state.backends[batch.connection]
    devices = tuple(CallDevice(d.id, d.device_id, d.found.ref, identifier) for identifier, d in shown)
    call = Call(
        str(uuid4()), 0, Verb.CLAIM, batch.connection, batch.kind, batch.address, batch.account, batch.target, devices,
        batch.operator, str(uuid4()), work.clock.now(), batch.id,
    )

    async def read() -> tuple[Account, list[Confirmed]]:
        return await backend.account(), await backend.confirm(call)

    work.ask(batch.connection, read, told, call)


def told(
    work: Work, call: Call, answer: tuple[Account, list[Confirmed]] | None, error: BaseException | None
) -> None:
    """Ours, or already claimed: by whom may stay untold, that it is not free is known."""
    work.state.busy.pop(call.connection, None)
    batch = work.store.batch(call.batch)
    if answer is None or batch is None:
        failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
        lines.failed(work, call.connection, failure)
        return
    account, states = answer
    lines.works(work, call.connection, account)
    if batch.account and batch.account != account.id:
        pauses.account_changed(work, batch, account)
        return
    by_device = {each.device_id: each for each in states}
    for named in call.devices:
        for device in work.store.devices_by_id([named.row]):
            if device.progress is Progress.QUEUED:
                _settle(work, device, by_device.get(device.device_id))
    summaries.tell_progress(work, call.batch)
    work.wake()


def _settle(work: Work, device: Device, read: Confirmed | None) -> None:
    if read is not None and read.state is ReadBack.FREE:
        # Given back since: what Claim did not count is not claimed without a person having seen it.
        row = returns.to_open(work, work.item(device.item), [device], Reason.NOTHING)
        look_ups.want(work, [work.item(row)])
        return
    ours = read is not None and read.state is ReadBack.OURS
    outcome = Outcome(
        OutcomeKind.ALREADY_OURS if ours else OutcomeKind.ALREADY_CLAIMED,
        HowKnown.READ_BACK,
        handle=read.handle if read else "",
        place=read.place if read else "",
    )
    answer(work, device, outcome)


def answer(work: Work, device: Device, outcome: Outcome) -> None:
    """Settle a queued device by what a read told: it was never sent."""
    now, new = work.clock.now(), Progress.REFUSED
    if outcome.kind is OutcomeKind.ALREADY_OURS:
        new = Progress.CLAIMED
    work.store.step([device.id], Progress.QUEUED, Progress.OPEN, now, why="read-back")
    changed = work.store.step([device.id], Progress.OPEN, new, now, outcome=outcome, why="read-back")
    work.touch(*changed)
    work.store.forget_secrets([item for item in changed if work.item(item).progress in _SETTLED])


_SETTLED = frozenset({Progress.CLAIMED, Progress.REFUSED})


def failed(work: Work, call: Call, _answer: object, _error: object, fault: Exception) -> None:
    """Settling failed by a fault of ours: the connection is not left waiting for it."""
    work.state.busy.pop(call.connection, None)
    lines.failed(work, call.connection, NotSentError(Cause.CRASH, f"{type(fault).__name__}: {fault}"))


told.rescue = failed  # type: ignore[attr-defined]
