"""What is done with devices after the claim, several in one request."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from station.core.call import Answer, Call, CallDevice, DeviceResult, Verb
from station.core.errors import Cause, RefusedError
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.secret import Secret

from ..wire.answers import Reply
from ..wire.shapes import is_sendable
from . import documents, envelope, outcomes
from .client import Client, check_workspace
from .documents import Several
from .listing import Listing

LONGEST = 255
LONGEST_NAME = 200
Read = Callable[[Mapping[str, Any], CallDevice, Reply], Outcome]


async def release(client: Client, call: Call, workspace: str) -> Answer:
    """Give up what is only shared with the workspace; in the workspace that owns a device it would be deleted, with
    all that it measured, so that is never asked for."""
    _check_handles(call)
    listed = await client.devices(workspace, fresh=True)
    results: list[DeviceResult] = []
    sent: list[CallDevice] = []
    for device in call.devices:
        stays = _why_not(listed, device)
        if stays is None:
            sent.append(device)
        else:
            results.append(DeviceResult(device.device_id, stays))
    if not sent:
        return Answer(tuple(results), request_id=call.request_id)
    each = [{"input": {"deviceId": device.handle, "workspaceId": workspace}} for device in sent]
    answer = await _send(client, call, documents.REMOVE, sent, each, _flag("released"))
    return Answer((*results, *answer.results), answer.raw, answer.request_id)


async def rename(client: Client, call: Call) -> Answer:
    _check_handles(call)
    names = [clean(device.name) for device in call.devices]
    if not all(names):
        raise RefusedError(Cause.BAD_REQUEST, "a name is empty", call.request_id)
    each = [
        {"deviceId": device.handle, "input": {"verboseName": name}}
        for device, name in zip(call.devices, names, strict=True)
    ]
    return await _send(client, call, documents.UPDATE, call.devices, each, _flag("renamed"))


async def change(client: Client, call: Call) -> Answer:
    """Open or close claiming, share, or revoke. A new code is an opening with that code."""
    _check_handles(call)
    match call.verb:
        case Verb.OPEN_CLAIMING:
            return await _open(client, call)
        case Verb.CLOSE_CLAIMING:
            each: list[dict[str, Any]] = [
                {"deviceId": device.handle, "input": {"canBeClaimed": False}} for device in call.devices
            ]
            return await _send(client, call, documents.UPDATE, call.devices, each, _closed)
        case Verb.SHARE:
            place = _workspace(call)
            each = [{"deviceId": device.handle, "workspaceId": place} for device in call.devices]
            return await _send(client, call, documents.SHARE, call.devices, each, _shared)
        case Verb.REVOKE:
            place = _workspace(call)
            each = [{"input": {"deviceIds": [device.handle], "workspaceId": place}} for device in call.devices]
            return await _send(client, call, documents.REVOKE, call.devices, each, _revoked)
        case _:
            raise RefusedError(Cause.BAD_REQUEST, f"{call.verb} is not done here", call.request_id)


async def _open(client: Client, call: Call) -> Answer:
    """The lock opens only where flag and code come in one input."""
    pin, serial = call.secret("pin"), call.value("serial").strip()
    code = pin.reveal().strip() if pin else ""
    if not code or not is_sendable(code, LONGEST) or not is_sendable(serial, LONGEST):
        raise RefusedError(Cause.BAD_REQUEST, "there is no claim code, or it cannot be sent", call.request_id)
    if serial and len(call.devices) > 1:
        raise RefusedError(Cause.BAD_REQUEST, "one serial number cannot stand for several devices", call.request_id)
    wanted: dict[str, Any] = {"canBeClaimed": True, "claimCode": code}
    wanted |= {"claimSerialNumber": serial} if serial else {}
    each = [{"deviceId": device.handle, "input": wanted} for device in call.devices]
    secrets = (Secret(code),)
    return await _send(client, call, documents.UPDATE, call.devices, each, _opened, secrets)


async def _send(
    client: Client,
    call: Call,
    what: Several,
    devices: Sequence[CallDevice],
    each: Sequence[Mapping[str, Any]],
    read: Read,
    secrets: Sequence[Secret] = (),
) -> Answer:
    """One result for each device that was answered; of one whose field failed without a word that we know, none."""
    said = await client.change(what, each, call.request_id, secrets)
    fault = envelope.common_fault(said, len(devices))
    if fault is not None and fault.code != "NOT_FOUND":
        raise envelope.whole(fault, said.reply)
    results = []
    for at, device in enumerate(devices):
        value = said.value(at)
        outcome = (
            outcomes.of_fault(said.fault(at), said.reply) if value is None else read(value, device, said.reply)
        )
        if outcome is not None and (value is None or isinstance(value.get("ok"), bool)):
            results.append(DeviceResult(device.device_id, outcome))
    return Answer(tuple(results), said.reply.text, said.reply.request_id)


def _flag(word: str) -> Read:
    def read(value: Mapping[str, Any], device: CallDevice, reply: Reply) -> Outcome:
        return outcomes.done(word, device.handle, reply) if value.get("ok") is True else _refused(value, reply)

    return read


def _opened(value: Mapping[str, Any], device: CallDevice, reply: Reply) -> Outcome:
    """Open only where the answer shows the lock open, and the owner's plan lets the device be claimed."""
    shown = value.get("device")
    flags = shown if isinstance(shown, dict) else {}
    if value.get("ok") is True and flags.get("claimingEnabled") is False:
        return outcomes.refused(OutcomeKind.CLAIMING_CLOSED, "", reply, "claimingEnabled=false")
    if value.get("ok") is True and flags.get("claimed") is True:
        return outcomes.refused(OutcomeKind.REJECTED, "", reply, "claimed=true")
    return _flag("opened")(value, device, reply)


