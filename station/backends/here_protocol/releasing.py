"""What is done with devices once they are claimed: give them back, name them, set labels."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from station.core.call import Answer, Call, CallDevice, DeviceResult
from station.core.errors import CallError
from station.core.outcome import DONE, HowKnown, Outcome, OutcomeKind

from ..wire.answers import Reply
from ..wire.requests import Request
from . import answers, requests
from .client import Client

Send = Callable[[Request], Awaitable[Reply]]


async def release(call: Call, send: Send, client: Client) -> Answer:
    """Give claims back by their tracking IDs. Sent again after a lost answer, one that is gone was given back then."""

    async def one(device: CallDevice) -> tuple[DeviceResult, Reply]:
        reply = await send(requests.release(device))
        result = answers.released(reply, device)
        sent_before = result.outcome.kind is OutcomeKind.NOT_FOUND and call.tries
        if sent_before and not any(await client.handles([device.identifier])):
            gone = Outcome(
                OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK, device.handle, code="released", text=result.outcome.text,
                request_id=reply.request_id,
            )  # fmt: skip
            result = replace(result, outcome=gone)
        return result, reply

    return await _each(call, one)


async def describe(
    call: Call, send: Send, word: str, values: Callable[[CallDevice], Mapping[str, str | None]]
) -> Answer:
    """Merge values into the devices' metadata; ``word`` says in the outcome what was done."""

    async def one(device: CallDevice) -> tuple[DeviceResult, Reply]:
        reply = await send(requests.describe(device, dict(values(device))))
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
