"""What is done with devices: one request each, and nothing is sent twice."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from station.core.call import Answer, Call, CallDevice, DeviceResult, Verb
from station.core.errors import CallError, Cause, UnclearError
from station.core.outcome import DONE

from ..wire.answers import Reply, take
from ..wire.requests import Request
from ..wire.shapes import is_same_text
from . import requests
from .answers import Own, is_device, read_device
from .client import Changed, Client
from .findings import confirmed
from .outcomes import claimed_as, done, not_done, refused, said_briefly, success_of
from .owned import Owned

Work = Callable[[Client, Call, CallDevice], Awaitable[DeviceResult]]


async def each(client: Client, call: Call, work: Work) -> Answer:
    """Do it to each device by itself. What was not answered stays out of the answer. Raises CallError."""
    requests.check_handles(call)
    results: list[DeviceResult] = []
    for device in call.devices:
        try:
            results.append(await work(client, call, device))
        except CallError:
            if not results:
                raise
            break
    return Answer(tuple(results), request_id=results[-1].outcome.request_id if results else "")


async def claimed(client: Client, reply: Reply, device: CallDevice) -> DeviceResult | None:
    """What the answer to a claim says of its device; None where it says nothing that is clear. Raises CallError."""
    if reply.status >= 400:
        return refused(reply, device)
    if is_device(reply.json):
        return claimed_as(reply, device, client.placed(take(reply, read_device, call=True)))
    if reply.json is not None and not isinstance(reply.json, dict):
        raise UnclearError(Cause.GARBAGE, "the answer is no object", reply.request_id, reply.status)
    client.forget()
    result = said_briefly(reply, device)
    if result is None or result.outcome.kind not in DONE:
        return result
    # The short answer names no device: ID and place stand in the list, and without them it is claimed all the same.
    with suppress(CallError):
        found = confirmed(device, await client.owned(fresh=True))
        return replace(result, outcome=replace(result.outcome, handle=found.handle, place=found.place))
    return result


async def release(client: Client, _call: Call, device: CallDevice) -> DeviceResult:
    """Delete the device from the organization; the vendor deletes its history with it."""
    changed, refusal = await _changed(client, requests.release_request(device), device)
    if refusal is not None:
        return refusal
    if changed.looked and changed.now is not None:
        raise _unclear(changed)
    client.drop(device.handle)
    return done(device, changed.reply, "released")


async def move(client: Client, call: Call, device: CallDevice) -> DeviceResult:
    """Into another space of the same organization. The answer does not say where the device is, so that is read."""
    changed, refusal = await _changed(client, requests.move_request(call, device), device)
    if refusal is not None:
        return refusal
    own = await _now(client, changed, device)
    arrived = own is not None and own.space in (call.target, "")
    if changed.looked and not arrived:
        raise _unclear(changed)
    return done(device, changed.reply, "moved", own.place if own is not None and arrived else "")


async def rename(client: Client, _call: Call, device: CallDevice) -> DeviceResult:
    changed, refusal = await _changed(client, requests.rename_request(device), device)
    if refusal is not None:
        return refusal
    own = await _now(client, changed, device)
    if changed.looked and (own is None or own.name != requests.name_of(device)):
        raise _unclear(changed)
    return done(device, changed.reply, "renamed", own.place if own is not None else "")


def shown(call: Call, owned: Owned) -> dict[str, bool]:
    """By device ID whether the list shows the call's change as done; what nobody can tell is left out."""
    told = {}
    for device in call.devices:
        own = owned.by_id.get(device.handle)
        if call.verb is Verb.RELEASE and device.handle:
            told[device.device_id] = own is None
        elif call.verb is Verb.MOVE and own is not None and own.space:
            told[device.device_id] = own.space == call.target
        elif call.verb is Verb.RENAME and own is not None and own.name:
            told[device.device_id] = is_same_text(own.name, requests.name_of(device))
    return told


async def _changed(client: Client, request: Request, device: CallDevice) -> tuple[Changed, DeviceResult | None]:
    """The answer, and what it says where it is a refusal: by its status, or in spite of HTTP 200."""
    changed = await client.changed(request, device)
    reply = changed.reply
    bad = reply.status >= 400 or (success_of(reply.json) is False and not is_device(reply.json))
    return changed, not_done(reply, device) if bad else None


async def _now(client: Client, changed: Changed, device: CallDevice) -> Own | None:
    """The device as it is now: from the answer if it shows it, else read; the list that is kept learns of it."""
    own = changed.now
    if not changed.looked and is_device(changed.reply.json):
        own = take(changed.reply, read_device, call=True)
    elif not changed.looked:
        with suppress(CallError):  # the change was done, whatever becomes of this reading
            own = await client.device(device.handle)
    if own is None:
        client.forget()
        return None
    return client.placed(own)


def _unclear(changed: Changed) -> UnclearError:
    words = "the answer says nothing, and the device is as it was"
    return UnclearError(Cause.GARBAGE, words, changed.reply.request_id, changed.reply.status)
