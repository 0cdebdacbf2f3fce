"""What is done with devices once they are claimed: give them back, name them, set labels."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from station.core.call import Answer, Call, CallDevice, DeviceResult, Verb
from station.core.errors import CallError, Cause, UnclearError
from station.core.outcome import DONE, HowKnown, Outcome, OutcomeKind

from ..wire.answers import Reply
from ..wire.requests import Request
from ..wire.shapes import is_same_text
from . import answers, requests
from .client import Client

Send = Callable[[Request], Awaitable[Reply]]
Wanted = Callable[[CallDevice], Mapping[str, str | None]]
"""What is to be kept of a device beside its data; None takes it away."""


def wanted(call: Call) -> Wanted:
    """What a call for a name or a label sets, device by device."""
    if call.verb is Verb.RENAME:
        return lambda device: {"name": requests.clean(device.name) or None}
    label, value = requests.clean(call.value("label")), requests.clean(call.value("value"))
    return lambda _device: {label: value or None}


async def release(call: Call, send: Send, client: Client) -> Answer:
    """Give claims back by their tracking IDs. Sent again after a lost answer, one that is gone was given back then."""

    async def one(device: CallDevice) -> tuple[DeviceResult, Reply]:
        reply = await send(requests.release(device))
        result = answers.released(reply, device)
        # The vendor's own yes has no body: what another one says may be anybody's.
        if 200 <= reply.status < 300 and reply.json is not None and device.handle in await _now(client, device):
            raise _unclear(reply)
        sent_before = result.outcome.kind is OutcomeKind.NOT_FOUND and call.tries
        if sent_before and not any(await client.handles([device.identifier])):
            gone = Outcome(
                OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK, device.handle, code="released", text=result.outcome.text,
                request_id=reply.request_id,
            )  # fmt: skip
            result = replace(result, outcome=gone)
        return result, reply

    return await _each(call, one)


async def shown(call: Call, client: Client, values: Wanted) -> dict[str, bool]:
    """By device ID whether a read shows a call as done: a release by the tracking IDs that are ours now, a name or a
    label by what is kept of the devices beside their data. ``values`` are those that the call was to set."""
    told = {}
    if call.verb is Verb.RELEASE:
        handles = await client.handles([device.identifier for device in call.devices])
        now = zip(call.devices, handles, strict=True)
        return {device.device_id: handle != device.handle for device, handle in now if device.handle}
    for device in call.devices:
        kept = await client.metadata(device) if device.handle else None
        if kept is not None:
            told[device.device_id] = all(_is_kept(kept.get(name), value) for name, value in values(device).items())
    return told


def _are_shown(told: object, values: Mapping[str, str | None]) -> bool:
    """Whether an answer shows what was set; of what was taken away it shows nothing."""
    return isinstance(told, dict) and all(value and _is_kept(told.get(name), value) for name, value in values.items())


async def _now(client: Client, device: CallDevice) -> list[str]:
    try:
        return await client.handles([device.identifier])
    except CallError:
        return [device.handle]  # for all that we know, it is still there


def _unclear(reply: Reply) -> UnclearError:
    return UnclearError(Cause.GARBAGE, "the answer says nothing, and nothing was done", reply.request_id, reply.status)


def _is_kept(found: object, wanted: str | None) -> bool:
    if wanted is None or found is None:
        return found is wanted
    return isinstance(found, str) and is_same_text(found, wanted)


async def describe(call: Call, send: Send, client: Client, word: str, values: Wanted) -> Answer:
    """Merge values into the devices' metadata; ``word`` says in the outcome what was done. An answer that does not show
    them is looked into."""

    async def one(device: CallDevice) -> tuple[DeviceResult, Reply]:
        reply = await send(requests.describe(device, dict(values(device))))
        if reply.status < 300 and not _are_shown(reply.json, values(device)):
            try:
                kept = await client.metadata(device)
            except CallError:
                raise _unclear(reply) from None
            if not all(_is_kept((kept or {}).get(name), value) for name, value in values(device).items()):
                raise _unclear(reply)
        return answers.described(reply, device, word), reply

    return await _each(call, one)


async def name_after_claim(send: Send, device: CallDevice, result: DeviceResult) -> DeviceResult:
    """Write a name into the metadata of a device just claimed; a failure is told beside the claim, which stands."""
    named = replace(device, handle=result.outcome.handle)
    try:
        reply = await send(requests.describe(named, {"name": requests.clean(device.name)}))
        kept = answers.described(reply, named, "").outcome
    except CallError as error:
        return _with(result, code="name_not_kept", text=error.detail)
    return result if kept.kind is OutcomeKind.ALREADY_OURS else _with(result, code="name_not_kept", text=kept.text)


def place(result: DeviceResult, title: str) -> DeviceResult:
    """The result of a device that is ours, with the title of its project ("" where nobody has confirmed it)."""
    return _with(result, place=title) if result.outcome.kind in DONE else result


def _with(result: DeviceResult, **values: str) -> DeviceResult:
    return DeviceResult(result.device_id, replace(result.outcome, **values))  # type: ignore[arg-type]


async def _each(call: Call, one: Callable[[CallDevice], Awaitable[tuple[DeviceResult, Reply]]]) -> Answer:
    """One device after the other; what was not answered stays out of the answer. Raises CallError for the first."""
    requests.check_handles(call)
    results: list[DeviceResult] = []
    replies: list[tuple[CallDevice, Reply]] = []
    for device in call.devices:
        try:
            result, reply = await one(device)
        except CallError:
            if not results:
                raise
            break
        results.append(result)
        replies.append((device, reply))
    return Answer(tuple(results), answers.said(replies), replies[-1][1].request_id if replies else "")
