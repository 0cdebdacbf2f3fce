"""The dry run: what a claim would do, with no call, no key and no progress."""

from collections import Counter
from dataclasses import replace
from uuid import uuid4

from station.backends.base import Backend
from station.core.batch import Batch
from station.core.call import Answer, Call, CallDevice, Verb
from station.core.errors import CallError, Cause, NotSentError
from station.core.finding import ClaimStatus
from station.core.item import Check, Item
from station.core.news import Refused, Summary
from station.core.outcome import OutcomeKind
from station.core.progress import Progress

from . import batches, lines, naming
from .work import Work


def rehearse(work: Work) -> bool:
    """Rehearse every open batch; the rows then say what would happen. False where there is nothing to rehearse."""
    asked = False
    for batch in work.store.open_batches():
        backend = work.backend(batch.connection)
        call = _call(work, batch)
        if not call.devices:
            continue
        asked = True
        if backend is None:
            work.tell(Refused("rehearse", "no_connection", batch.connection))
        elif not batch.target:
            work.tell(Refused("rehearse", "no_target", batch.connection))
        elif backend.traits.dry_run:
            _ask(work, backend, batch, call)
        else:
            _own_checks(work, batch, call)
    if not asked:
        work.tell(Refused("rehearse", "nothing_to_claim"))
    return asked


def _call(work: Work, batch: Batch) -> Call:
    """What a claim would send, never written down and with a key of its own."""
    devices: list[CallDevice] = []
    for item in work.store.items_of(batch.id):
        unasked = item.claim_status is ClaimStatus.UNCHECKED and item.check is not Check.NONE
        if not item.ready or unasked:
            continue
        found = work.store.devices(item.id)
        devices += [
            CallDevice(d.id, d.device_id, d.found.ref, item.identifier, naming.for_call(work, item, d))
            for d in found
            if d.progress is Progress.OPEN and d.inside is None and batches.answered(item, d)[1] is None
            and d.found.status is not ClaimStatus.CLAIMED
        ]
        if not found:  # a vendor that cannot be asked: the device is what was scanned
            devices.append(CallDevice(0, item.identifier.text, "", item.identifier, item.name))
    return Call(
        str(uuid4()), 0, Verb.CLAIM, batch.connection, batch.kind, batch.address, batch.account, batch.target,
        tuple(devices), batch.operator, str(uuid4()), work.clock.now(), batch.id,
    )


def _own_checks(work: Work, batch: Batch, call: Call) -> None:
    """Where the vendor has no dry run: what our own checks let through, and what the findings say of the rest."""
    would_be = {device.device_id: str(OutcomeKind.CLAIMED_NOW) for device in call.devices}
    for item in work.store.items_of(batch.id):
        if item.progress is Progress.OPEN and not (item.repeat_of or item.inside or item.fits):
            found = [(device.device_id, batches.answered(item, device)[1]) for device in work.store.devices(item.id)]
            would_be |= {device_id: str(outcome.kind) for device_id, outcome in found if outcome is not None}
            if not found and item.claim_status is ClaimStatus.NOT_FOUND:
                would_be[item.identifier.text] = str(OutcomeKind.NOT_FOUND)
    _tell(work, batch, would_be, own_checks=len(call.devices))


def _ask(work: Work, backend: Backend, batch: Batch, call: Call) -> None:
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


def _tell(work: Work, batch: Batch, would_be: dict[str, str], own_checks: int = 0) -> None:
    sums: Counter[str] = Counter()
    for item in list(work.store.items_of(batch.id)):
        if item.ready or own_checks:
            _show(work, item, would_be, sums)
    unsettled = (("own_checks", own_checks),) if own_checks else ()
    work.tell(Summary(batch, tuple(sums.items()), unsettled, rehearsal=True))


def _show(work: Work, item: Item, would_be: dict[str, str], sums: Counter[str]) -> None:
    if item.progress is not Progress.OPEN or item.repeat_of or item.inside:
        return
    ids = {device.device_id for device in work.store.devices(item.id)} or {item.identifier.text}
    mine = tuple((device, code) for device, code in would_be.items() if device in ids)
    sums.update(code for _, code in mine)
    finding = work.store.finding(item.connection, item.identifier)
    if mine and finding is not None:
        work.store.apply_finding(item.id, replace(finding, would_be=mine), check=item.check)
    elif mine:
        work.store.change_item(item.id, would_be=mine[0][1])
    if mine:
        work.touch(item.id)
