"""The dry run: what a claim would do, with no call, no key and no progress."""

from collections import Counter
from dataclasses import replace
from uuid import uuid4

from station.core.batch import Batch
from station.core.call import Answer, Call, CallDevice, Verb
from station.core.errors import CallError, Cause, NotSentError
from station.core.finding import ClaimStatus
from station.core.item import Item
from station.core.news import Refused, Summary
from station.core.progress import Progress

from . import lines
from .work import Work


def rehearse(work: Work) -> bool:
    """Rehearse every open batch; the rows then say what would happen. False where there is nothing to rehearse."""
    asked = False
    for batch in work.store.open_batches():
        backend = work.state.backends[batch.connection]
        call = _call(work, batch)
        if not call.devices:
            continue
        asked = True
        if not batch.target:
            work.tell(Refused("rehearse", "no_target"))
        elif backend.traits.dry_run:
            _ask(work, batch, call)
        else:
            _tell(work, batch, {device.device_id: "claimed_now" for device in call.devices}, own_checks=True)
    if not asked:
        work.tell(Refused("rehearse", "nothing_to_claim"))
    return asked


def _call(work: Work, batch: Batch) -> Call:
    """What a claim would send, never written down and with a key of its own."""
    devices: list[CallDevice] = []
    for item in work.store.items_of(batch.id):
        if not item.ready or item.claim_status is ClaimStatus.UNCHECKED:
            continue
        devices += [
            CallDevice(d.id, d.device_id, d.found.ref, item.identifier, item.name)
            for d in work.store.devices(item.id)
            if d.progress is Progress.OPEN and d.inside is None and d.found.status is not ClaimStatus.CLAIMED
        ]
    return Call(
        str(uuid4()), 0, Verb.CLAIM, batch.connection, batch.kind, batch.address, batch.account, batch.target,
        tuple(devices), batch.operator, str(uuid4()), work.clock.now(), batch.id,
    )


def _ask(work: Work, batch: Batch, call: Call) -> None:
    backend = work.state.backends[batch.connection]
    size = backend.traits.items_a_call

    async def run() -> list[Answer]:
        parts = [call.devices[at : at + size] for at in range(0, len(call.devices), size)]
        return [await backend.dry_run(replace(call, key=str(uuid4()), devices=part)) for part in parts]

    work.ask(batch.connection, run, told, batch)


def told(work: Work, batch: Batch, answers: list[Answer] | None, error: BaseException | None) -> None:
    """The dry run's answer: shown on the rows as what would be."""
    if answers is None:
        failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
        if isinstance(failure, NotSentError):
            lines.failed(work, batch.connection, failure)
        work.tell(Refused("rehearse", str(failure.cause), failure.detail))
        return
    lines.works(work, batch.connection)
    would_be = {each.device_id: str(each.outcome.kind) for answer in answers for each in answer.results}
    _tell(work, batch, would_be)


def _tell(work: Work, batch: Batch, would_be: dict[str, str], own_checks: bool = False) -> None:
    sums: Counter[str] = Counter()
    for item in list(work.store.items_of(batch.id)):
        if item.ready:
            _show(work, item, would_be, sums)
    unsettled = (("own_checks", len(would_be)),) if own_checks else ()
    work.tell(Summary(batch, tuple(sums.items()), unsettled, rehearsal=True))


def _show(work: Work, item: Item, would_be: dict[str, str], sums: Counter[str]) -> None:
    ids = {device.device_id for device in work.store.devices(item.id)}
    mine = tuple((device, code) for device, code in would_be.items() if device in ids)
    sums.update(code for _, code in mine)
    finding = work.store.finding(item.connection, item.identifier)
    if mine and finding is not None:
        work.store.apply_finding(item.id, replace(finding, would_be=mine))
        work.touch(item.id)
