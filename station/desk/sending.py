"""One call's life: written down, sent, and its answer settled device by device."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from station.backends.base import Backend
from station.core.batch import Batch
from station.core.call import Answer, Call, CallDevice, CallState, Verb
from station.core.errors import CallError, Cause, RefusedError, TargetError, UnclearError
from station.core.item import Device, Event, Item
from station.core.outcome import DONE, HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress

from . import lines, naming, pace, summaries
from .work import Work


def begin(work: Work, connection: str, batch: Batch, devices: Sequence[Device]) -> None:
    """Write the call with its exact devices, mark only those as sending, and let the first byte leave after that."""
    backend = work.state.backends[connection]
    devices = devices[: work.state.limits.get(connection, backend.traits.items_a_call)]
    call = Call(
        key=str(uuid4()),
        number=work.store.next_call_number(),
        verb=Verb.CLAIM,
        connection=connection,
        kind=backend.kind,
        address=backend.address,
        account=batch.account,
        target=batch.target,
        devices=tuple(_named(work, item, device) for item, device in _with_names(work, devices)),
        operator=batch.operator,
        request_id=str(uuid4()),
        made_at=work.clock.now(),
        batch=batch.id,
    )
    work.store.add_call(call)
    marked = work.store.step(
        [device.id for device in devices], Progress.QUEUED, Progress.SENDING, call.made_at,
        call=call.key, who=batch.operator, why="call",
    )
    work.touch(*marked)
    for device in devices:
        work.state.refused.pop(device.id, None)
    work.after.append(lambda: work.state.busy.update({connection: call.key}))
    work.outside.faults("send.before_commit")
    send(work, backend, call)


def _with_names(work: Work, devices: Sequence[Device]) -> list[tuple[Item, Device]]:
    """With their rows as they are once the devices that nobody saw before are named too."""
    items = list(dict.fromkeys(device.item for device in devices))
    naming.give(work, items)
    fresh = {item.id: item for item in work.store.items(items)}
    return [(fresh[device.item], device) for device in devices]


def _named(work: Work, item: Item, device: Device) -> CallDevice:
    name = naming.for_call(work, item, device)
    return CallDevice(device.id, device.device_id, device.found.ref, item.identifier, name, device.found.handle)


def send(work: Work, backend: Backend, call: Call) -> None:
    """Let a call leave that is written down already."""
    now = work.clock.now()
    work.store.change_call(call.key, state=CallState.SENDING, tries=call.tries + 1, sent_at=now)
    work.state.sent_at[call.key] = work.clock.monotonic()
    work.after.append(lambda: work.outside.witness.saw_call(call.number))
    work.after.append(lambda: work.outside.faults("send.committed"))
    work.start(call.connection, lambda: backend.claim(call), settle, call)


def settle(work: Work, call: Call, answer: Answer | None, error: BaseException | None) -> None:
    """What came back for a call, written down device by device."""
    work.outside.faults("settle.begin")
    if work.state.busy.get(call.connection) == call.key:
        del work.state.busy[call.connection]
    work.state.reading_back.pop(call.key, None)
    if answer is not None:
        _answer(work, call, answer)
    else:
        failure = error if isinstance(error, CallError) else UnclearError(Cause.CRASH, str(error))
        _failure(work, call, failure)
    summaries.tell_progress(work, call.batch)
    work.wake()


def lost(work: Work, call: Call, _answer: object, _error: object, fault: Exception) -> None:
    """Settling failed by a fault of ours: the call's devices are unknown, and it is found out about like any other."""
    if work.state.busy.get(call.connection) == call.key:
        del work.state.busy[call.connection]
    work.state.reading_back.pop(call.key, None)
    _failure(work, call, UnclearError(Cause.CRASH, f"{type(fault).__name__}: {fault}"))
    summaries.tell_progress(work, call.batch)
    work.wake()


settle.rescue = lost  # type: ignore[attr-defined]


def _answer(work: Work, call: Call, answer: Answer) -> None:
    lines.works(work, call.connection)
    work.state.limits.pop(call.connection, None)
    pace.measure(work, call)
    outcomes = _by_device(answer)
    open_devices = [d for d in work.store.devices_of_call(call.key) if d.progress in _WAITING]
    unsure, forgets = False, not work.state.backends[call.connection].traits.remembers
    for device in open_devices:
        outcome = outcomes.pop(device.device_id, None)
        # What a repeat is refused for says nothing about the first time.
        refused_again = outcome is not None and call.tries > 0 and forgets and outcome.kind not in DONE
        if outcome is not None and refused_again:
            work.state.refused[device.id] = outcome
        if outcome is None or outcome.kind in _MUST_CONFIRM or refused_again:
            unsure = True
            _step(work, device, Progress.UNKNOWN, outcome, "left out of the answer" if outcome is None else "confirm")
        else:
            new = Progress.CLAIMED if outcome.kind in DONE else Progress.REFUSED
            _step(work, device, new, replace(outcome, request_id=outcome.request_id or answer.request_id), "answer")
    _keep_unexpected(work, call, outcomes)
    state = CallState.ANSWERED if unsure else CallState.SETTLED
    work.store.change_call(call.key, state=state, answer=answer.raw)


