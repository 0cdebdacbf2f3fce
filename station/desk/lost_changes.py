"""What became of a change after the claim whose answer was lost, where the vendor's own lists can show it."""

from collections.abc import Mapping
from dataclasses import dataclass

from station.backends.base import Backend
from station.core.call import Call, CallDevice, CallState, Verb
from station.core.errors import CallError, Cause, NotSentError
from station.core.item import Event
from station.core.news import Refused
from station.core.outcome import HowKnown, Outcome, OutcomeKind

from . import effects, lines, quiet
from .work import Work

ASK_AGAIN_S = 3600.0
"""How long what nobody can tell of is left alone: a person looks at the vendor meanwhile."""


@dataclass(frozen=True, slots=True)
class Seen:
    """By device ID whether the change is done, and under which handle the device is ours now."""

    done: Mapping[str, bool]
    handles: Mapping[str, str]


def read_back(work: Work, backend: Backend, call: Call) -> None:
    """Look at the vendor's lists; nothing is sent again."""
    work.after.append(lambda: work.state.reading_back.add(call.key))

    async def read() -> Seen:
        account = await backend.account()
        if call.account and account.id != call.account:
            raise NotSentError(Cause.ACCOUNT_CHANGED, account.title)
        done = await backend.read_change(call)
        if call.verb is Verb.RELEASE or not any(done.values()):
            return Seen(done, {})
        return Seen(done, {each.device_id: each.handle for each in await backend.confirm(call)})

    work.ask(call.connection, read, seen, call)


def seen(work: Work, call: Call, told: Seen | None, error: BaseException | None) -> None:
    """Settled is what a read shows; what it does not show is not done only once nothing late can land."""
    work.state.reading_back.discard(call.key)
    if told is None:
        failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
        lines.failed(work, call.connection, failure)
        return
    lines.works(work, call.connection)
    known = [device for device in call.devices if device.device_id in told.done]
    left = quiet.left(work, call) if len(known) < len(call.devices) or not all(told.done.values()) else 0.0
    if left > 0 or not known:
        wait = min(left, quiet.LOOK_AGAIN_S) if left > 0 else ASK_AGAIN_S
        work.state.again_at[call.key] = work.clock.monotonic() + wait
        work.wake_later(wait)
        return
    for device in known:
        _settle(work, call, device, done=told.done[device.device_id], handle=told.handles.get(device.device_id, ""))
    work.store.change_call(call.key, state=CallState.SETTLED)


def _settle(work: Work, call: Call, device: CallDevice, *, done: bool, handle: str) -> None:
    rows = work.store.devices_by_id([device.row])
    item = rows[0].item if rows else 0
    if done and rows:
        outcome = Outcome(OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK, handle, request_id=call.request_id)
        effects.apply(work, call, device, rows[0], outcome)
    if not done:
        work.tell(Refused(str(call.verb), "not_done", device.device_id))
    detail = (call.value("title") or device.name) if done else ""
    work.store.add_event(
        Event(work.clock.now(), f"{call.verb}_device", call.batch, item, device.device_id, who=call.operator,
              why="was_shown" if done else "not_done", detail=detail)
    )
    work.touch(*([item] if item else []))


def lost(work: Work, call: Call, _told: object, _error: object, _fault: Exception) -> None:
    """Settling failed by a fault of ours: looked at again, after a while."""
    work.state.reading_back.discard(call.key)
    work.state.again_at[call.key] = work.clock.monotonic() + ASK_AGAIN_S


seen.rescue = lost  # type: ignore[attr-defined]
