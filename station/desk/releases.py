"""Giving devices back: only what this desk claimed, by handle, and after a fresh read showed it as ours."""

from collections.abc import Sequence
from uuid import uuid4

from station.backends.base import Backend
from station.core.call import Answer, Call, CallDevice, CallState, Confirmed, ReadBack, Verb
from station.core.errors import CallError, Cause, NotSentError, UnclearError
from station.core.item import Device, Event, Item
from station.core.news import Refused
from station.core.outcome import DONE
from station.core.progress import Progress

from . import lines
from .work import Work


def release(work: Work, items: Sequence[int], who: str) -> int:
    """Release the claimed devices of rows; gives how many are asked for. The answer comes as changed rows."""
    if not who.strip():
        work.tell(Refused("release", "no_operator"))
        return 0
    asked = 0
    for row in work.store.items(items):
        backend = work.backend(row.connection)
        claimed = [d for d in work.store.devices(row.id) if d.progress is Progress.CLAIMED and _handle(d)]
        if backend is None or not backend.traits.release or not claimed:
            work.tell(Refused("release", "not_ours" if backend and backend.traits.release else "cannot"))
            continue
        asked += len(claimed)
        _read_first(work, backend, _call(work, row, claimed, who.strip()))
    return asked


def _handle(device: Device) -> str:
    return (device.outcome.handle if device.outcome else "") or device.found.handle


def _call(work: Work, row: Item, devices: Sequence[Device], who: str) -> Call:
    batch = work.store.batch(row.batch)
    backend = work.state.backends[row.connection]
    return Call(
        key=str(uuid4()),
        number=0,
        verb=Verb.RELEASE,
        connection=row.connection,
        kind=backend.kind,
        address=backend.address,
        account=batch.account if batch else "",
        target=batch.target if batch else "",
        devices=tuple(
            CallDevice(d.id, d.device_id, d.found.ref, row.identifier, handle=_handle(d)) for d in devices
        ),
        operator=who,
        request_id=str(uuid4()),
        made_at=work.clock.now(),
        batch=row.batch,
    )


def _read_first(work: Work, backend: Backend, call: Call) -> None:
    async def read() -> list[Confirmed]:
        account = await backend.account()
        if call.account and account.id != call.account:
            raise NotSentError(Cause.ACCOUNT_CHANGED, account.title)
        return await backend.confirm(call)

    work.ask(call.connection, read, _read, call)


def _read(work: Work, call: Call, told: list[Confirmed] | None, error: BaseException | None) -> None:
    """The fresh read: what it does not show as ours, under the handle that we know, is not released."""
    if told is None:
        cause = error.cause if isinstance(error, CallError) else Cause.GARBAGE
        work.tell(Refused("release", str(cause), str(error)))
        return
    lines.works(work, call.connection)
    handles = {each.device_id: each.handle for each in told if each.state is ReadBack.OURS}
    ours = tuple(d for d in call.devices if handles.get(d.device_id) in (d.handle, ""))
    ours = tuple(d for d in ours if d.device_id in handles)
    if len(ours) < len(call.devices):
        work.tell(Refused("release", "not_ours"))
    if not ours:
        return
    if not lines.may_send(work, call.connection):
        work.tell(Refused("release", "may_not_send"))
        return
    _write_and_send(work, call, ours)


def _write_and_send(work: Work, call: Call, ours: tuple[CallDevice, ...]) -> None:
    numbered = Call(
        call.key, work.store.next_call_number(), call.verb, call.connection, call.kind, call.address, call.account,
        call.target, ours, call.operator, call.request_id, work.clock.now(), call.batch,
    )
    work.store.add_call(numbered)
    work.store.add_event(Event(numbered.made_at, "release", batch=call.batch, who=call.operator))
    _send(work, numbered)


def _send(work: Work, call: Call) -> None:
    backend = work.state.backends[call.connection]
    work.store.change_call(call.key, state=CallState.SENDING, tries=call.tries + 1, sent_at=work.clock.now())
    work.after.append(lambda: work.state.reading_back.add(call.key))
    work.after.append(lambda: work.outside.witness.saw_call(call.number))

    async def run() -> Answer:
        account = await backend.account()
        if call.account and account.id != call.account:
            raise NotSentError(Cause.ACCOUNT_CHANGED, account.title)
        return await backend.release(call)

    work.start(call.connection, run, settle, call)


def settle(work: Work, call: Call, answer: Answer | None, error: BaseException | None) -> None:
    """What came back for a release, device by device; a lost answer is asked about again."""
    work.state.reading_back.discard(call.key)
    if answer is None:
        _failed(work, call, error)
        return
    lines.works(work, call.connection)
    done = {result.device_id for result in answer.results if result.outcome.kind in DONE}
    for named in call.devices:
        if named.device_id in done:
            changed = work.store.step(
                [named.row], Progress.CLAIMED, Progress.RELEASED, work.clock.now(), who=call.operator, why="release"
            )
            work.touch(*changed)
        else:
            work.tell(Refused("release", "refused", named.device_id))
    work.store.change_call(call.key, state=CallState.SETTLED, answer=answer.raw)


def _failed(work: Work, call: Call, error: BaseException | None) -> None:
    failure = error if isinstance(error, CallError) else UnclearError(Cause.CRASH, str(error))
    unclear = isinstance(failure, UnclearError)
    unclear = unclear or call.tries > 0  # what was sent before may have had its effect, whatever came of the repeat
    state = CallState.UNANSWERED if unclear else CallState.NOT_SENT
    work.store.change_call(call.key, state=state, answer=f"{failure.cause}: {failure.detail}")
    work.tell(Refused("release", str(failure.cause), failure.detail))
    if unclear:
        wait = lines.back_off(work, call.tries)
        work.state.again_at[call.key] = work.clock.monotonic() + wait
        work.wake_later(wait)


def pump(work: Work) -> None:
    """A release whose answer was lost goes again where that is safe; elsewhere its rows stay claimed and say so."""
    if not work.state.settled_in or not work.state.disk_ok:
        return
    now = work.clock.monotonic()
    for call in work.store.calls(CallState.UNANSWERED):
        early = work.state.again_at.get(call.key, 0.0) > now or call.key in work.state.reading_back
        if call.verb is not Verb.RELEASE or early or not lines.may_try(work, call.connection):
            continue
        backend = work.state.backends[call.connection]
        same = backend.kind == call.kind and backend.address == call.address
        if same and backend.traits.safe_to_repeat:
            _send(work, call)
