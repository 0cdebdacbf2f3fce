"""What became of calls whose answer was lost: the same call again where that is safe, else a read-back."""

from station.backends.base import Backend
from station.core.call import Answer, Call, CallState, Confirmed, ReadBack, Verb
from station.core.errors import CallError, Cause, NotSentError, SignInError
from station.core.item import Device, Event
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress

from . import changing, lines, quiet, sending, summaries
from .work import Work

CLAIM_IS_FRESH_S = 3600.0
"""How long a person's own Claim in this run lets a device that is shown to be free be sent again."""


READ_BACK = "read_back"
"""What the history calls a read of the whole account for a device whose answer was lost."""

_OPEN = (CallState.UNANSWERED, CallState.ANSWERED)
"""Calls that are still to be found out about: with no clear answer, or with one that leaves devices to be confirmed."""


def recover(work: Work, *, read_only: bool = False) -> None:
    """At the start: a call that was found *sending* was cut off; its devices are unknown until a read tells.

    With ``read_only`` (a restored backup) not even a call that is safe to repeat goes again by itself.
    """
    for call in work.store.calls(CallState.SENDING):
        if call.verb is Verb.CLAIM:
            cut = [d.id for d in work.store.devices_of_call(call.key) if d.progress is Progress.SENDING]
            evidence = Outcome(OutcomeKind.UNKNOWN, code=str(Cause.CRASH), request_id=call.request_id)
            work.touch(
                *work.store.step(
                    cut, Progress.SENDING, Progress.UNKNOWN, work.clock.now(), outcome=evidence, why="restart"
                )
            )
        else:
            changing.say_lost(work, call, Cause.CRASH)
        work.store.change_call(call.key, state=CallState.UNANSWERED, answer=str(Cause.CRASH))
    for call in work.store.calls(*_OPEN):
        work.state.line(call.connection).needs_read = True
        if read_only:
            work.store.change_call(call.key, state=CallState.ANSWERED)
    work.wake()


def pump(work: Work) -> None:
    """Find out about every unanswered call whose time has come."""
    if not work.state.settled_in or not work.state.disk_ok:
        return
    now = work.clock.monotonic()
    for call in work.store.calls(*_OPEN):
        early = work.state.again_at.get(call.key, 0.0) > now
        if early or call.key in work.state.reading_back or not lines.may_try(work, call.connection):
            continue
        if call.verb is not Verb.CLAIM:
            continue
        backend = work.state.backends[call.connection]
        if not _same_place(backend, call):
            lines.pause(work, call.connection, Cause.ACCOUNT_CHANGED, f"{call.kind} {call.address}")
            continue
        if backend.traits.safe_to_repeat and _unknown(work, call) and not _confirms_only(work, call):
            batch = work.store.batch(call.batch)
            if batch is None or not batch.paused:
                _repeat(work, backend, call)
        else:
            confirm(work, call)


def _same_place(backend: Backend, call: Call) -> bool:
    return backend.kind == call.kind and backend.address == call.address


def _confirms_only(work: Work, call: Call) -> bool:
    """A clear answer came and only single devices of it are to be confirmed; or the key is known with other content."""
    outcomes = [device.outcome for device in _unknown(work, call) if device.outcome is not None]
    already = any(outcome.kind is OutcomeKind.ALREADY_CLAIMED for outcome in outcomes)
    return already or call.state is CallState.ANSWERED or call.answer.startswith(Cause.KEY_REUSED)


def _unknown(work: Work, call: Call) -> list[Device]:
    return [d for d in work.store.devices_of_call(call.key) if d.progress is Progress.UNKNOWN]


def _repeat(work: Work, backend: Backend, call: Call) -> None:
    """The same call with the same key: the vendor answers what it answered, or does it now for the first time."""
    work.after.append(lambda: _mark(work, call))
    work.store.change_call(call.key, tries=call.tries + 1, sent_at=work.clock.now())
    work.state.sent_at[call.key] = work.clock.monotonic()

    async def read_first() -> Answer:
        account = await backend.account()
        if call.account and account.id != call.account:
            raise SignInError(Cause.ACCOUNT_CHANGED, account.title)
        return await backend.claim(call)

    work.start(call.connection, read_first, sending.settle, call)


def _mark(work: Work, call: Call) -> None:
    """Only once it is on disk: a repeat that the disk refused is tried again."""
    quiet.reads(work, call)
    work.state.busy.setdefault(call.connection, call.key)


def confirm(work: Work, call: Call) -> None:
    """Read the whole account for a call's unknown devices."""
    backend = work.state.backends[call.connection]
    if call.key in work.state.reading_back:
        return
    if not _unknown(work, call):
        work.store.change_call(call.key, state=CallState.SETTLED)
        return
    work.after.append(lambda: quiet.reads(work, call))

    async def read() -> list[Confirmed]:
        account = await backend.account()
        if call.account and account.id != call.account:
            raise SignInError(Cause.ACCOUNT_CHANGED, account.title)
        return await backend.confirm(call)

    work.ask(call.connection, read, confirmed, call)