def _closed(value: Mapping[str, Any], device: CallDevice, reply: Reply) -> Outcome:
    shown = value.get("device")
    if value.get("ok") is True and isinstance(shown, dict) and shown.get("claimed") is False:
        return outcomes.refused(OutcomeKind.REJECTED, "", reply, "claimed=false")
    return _flag("closed")(value, device, reply)


def _shared(value: Mapping[str, Any], device: CallDevice, reply: Reply) -> Outcome:
    """The vendor says only no: the lock is closed, or the token does not reach the device or the workspace."""
    if value.get("ok") is True:
        return outcomes.done("shared", device.handle, reply)
    return outcomes.refused(OutcomeKind.CLAIMING_CLOSED, "", reply)


def _revoked(value: Mapping[str, Any], device: CallDevice, reply: Reply) -> Outcome:
    if value.get("ok") is True and value.get("revokedCount") == 0:
        return outcomes.refused(OutcomeKind.NOT_FOUND, "", reply, "revokedCount=0")
    return _flag("revoked")(value, device, reply)


def _refused(value: Mapping[str, Any], reply: Reply) -> Outcome:
    error = value.get("error")
    text = error if isinstance(error, str) else ""
    return outcomes.refused(outcomes.kind_of(text), text, reply)


def _why_not(listed: Listing, device: CallDevice) -> Outcome | None:
    """Why a device is not released, by what the workspace's list shows now."""
    held = listed.by_id(device.handle)
    if held is None:
        return Outcome(OutcomeKind.NOT_FOUND, HowKnown.READ_BACK, code="gone")
    if held.owned is not False:
        word = "owned" if held.owned else "owner_not_told"
        return Outcome(OutcomeKind.NOT_ALLOWED, HowKnown.READ_BACK, code=word)
    return None


def clean(name: str) -> str:
    """A device's name as it is sent: one line of at most 200 letters."""
    kept = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(kept.encode("utf-8", "replace").decode("utf-8").split())[:LONGEST_NAME]


def _workspace(call: Call) -> str:
    workspace = call.value("workspace").strip()
    check_workspace(workspace)
    return workspace


def _check_handles(call: Call) -> None:
    if not call.devices or not all(is_sendable(each.handle, LONGEST) and each.handle for each in call.devices):
        raise RefusedError(Cause.BAD_REQUEST, "a device's claim has no handle", call.request_id)
