"""Claims devices one after the other, and reads back what became of a claim whose answer was lost."""

from collections.abc import Mapping, Sequence

from station.core.call import Answer, Call, CallDevice, Confirmed, DeviceResult, ReadBack
from station.core.errors import CallError
from station.core.outcome import OutcomeKind

from ..wire.answers import Reply
from . import answers, releasing, requests
from .client import Client
from .places import Places
from .releasing import Send


async def claim(call: Call, send: Send, places: Places, took: set[str], *, names: bool) -> Answer:
    """Claim the call's devices; what was not answered stays out of the answer. Raises CallError for the first.

    ``took`` are the projects that have taken a device of ours in this run; ``names``: a device that was claimed now
    gets its name right after it.
    """
    results: list[DeviceResult] = []
    replies: list[tuple[CallDevice, Reply]] = []
    for device in call.devices:
        try:
            reply = await send(requests.claim(call, device))
            result = answers.claimed(reply, device) or _this_device(reply, device, bool(results), call.target in took)
            if result is None:
                raise answers.failure(reply, call=True)
        except CallError:
            if not results:
                raise
            break
        if result.outcome.kind is OutcomeKind.CLAIMED_NOW:
            took.add(call.target)
        if names and device.name and result.outcome.kind is OutcomeKind.CLAIMED_NOW:
            result = await releasing.name_after_claim(send, device, result)
        results.append(result)
        replies.append((device, reply))
    placed = await _placed(call, results, places)
    return Answer(tuple(placed), answers.said(replies), replies[-1][1].request_id if replies else "")


def _this_device(reply: Reply, device: CallDevice, is_next: bool, took: bool) -> DeviceResult | None:
    """A 403 as one device's outcome, where it cannot mean that the project takes none: others must not wait for it."""
    told = answers.over_quota(reply, device)
    return told if is_next or (took and told is not None and told.outcome.kind is OutcomeKind.NOT_ALLOWED) else None


async def confirm(call: Call, client: Client, places: Places) -> list[Confirmed]:
    """What is ours by now. Where the vendor's clear answer to this very call was that another holds the device, and it
    is not ours, it is another's; of all else nobody can tell."""
    conflicts = answers.conflicts(call)
    handles = await client.handles([device.identifier for device in call.devices])
    found = await places.of([each for each in handles if each], call.target)
    told = []
    for device, handle in zip(call.devices, handles, strict=True):
        state = ReadBack.ANOTHER if device.device_id in conflicts else ReadBack.CANNOT_TELL
        state = ReadBack.OURS if handle else state
        told.append(Confirmed(device.device_id, state, handle, found.get(handle, "")))
    return told


async def _placed(call: Call, results: Sequence[DeviceResult], places: Places) -> list[DeviceResult]:
    """Where the claimed devices are: a new claim where it was asked for, an older one where it is found."""
    if any(each.outcome.kind is OutcomeKind.CLAIMED_NOW for each in results):
        places.forget()
    older = [each.outcome.handle for each in results if each.outcome.kind is OutcomeKind.ALREADY_OURS]
    try:
        found = await places.of(older, call.target)
    except CallError:
        found = {}
    return [releasing.place(each, _place_of(each, call, found, places)) for each in results]


def _place_of(result: DeviceResult, call: Call, found: Mapping[str, str], places: Places) -> str:
    if result.outcome.kind is OutcomeKind.CLAIMED_NOW:
        return places.title(call.target)
    return found.get(result.outcome.handle, "")