def confirmed(work: Work, call: Call, told: list[Confirmed] | None, error: BaseException | None) -> None:
    """The read-back's answer, device by device."""
    begun = work.state.reading_back.pop(call.key, None)
    if told is None:
        failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
        lines.failed(work, call.connection, failure)
        return
    lines.works(work, call.connection)
    by_device = {each.device_id: each for each in told}
    waits = 0.0
    for device in _unknown(work, call):
        waits = max(waits, _settle(work, call, device, by_device.get(device.device_id), begun))
    if waits:
        work.state.again_at[call.key] = work.clock.monotonic() + waits
        work.wake_later(waits)
    elif not _unknown(work, call):
        work.store.change_call(call.key, state=CallState.SETTLED)
    summaries.tell_progress(work, call.batch)
    work.wake()


def lost(work: Work, call: Call, _told: object, _error: object, _fault: Exception) -> None:
    """Settling failed by a fault of ours: asked again, after a while."""
    work.state.reading_back.pop(call.key, None)
    work.state.again_at[call.key] = work.clock.monotonic() + lines.LONGEST_WAIT_S
    work.wake_later(lines.LONGEST_WAIT_S)


confirmed.rescue = lost  # type: ignore[attr-defined]


def _settle(work: Work, call: Call, device: Device, told: Confirmed | None, begun: float | None) -> float:
    """Settle one device by the read-back that was begun then; gives the seconds to wait where it is too early."""
    state = told.state if told else ReadBack.CANNOT_TELL
    if state is ReadBack.OURS:
        _write(work, device, told, Progress.CLAIMED, OutcomeKind.ALREADY_OURS)
        return 0.0
    if state is ReadBack.ANOTHER:
        _write(work, device, told, Progress.REFUSED, OutcomeKind.ALREADY_CLAIMED)
        return 0.0
    anothers = told is not None and state is ReadBack.CANNOT_TELL and _is_anothers(work, call, device)
    late = not anothers and _may_land(work, call, device, state)
    wait = quiet.wait_after(work, call, begun) if late else quiet.wait_for_lists(work, call, begun)
    if wait > 0:
        _remember(work, device, state)
        return wait
    refused = work.state.refused.get(device.id)
    if anothers:
        _write(work, device, told, Progress.REFUSED, OutcomeKind.ALREADY_CLAIMED)
    elif refused is not None and refused.kind not in (OutcomeKind.ALREADY_CLAIMED, OutcomeKind.UNKNOWN):
        _write(work, device, told, Progress.REFUSED, refused.kind)
    elif state is ReadBack.FREE and _may_go_again(work, call, device):
        _write(work, device, told, Progress.QUEUED, OutcomeKind.UNKNOWN)
    else:
        _write(work, device, told, Progress.HELD, OutcomeKind.UNKNOWN)
    return 0.0


def _may_land(work: Work, call: Call, device: Device, state: ReadBack) -> bool:
    """Whether a request may still have its effect: one that was given up on, be it before another try was answered."""
    unanswered = call.state is not CallState.ANSWERED or call.tries > 1
    return unanswered or state is ReadBack.FREE or device.id in work.state.refused


def _write(work: Work, device: Device, told: Confirmed | None, new: Progress, kind: OutcomeKind) -> None:
    """What the read-back has settled, with what the answer before it said."""
    settled = new in (Progress.CLAIMED, Progress.REFUSED)
    known = HowKnown.READ_BACK if settled else HowKnown.NOT_KNOWN
    before = work.state.refused.get(device.id) or device.outcome or Outcome(OutcomeKind.UNKNOWN)
    outcome = Outcome(
        kind, known, handle=told.handle if told else "", place=told.place if told else "",
        code=before.code, text=before.text or (told.raw if told else ""), request_id=before.request_id,
    )
    why = f"{READ_BACK}.{told.state if told else ReadBack.CANNOT_TELL}"
    changed = work.store.step([device.id], Progress.UNKNOWN, new, work.clock.now(), outcome=outcome, why=why)
    work.touch(*changed)
    if settled:
        work.store.forget_secrets(changed)
    work.state.shown_as.pop(device.id, None)
    work.state.refused.pop(device.id, None)


def _remember(work: Work, device: Device, state: ReadBack) -> None:
    """What a read-back said that settles nothing yet: evidence for whoever has to decide; once, until it changes."""
    if work.state.shown_as.get(device.id) != state:
        work.state.shown_as[device.id] = state
        told = Event(work.clock.now(), READ_BACK, item=device.item, device_id=device.device_id, new=str(state))
        work.store.add_event(told)
        work.touch(device.item)


def _is_anothers(work: Work, call: Call, device: Device) -> bool:
    """The vendor itself answered that it is claimed, and the account that sees all of us does not show it."""
    account = work.state.line(call.connection).account
    said = device.outcome is not None and device.outcome.kind is OutcomeKind.ALREADY_CLAIMED
    return said and call.state is CallState.ANSWERED and account is not None and account.whole_organization


def _may_go_again(work: Work, call: Call, device: Device) -> bool:
    """Only within an hour of the person's own Claim in this run, and with no release of the device known since."""
    claimed = work.state.claimed_at.get(call.batch)
    if claimed is None or work.clock.monotonic() - claimed > CLAIM_IS_FRESH_S:
        return False
    return not any(_is_release(event, device) for event in work.store.events(item=device.item))


def _is_release(event: Event, device: Device) -> bool:
    return event.device_id == device.device_id and event.new == str(Progress.RELEASED)
