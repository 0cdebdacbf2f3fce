"""What became of a change after the claim whose answer was lost, where the vendor's own lists can show it."""

from collections.abc import Mapping
from dataclasses import dataclass

from station.backends.base import Backend
from station.core.call import Call, CallDevice, CallState, Verb
from station.core.errors import CallError, Cause, NotSentError, RefusedError, TargetError
from station.core.item import Event
from station.core.news import Refused
from station.core.outcome import HowKnown, Outcome, OutcomeKind

from . import effects, lines, quiet
from .work import Work

ASK_AGAIN_S = 3600.0
"""How long what nobody can tell of is left alone: a person, who was told so, looks at the vendor meanwhile."""


@dataclass(frozen=True, slots=True)
class Seen:
    """By device ID whether the change is done, and under which handle the device is ours now."""

    done: Mapping[str, bool]
    handles: Mapping[str, str]


def read_back(work: Work, backend: Backend, call: Call) -> None:
    """Look at the vendor's lists; nothing is sent again."""
    work.after.append(lambda: quiet.reads(work, call))

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
    begun = work.state.reading_back.pop(call.key, None)
    if isinstance(error, RefusedError | TargetError):
        told = Seen({}, {})  # the vendor answers, and lets us not look
    if told is None:
        failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
        lines.failed(work, call.connection, failure)
        return
    lines.works(work, call.connection)
    done = all(told.done.get(each.device_id) for each in call.devices)
    wait = 0.0 if done else quiet.wait_after(work, call, begun)
    overtaken = not wait and is_overtaken(work, call)
    if not wait:
        for device in call.devices:
            _settle(work, call, device, told, overtaken=overtaken)
    if not wait and (overtaken or any(device.device_id in told.done for device in call.devices)):
        work.store.change_call(call.key, state=CallState.SETTLED)
        return
    wait = wait or ASK_AGAIN_S
    work.state.again_at[call.key] = work.clock.monotonic() + wait
    work.wake_later(wait)


def is_overtaken(work: Work, call: Call) -> bool:
    """Whether a newer call was to change the same thing of one of its devices."""
    same = _SAME_THING.get(call.verb, {call.verb})
    return any(
        newer.verb in same and (call.verb is not Verb.LABEL or newer.value("label") == call.value("label"))
        for newer in work.store.overtaking(call)
    )


_LOCK, _SHARES = frozenset({Verb.OPEN_CLAIMING, Verb.CLOSE_CLAIMING}), frozenset({Verb.SHARE, Verb.REVOKE})
_SAME_THING = {verb: verbs for verbs in (_LOCK, _SHARES) for verb in verbs}


def _settle(work: Work, call: Call, device: CallDevice, told: Seen, *, overtaken: bool) -> None:
    """Write down what is known of one device; what is not, is told once."""
    rows = work.store.devices_by_id([device.row])
    item = rows[0].item if rows else 0
    done = told.done.get(device.device_id)
    why = "was_shown" if done else "overtaken" if overtaken else "not_done" if done is not None else "cannot_tell"
    if why == "cannot_tell" and _was_said(work, call, item, device, why):
        return
    if done and rows:
        handle = told.handles.get(device.device_id, "")
        outcome = Outcome(OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK, handle, request_id=call.request_id)
        effects.apply(work, call, device, rows[0], outcome)
    if why in ("not_done", "cannot_tell"):
        work.tell(Refused(str(call.verb), why, device.device_id))
    detail = (call.value("title") or call.value("label") or device.name) if done else ""
    work.store.add_event(
        Event(work.clock.now(), f"{call.verb}_device", call.batch, item, device.device_id, who=call.operator, why=why,
              detail=detail)
    )
    work.touch(*([item] if item else []))


def _was_said(work: Work, call: Call, item: int, device: CallDevice, why: str) -> bool:
    """Whether it stands in the device's history since the call was made."""
    what = f"{call.verb}_device"
    told = work.store.events(item=item) if item else []
    return any(
        (each.what, each.why, each.device_id) == (what, why, device.device_id) and each.at >= call.made_at
        for each in told
    )


def lost(work: Work, call: Call, _told: object, _error: object, _fault: Exception) -> None:
    """Settling failed by a fault of ours: looked at again, after a while."""
    work.state.reading_back.pop(call.key, None)
    work.state.again_at[call.key] = work.clock.monotonic() + ASK_AGAIN_S


seen.rescue = lost  # type: ignore[attr-defined]
