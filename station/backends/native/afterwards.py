"""What is done beside the claim: gives back, moves, names, labels, and what an owner does with a shared device."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from station.core.call import Answer, Call, CallDevice, DeviceResult, ReadBack, Verb
from station.core.errors import CallError, Cause, RefusedError, UnclearError
from station.core.outcome import HowKnown, Outcome, OutcomeKind

from ..wire.answers import Reply, take
from ..wire.requests import Request
from ..wire.shapes import is_same_text, list_at, maybe_text, object_of, text_at
from . import answers, requests

Send = Callable[[Request], Awaitable[Reply]]
_HANDLE_RESULTS = {
    # Of a release or a move, a kind in DONE says that it was done: the device was ours. What was done, the code says.
    "released": OutcomeKind.ALREADY_OURS,
    "moved": OutcomeKind.ALREADY_OURS,
    "not_ours": OutcomeKind.NOT_ALLOWED,
    "not_found": OutcomeKind.NOT_FOUND,
    "over_quota": OutcomeKind.OVER_QUOTA,
    "there_already": OutcomeKind.REJECTED,
}
_OF_CLAIMS: Mapping[Verb, tuple[Callable[[Call, CallDevice], Request], str]] = {
    Verb.RENAME: (requests.rename_request, "renamed"),
    Verb.LABEL: (requests.label_request, "labelled"),
}
_OF_OWNED: Mapping[Verb, tuple[Callable[[Call, CallDevice], Request], str]] = {
    Verb.OPEN_CLAIMING: (requests.lock_request, "opened"),
    Verb.CLOSE_CLAIMING: (requests.lock_request, "closed"),
    Verb.SHARE: (requests.share_request, "shared"),
    Verb.REVOKE: (requests.revoke_request, "revoked"),
}


async def by_handle(send: Send, call: Call, request: Request) -> Answer:
    """All devices of a call in one request that names their claims."""
    reply = await send(request)
    if reply.status >= 400:
        raise answers.refusal(reply, call=True)
    results = take(reply, lambda value: read_handles(value, call, reply.request_id), call=True)
    return Answer(results, reply.text, reply.request_id)


async def one_by_one(send: Send, call: Call) -> Answer:
    """Each device by itself: the API changes one at a time. What was not answered stays out of the answer.

    Raises RefusedError, before anything is sent, where a device cannot be named or nothing was said to do.
    """
    owned = call.verb in _OF_OWNED
    if not owned and call.verb not in _OF_CLAIMS:
        raise RefusedError(Cause.BAD_REQUEST, f"this system has no {call.verb}", call.request_id)
    (requests.check_keys if owned else requests.check_handles)(call)
    write, done = (_OF_OWNED if owned else _OF_CLAIMS)[call.verb]
    asked = [(device, write(call, device)) for device in call.devices]
    results: list[DeviceResult] = []
    for device, request in asked:
        try:
            results.append(read_changed(await send(request), device, done, "key" if owned else "handle"))
        except CallError:
            if not results:
                raise
            break
    return Answer(tuple(results), request_id=call.request_id)


def read_handles(value: Any, call: Call, request_id: str) -> tuple[DeviceResult, ...]:
    """The results of releases and moves, for the devices whose handles they name."""
    answer = object_of(value, "the answer")
    request_id = maybe_text(answer, "request_id") or request_id
    devices = {device.handle: device.device_id for device in call.devices}
    results = []
    for each in list_at(answer, "results"):
        entry = object_of(each, "a result")
        handle, word = text_at(entry, "handle"), text_at(entry, "result")
        kind = _HANDLE_RESULTS.get(word)
        if kind is not None and handle in devices:
            outcome = Outcome(kind, HowKnown.ANSWER, handle, answers.place_of(entry), word, "", request_id)
            results.append(DeviceResult(devices[handle], outcome))
    return tuple(results)


def read_changed(reply: Reply, device: CallDevice, done: str, named_by: str) -> DeviceResult:
    """One device's result; ``done`` is its code, ``named_by`` the field that must name what was asked for."""
    if answers.error_word(reply) == "not_found":
        text = answers.message_of(reply)
        gone = Outcome(
            OutcomeKind.NOT_FOUND, HowKnown.ANSWER, code="not_found", text=text, request_id=reply.request_id
        )
        return DeviceResult(device.device_id, gone)
    if reply.status >= 400:
        raise answers.refusal(reply, call=True)
    answer = take(reply, lambda value: object_of(value, "the answer"), call=True)
    name = take(reply, lambda _: text_at(answer, named_by), call=True)
    if name != (device.handle if named_by == "handle" else device.ref):
        raise UnclearError(Cause.GARBAGE, "another device was answered", reply.request_id, reply.status)
    place = take(reply, lambda _: answers.place_of(answer), call=True)
    outcome = Outcome(OutcomeKind.ALREADY_OURS, HowKnown.ANSWER, device.handle, place, done, "", reply.request_id)
    return DeviceResult(device.device_id, outcome)


def shown(call: Call, device: CallDevice, back: answers.Back) -> bool | None:
    """Whether the register shows a change as done; None where it cannot tell: it tells no labels, no locks."""
    ours = back.state is ReadBack.OURS and back.handle == device.handle
    if call.verb is Verb.RELEASE and device.handle:
        another_of_ours = back.state is ReadBack.OURS and not ours
        return None if another_of_ours or back.state is ReadBack.CANNOT_TELL else not ours
    if not ours or call.verb not in (Verb.MOVE, Verb.RENAME):
        return None
    if call.verb is Verb.MOVE:
        return back.project == call.target
    return is_same_text(back.name, requests.name_of(device))
