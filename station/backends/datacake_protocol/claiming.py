"""Claims by PIN, several in one request, each with an answer of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field

from station.core.call import Answer, Call, CallDevice, DeviceResult
from station.core.errors import CallError, Cause, SignInError, TargetError
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.secret import Secret

from ..wire.shapes import is_sendable
from . import afterwards, documents, envelope, outcomes
from .client import Client, check_workspace
from .envelope import Said

LONGEST = 255
LONGEST_PAUSE_S = 30.0


@dataclass
class Pause:
    """Slows claims down while PINs are wrong: ``first_s`` seconds after the first, twice as long after each further
    one, at most half a minute, and no more once a claim has gone through. How many wrong ones the vendor takes before
    it locks somebody out is not known."""

    first_s: float
    monotonic: Callable[[], float]
    _wrong: int = 0
    _until: float = field(default=0.0)

    @property
    def left(self) -> float:
        """Seconds still to wait."""
        return max(0.0, self._until - self.monotonic())

    def note(self, answer: Answer) -> None:
        kinds = [result.outcome.kind for result in answer.results]
        wrong = kinds.count(OutcomeKind.WRONG_SECRET)
        if wrong:
            self._wrong += wrong
            wait = min(max(self.first_s, 0.0) * 2.0 ** min(self._wrong - 1, 20), LONGEST_PAUSE_S)
            self._until = self.monotonic() + wait
        elif OutcomeKind.CLAIMED_NOW in kinds:
            self._wrong = 0


async def claim(client: Client, call: Call, workspace: str) -> Answer:
    """One result for each device that was answered; one whose field failed without a word that we know has none."""
    check_workspace(workspace)
    results = {device.device_id: _unsendable(device) for device in call.devices}
    sent = [device for device in call.devices if results[device.device_id] is None]
    if not sent:
        return _answer(call, results, "", call.request_id)
    inputs = [{"input": _input(device, workspace)} for device in sent]
    pins = [pin for device in sent for _, pin in device.identifier.secrets]
    secrets = [*pins, *(Secret(pin.reveal().strip()) for pin in pins)]
    said = await client.change(documents.CLAIM, inputs, call.request_id, secrets)
    await _check_whole(client, said, len(sent), workspace)
    place = listed.title if (listed := client.last(workspace)) else ""
    for at, device in enumerate(sent):
        value = said.value(at)
        if value is None:
            results[device.device_id] = outcomes.of_fault(said.fault(at), said.reply)
        else:
            results[device.device_id] = outcomes.of_claim(value, place, said.reply)
    return _answer(call, results, said.reply.text, said.reply.request_id)


async def name(client: Client, call: Call, answer: Answer) -> None:
    """Give what was just claimed its names: a claim itself takes none. That this fails spoils no claim."""
    handles = {
        result.device_id: result.outcome.handle
        for result in answer.results
        if result.outcome.kind is OutcomeKind.CLAIMED_NOW and result.outcome.handle
    }
    named = [each for each in call.devices if handles.get(each.device_id) and afterwards.clean(each.name)]
    if not named:
        return
    each = [
        {"deviceId": handles[device.device_id], "input": {"verboseName": afterwards.clean(device.name)}}
        for device in named
    ]
    try:
        await client.change(documents.UPDATE, each, call.request_id)
    except CallError:
        return


async def _check_whole(client: Client, said: Said, count: int, workspace: str) -> None:
    """Raise what stands for the whole request. *Not found* is said of a workspace and of a device: one more read, which
    changes nothing, tells them apart."""
    fault = envelope.common_fault(said, count)
    if fault is None:
        return
    if fault.code != "NOT_FOUND":
        raise envelope.whole(fault, said.reply)
    try:
        seen = await client.can_see(workspace)
    except (TargetError, SignInError):
        raise
    except CallError:
        seen = True  # the answer to the claim is clear in any case: nothing was claimed
    if not seen:
        raise TargetError(Cause.NO_TARGET, fault.message, said.reply.request_id, said.reply.status)


def _input(device: CallDevice, workspace: str) -> dict[str, str]:
    pin = device.identifier.secret("pin")
    return {
        "workspace": workspace,
        "serialNumber": device.identifier.get("serial").strip(),
        "pinCode": pin.reveal().strip() if pin else "",
    }


def _unsendable(device: CallDevice) -> Outcome | None:
    """Why a device is refused without a request: half of it is missing, or cannot stand in one."""
    serial, pin = device.identifier.get("serial").strip(), device.identifier.secret("pin")
    code = pin.reveal().strip() if pin else ""
    if not code:
        return Outcome(OutcomeKind.WRONG_SECRET, HowKnown.ANSWER, code="pin_missing")
    if not serial or not is_sendable(serial, LONGEST) or not is_sendable(code, LONGEST):
        return Outcome(OutcomeKind.REJECTED, HowKnown.ANSWER, code="not_sendable")
    return None


def _answer(call: Call, outcomes_of: dict[str, Outcome | None], raw: str, request_id: str) -> Answer:
    told = [(device.device_id, outcomes_of[device.device_id]) for device in call.devices]
    results = tuple(DeviceResult(device_id, outcome) for device_id, outcome in told if outcome is not None)
    return Answer(results, raw, request_id)
