"""One change after the claim: a fresh read first, written down, sent, and its answer settled device by device."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from station.backends.base import Backend
from station.core.batch import Batch
from station.core.call import Answer, Call, CallDevice, CallState, Confirmed, ReadBack, Verb
from station.core.errors import CallError, Cause, NotSentError, RefusedError, SignInError, TargetError, UnclearError
from station.core.item import Device, Event, Item
from station.core.news import Refused
from station.core.outcome import DONE, Outcome, OutcomeKind
from station.core.secret import Secret

from . import effects, lines, lost_changes, quiet
from .work import Work


def named(row: Item, device: Device, name: str = "") -> CallDevice:
    """A device as a call names it, by the claim that we know of."""
    return CallDevice(device.id, device.device_id, device.found.ref, row.identifier, name, handle_of(device))


def handle_of(device: Device) -> str:
    return (device.outcome.handle if device.outcome else "") or device.found.handle


def begin(
    work: Work,
    verb: Verb,
    batch: Batch,
    devices: Sequence[CallDevice],
    who: str,
    *,
    target: str = "",
    values: Mapping[str, str] | None = None,
    secrets: Mapping[str, Secret] | None = None,
    read_first: bool = True,
) -> None:
    """Make the calls that this takes; where a claim of ours is meant, a fresh read has to show it as ours first."""
    backend = work.state.backends[batch.connection]
    for at in range(0, len(devices), backend.traits.items_a_call):
        call = Call(
            str(uuid4()), 0, verb, batch.connection, backend.kind, backend.address, batch.account,
            target or batch.target, tuple(devices[at : at + backend.traits.items_a_call]), who, str(uuid4()),
            work.clock.now(), batch.id, values=tuple((values or {}).items()), secrets=tuple((secrets or {}).items()),
        )
        if read_first:
            _read_first(work, backend, call)
        else:
            _write_and_send(work, call)


def _read_first(work: Work, backend: Backend, call: Call) -> None:
    async def read() -> list[Confirmed]:
        await _same_account(backend, call)
        return await backend.confirm(call)

    work.ask(call.connection, read, confirmed, call)


async def _same_account(backend: Backend, call: Call) -> None:
    account = await backend.account()
    if call.account and account.id != call.account:
        raise NotSentError(Cause.ACCOUNT_CHANGED, account.title)


def confirmed(work: Work, call: Call, told: list[Confirmed] | None, error: BaseException | None) -> None:
    """The fresh read: what it does not show as ours, under the handle that we know, is left alone."""
    if told is None:
        failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
        work.tell(Refused(str(call.verb), str(failure.cause), failure.detail))
        if isinstance(failure, SignInError):  # else the line would be thought open, and nobody asked for a new key
            lines.failed(work, call.connection, failure)
        return
    lines.works(work, call.connection)
    backend = work.state.backends[call.connection]
    handles = {each.device_id: each.handle for each in told if each.state is ReadBack.OURS}
    ours = tuple(
        replace(device, handle=seen or device.handle)
        for device in call.devices
        if (seen := handles.get(device.device_id)) is not None
        and (not device.handle or not seen or backend.is_same_claim(device.handle, seen))
    )
    if len(ours) < len(call.devices):
        work.tell(Refused(str(call.verb), "not_ours"))
    if ours:
        _write_and_send(work, replace(call, devices=ours))


def _write_and_send(work: Work, call: Call) -> None:
    if not lines.may_send(work, call.connection):
        work.tell(Refused(str(call.verb), "may_not_send"))
        return
    numbered = replace(call, number=work.store.next_call_number(), made_at=work.clock.now())
    work.store.add_call(numbered)
    work.store.add_event(Event(numbered.made_at, str(call.verb), batch=call.batch, who=call.operator))
    send(work, numbered)


def send(work: Work, call: Call) -> None:
    """Let a call leave that is written down already."""
    backend = work.state.backends[call.connection]
    work.store.change_call(call.key, state=CallState.SENDING, tries=call.tries + 1, sent_at=work.clock.now())
    work.state.sent_at[call.key] = work.clock.monotonic()
    work.after.append(lambda: quiet.reads(work, call))
    work.after.append(lambda: work.outside.witness.saw_call(call.number))

    async def run() -> Answer:
        await _same_account(backend, call)
        return await _carry_out(backend, call)

    work.start(call.connection, run, settle, call)


async def _carry_out(backend: Backend, call: Call) -> Answer:
    if call.verb is Verb.RELEASE:
        return await backend.release(call)
    if call.verb is Verb.MOVE:
        return await backend.move(call)
    if call.verb is Verb.RENAME:
        return await backend.rename(call)
    return await backend.change(call)


def settle(work: Work, call: Call, answer: Answer | None, error: BaseException | None) -> None:
    """What came back, device by device; what the answer leaves out is said to be not known, and looked for."""
    work.state.reading_back.pop(call.key, None)
    if answer is None:
        _failed(work, call, error if isinstance(error, CallError) else UnclearError(Cause.CRASH, str(error)))
        return
    lines.works(work, call.connection)
    outcomes: dict[str, Outcome] = {}
    for result in answer.results:
        if result.device_id not in outcomes or result.outcome.kind in DONE:
            outcomes[result.device_id] = result.outcome
    # What a repeat is refused for says nothing about the first time: that is looked for at the vendor.
    again = call.tries > 0 and not work.state.backends[call.connection].traits.remembers
    unsure = {name for name, outcome in outcomes.items() if again and outcome.kind not in DONE}
    if call.verb in (Verb.RELEASE, Verb.MOVE):
        # It was there a moment ago: on its way the request may have been delivered twice, and this answers the second.
        unsure |= {name for name, outcome in outcomes.items() if outcome.kind is OutcomeKind.NOT_FOUND}
    for device in call.devices:
        if device.device_id not in unsure:
            _settle_one(work, call, device, outcomes.get(device.device_id))
    open_ = tuple(each for each in call.devices if each.device_id in unsure or each.device_id not in outcomes)
    state = CallState.ANSWERED if unsure else CallState.UNANSWERED if open_ else CallState.SETTLED
    whole = len(open_) == len(call.devices)
    work.store.change_call(call.key, state=state if whole else CallState.SETTLED, answer=answer.raw)
    if open_:
        _look_for(work, call if whole else _part(work, call, open_, state))


def _part(work: Work, call: Call, devices: tuple[CallDevice, ...], state: CallState) -> Call:
    """Those devices of a call of which its answer told nothing, as a call of their own, with a key of its own."""
    number, tries = work.store.next_call_number(), call.tries + 1
    part = replace(
        call, key=str(uuid4()), number=number, devices=devices, tries=tries, state=state, sent_at=work.clock.now()
    )
    work.store.add_call(part)
    work.state.sent_at[part.key] = work.clock.monotonic()
    work.after.append(lambda: work.outside.witness.saw_call(number))
    return part


def _look_for(work: Work, call: Call) -> None:
    wait = lines.back_off(work, call.tries)
    work.state.again_at[call.key] = work.clock.monotonic() + wait
    work.wake_later(wait)


def _settle_one(work: Work, call: Call, device: CallDevice, outcome: Outcome | None) -> None:
    row = work.store.devices_by_id([device.row])
    item = row[0].item if row else 0
    if outcome is not None and outcome.kind in DONE and row:
        effects.apply(work, call, device, row[0], outcome)
        why, detail = "", call.value("title") or call.value("label") or device.name
    else:
        why = "no_answer" if outcome is None else "refused"
        detail = "" if outcome is None else " ".join(filter(None, (outcome.code, outcome.text, outcome.request_id)))
        work.tell(Refused(str(call.verb), why, " ".join(filter(None, (device.device_id, detail)))))
    new = str(outcome.kind) if outcome else ""
    work.store.add_event(
        Event(work.clock.now(), f"{call.verb}_device", call.batch, item, device.device_id, new=new, who=call.operator,
              why=why, detail=detail)
    )
    work.touch(*([item] if item else []))


def _failed(work: Work, call: Call, failure: CallError) -> None:
    # What was sent before may have had its effect, whatever came of the repeat.
    unclear = isinstance(failure, UnclearError) or call.tries > 0
    state = CallState.UNANSWERED if unclear else CallState.NOT_SENT
    if call.tries and isinstance(failure, RefusedError | TargetError):
        state = CallState.ANSWERED  # a repeat that is refused outright would be refused for ever
        work.wake()
    work.store.change_call(call.key, state=state, answer=f"{failure.cause}: {failure.detail}")
    if isinstance(failure, SignInError):
        lines.failed(work, call.connection, failure)
    if isinstance(failure, RefusedError) and not unclear and len(call.devices) > 1:
        middle = len(call.devices) // 2
        for part in (call.devices[:middle], call.devices[middle:]):
            _write_and_send(work, replace(call, key=str(uuid4()), request_id=str(uuid4()), devices=part))
        return
    words = " ".join(filter(None, (failure.detail, failure.request_id)))
    if not unclear:
        work.tell(Refused(str(call.verb), str(failure.cause), words))
    elif not call.tries:
        work.tell(Refused(str(call.verb), "no_answer", f"{failure.cause} {words}".strip()))
        say_lost(work, call, failure.cause)
    if state is CallState.UNANSWERED:
        _look_for(work, call)


def say_lost(work: Work, call: Call, cause: Cause) -> None:
    """Into each device's history: it was sent, and nobody knows what became of it."""
    for device in call.devices:
        rows = work.store.devices_by_id([device.row])
        item = rows[0].item if rows else 0
        work.store.add_event(
            Event(work.clock.now(), f"{call.verb}_device", call.batch, item, device.device_id, who=call.operator,
                  why="no_answer", detail=str(cause))
        )