_WAITING = frozenset({Progress.SENDING, Progress.UNKNOWN})
_MUST_CONFIRM = frozenset({OutcomeKind.ALREADY_CLAIMED, OutcomeKind.UNKNOWN})


def _by_device(answer: Answer) -> dict[str, Outcome]:
    """One outcome for each device; where a device is named twice, claimed wins."""
    outcomes: dict[str, Outcome] = {}
    for result in answer.results:
        known = outcomes.get(result.device_id)
        if known is None or (known.kind not in DONE and result.outcome.kind in DONE):
            outcomes[result.device_id] = result.outcome
    return outcomes


def _keep_unexpected(work: Work, call: Call, outcomes: Mapping[str, Outcome]) -> None:
    """Devices that the answer names and the call did not: kept and shown, for a person to look at."""
    expected = {device.device_id for device in call.devices}
    for device_id, outcome in outcomes.items():
        if device_id not in expected:
            work.store.add_event(
                Event(work.clock.now(), "unexpected", batch=call.batch, device_id=device_id, new=str(outcome.kind))
            )


def _failure(work: Work, call: Call, error: CallError) -> None:
    devices = [d for d in work.store.devices_of_call(call.key) if d.progress in _WAITING]
    lost = [d for d in devices if d.progress is Progress.UNKNOWN]
    if isinstance(error, UnclearError) or lost:
        _unclear(work, call, devices, error)
        return
    work.store.change_call(call.key, state=CallState.NOT_SENT, answer=f"{error.cause}: {error.detail}")
    if isinstance(error, RefusedError) and len(devices) == 1:
        outcome = Outcome(
            OutcomeKind.REJECTED, HowKnown.ANSWER, code=str(error.status or error.cause), text=error.detail,
            request_id=error.request_id or call.request_id,
        )
        work.state.limits.pop(call.connection, None)
        _step_all(work, devices, Progress.REFUSED, outcome, "answer")
        return
    _step_all(work, devices, Progress.QUEUED, None, str(error.cause))
    if isinstance(error, RefusedError):
        work.state.limits[call.connection] = max(len(devices) // 2, 1)
    elif isinstance(error, TargetError):
        work.store.change_batch(call.batch, paused=str(error.cause))
    else:
        lines.failed(work, call.connection, error)


def _unclear(work: Work, call: Call, devices: Iterable[Device], error: CallError) -> None:
    """It may have had its effect: nothing more is sent here before a read has told."""
    sending = [device for device in devices if device.progress is Progress.SENDING]
    evidence = Outcome(
        OutcomeKind.UNKNOWN, code=str(error.cause), text=error.detail, request_id=error.request_id or call.request_id
    )
    _step_all(work, sending, Progress.UNKNOWN, evidence, str(error.cause))
    if isinstance(error, TargetError) and not call.answer.startswith(f"{error.cause}:"):
        _wait_for_target(work, call, error)
        return
    # A repeat that is refused outright would be refused for ever: from now on it is only read back.
    refused = isinstance(error, RefusedError | TargetError)
    state = CallState.ANSWERED if refused else CallState.UNANSWERED
    work.store.change_call(call.key, state=state, answer=f"{error.cause}: {error.detail}")
    work.state.line(call.connection).needs_read = True
    if not isinstance(error, UnclearError) and not refused:
        lines.failed(work, call.connection, error)
    wait = lines.back_off(work, call.tries) if call.tries else 0.0
    work.state.again_at[call.key] = work.clock.monotonic() + wait
    work.wake_later(wait)


def _wait_for_target(work: Work, call: Call, error: TargetError) -> None:
    """The target that a repeat was refused says nothing about the first time: once a person has seen to it and resumed
    the batch, the same call goes again. Refused once more, it is only read back."""
    work.store.change_batch(call.batch, paused=str(error.cause))
    work.store.change_call(call.key, state=CallState.UNANSWERED, answer=f"{error.cause}: {error.detail}")
    lines.works(work, call.connection)


def _step_all(
    work: Work, devices: Sequence[Device], new: Progress, outcome: Outcome | None, why: str
) -> None:
    for device in devices:
        _step(work, device, new, outcome, why)


def _step(work: Work, device: Device, new: Progress, outcome: Outcome | None, why: str) -> None:
    if device.progress is new:
        return
    changed = work.store.step([device.id], device.progress, new, work.clock.now(), outcome=outcome, why=why)
    work.touch(*changed)
    if new in (Progress.CLAIMED, Progress.REFUSED):
        work.store.forget_secrets(changed)