def lost(work: Work, call: Call, _answer: object, _error: object, fault: Exception) -> None:
    """Settling failed by a fault of ours: the call is not left as if it were still under way."""
    work.state.reading_back.pop(call.key, None)
    _failed(work, call, UnclearError(Cause.CRASH, f"{type(fault).__name__}: {fault}"))


settle.rescue = lost  # type: ignore[attr-defined]


def pump(work: Work) -> None:
    """A change whose answer was lost goes again where that is safe, and is looked for at the vendor elsewhere; its rows
    stay as they are until a read has shown what became of it."""
    if not work.state.settled_in or not work.state.disk_ok:
        return
    now = work.clock.monotonic()
    for call in work.store.calls(CallState.UNANSWERED, CallState.ANSWERED):
        early = work.state.again_at.get(call.key, 0.0) > now or call.key in work.state.reading_back
        if call.verb is Verb.CLAIM or early or not lines.may_send(work, call.connection):
            continue
        backend = work.state.backends[call.connection]
        if backend.kind != call.kind or backend.address != call.address:
            continue
        # Its secrets were never written down; and over what was done since, the older change would be the last word.
        may_repeat = backend.traits.safe_to_repeat and call.state is CallState.UNANSWERED and not call.secrets
        if may_repeat and not lost_changes.is_overtaken(work, call):
            send(work, call)
        else:
            lost_changes.read_back(work, backend, call)
