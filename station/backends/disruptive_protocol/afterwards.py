"""What is done with devices that are claimed: move them between projects, name and label them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from station.core.call import Answer, Call, CallDevice, DeviceResult, Verb
from station.core.errors import CallError, Cause, RefusedError
from station.core.outcome import HowKnown, Outcome, OutcomeKind

from ..http import Http
from ..wire.answers import Reply, take
from ..wire.requests import Request
from ..wire.shapes import is_same_text
from . import answers, requests
from .client import Client, all_of

NAME = "name"
"""The label that the vendor shows as a device's name."""
NAMING_S = 15.0
"""So long at most is a clear answer held back for the names of its devices."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A device of a call and its resource name: the project that it is in now."""

    device: CallDevice
    name: str

    @property
    def project(self) -> str:
        return requests.project_of(self.name)


class Afterwards:
    """Each verb first reads where the devices are now: somebody may have moved them since they were claimed."""

    def __init__(self, http: Http, client: Client, call_s: float) -> None:
        self._http, self._client, self._call_s = http, client, call_s

    async def move(self, call: Call) -> Answer:
        """What is in the target already counts as moved; a device left out of the answer is left out here too."""
        requests.check_target(call)
        placed, results = await self._find(call)
        place = await self._client.title(call.target)
        there, away = [[each for each in placed if (each.project == call.target) is here] for here in (True, False)]
        results += [_done(each, each.name, place, "moved", call.request_id) for each in there]
        if not away:
            return Answer(tuple(results), request_id=call.request_id)
        reply = await self._call(requests.transfer_request(call, [each.name for each in away]))
        moved = take(reply, answers.read_moved, call=True)
        failures = take(reply, lambda value: answers.read_failures(value, "transferErrors", reply), call=True)
        for each in away:
            vendor_id = answers.last_step(each.name)
            if vendor_id in moved:
                handle = requests.handle_of(call.target, vendor_id)
                results.append(_done(each, handle, place, "moved", reply.request_id))
            elif vendor_id in failures:
                results.append(DeviceResult(each.device.device_id, failures[vendor_id]))
        return Answer(tuple(results), reply.text, reply.request_id)

    async def shown(self, call: Call) -> dict[str, bool]:
        """By device ID whether a read shows the call's change as done; what the account does not see is left out."""
        held = await all_of([self._client.device(each.ref or each.device_id) for each in call.devices])
        told = {}
        for device, found in zip(call.devices, held, strict=True):
            if found is not None and call.verb is Verb.MOVE:
                told[device.device_id] = requests.project_of(found.name) == call.target
            elif found is not None and found.labels is not None and call.verb in (Verb.RENAME, Verb.LABEL):
                label, value = _wanted(call, device)
                told[device.device_id] = is_same_text(found.labels.get(label, ""), value)
        return told

    async def rename(self, call: Call) -> Answer:
        placed, results = await self._find(call)
        groups: dict[tuple[str, str], list[Placed]] = {}
        for each in placed:
            groups.setdefault((each.project, requests.clean_name(each.device.name)), []).append(each)
        return await self._label(call, [(NAME, name, group) for (_, name), group in groups.items()], "renamed", results)

    async def label(self, call: Call) -> Answer:
        """Raises RefusedError where no label is named."""
        label, value = _wanted_label(call)
        if not label:
            raise RefusedError(Cause.BAD_REQUEST, "no label was named", call.request_id)
        placed, results = await self._find(call)
        groups: dict[str, list[Placed]] = {}
        for each in placed:
            groups.setdefault(each.project, []).append(each)
        return await self._label(call, [(label, value, group) for group in groups.values()], "labelled", results)

    async def name_claimed(self, call: Call, answer: Answer, settle_s: float) -> Answer:
        """The answer as it is; where a device that was just claimed could not be given its name, its text says so."""
        names = {each.device_id: requests.clean_name(each.name) for each in call.devices}
        groups: dict[str, list[DeviceResult]] = {}
        for result in answer.results:
            if result.outcome.kind is OutcomeKind.CLAIMED_NOW and names.get(result.device_id):
                groups.setdefault(names[result.device_id], []).append(result)
        if not groups:
            return answer
        unnamed: dict[str, str] = {}
        try:
            async with asyncio.timeout(NAMING_S + settle_s):
                await asyncio.sleep(settle_s)
                for name, group in groups.items():
                    unnamed |= await self._name(call, name, group)
        except TimeoutError:
            unnamed |= {each.device_id: "in time" for group in groups.values() for each in group}
        return replace(answer, results=tuple(_with_text(each, unnamed) for each in answer.results))

    async def _name(self, call: Call, name: str, group: Sequence[DeviceResult]) -> dict[str, str]:
        """Why devices were not named, by device ID; whatever happens here, they are claimed."""
        handles = {answers.last_step(each.outcome.handle): each for each in group}
        try:
            request = requests.labels_request(call, call.target, [each.outcome.handle for each in group], NAME, name)
            reply = await self._call(replace(request, request_id=""))
            failures = _batch_errors(reply)
        except CallError as error:
            return {each.device_id: error.detail or str(error.cause) for each in group}
        return {handles[each].device_id: why.text or why.code for each, why in failures.items() if each in handles}

    async def _label(
        self, call: Call, groups: Sequence[tuple[str, str, list[Placed]]], code: str, results: list[DeviceResult]
    ) -> Answer:
        """A request for each group of one project; once one was answered, what fails later is left out."""
        reply: Reply | None = None
        for label, value, group in groups:
            names = [each.name for each in group]
            try:
                reply = await self._call(requests.labels_request(call, group[0].project, names, label, value))
                failures = _batch_errors(reply)
            except CallError:
                if not results:
                    raise
                break
            for each in group:
                failure = failures.get(answers.last_step(each.name))
                place = self._client.known_title(each.project)
                done = _done(each, each.name, place, code, reply.request_id)
                results.append(DeviceResult(each.device.device_id, failure) if failure else done)
        return Answer(tuple(results), reply.text if reply else "", call.request_id)

    async def _find(self, call: Call) -> tuple[list[Placed], list[DeviceResult]]:
        """Where the devices are; those that the account does not see are answered at once."""
        names = await all_of([self._client.whereabouts(each.ref or each.device_id) for each in call.devices])
        placed = [Placed(device, name) for device, name in zip(call.devices, names, strict=True) if name]
        unseen = Outcome(OutcomeKind.NOT_FOUND, HowKnown.ANSWER, request_id=call.request_id)
        seen = {id(each.device) for each in placed}
        return placed, [DeviceResult(each.device_id, unseen) for each in call.devices if id(each) not in seen]

    async def _call(self, request: Request) -> Reply:
        reply = await self._http.call(request, self._call_s)
        if reply.status >= 400:
            raise answers.refusal(reply, call=True, target=True)
        return reply


def _wanted(call: Call, device: CallDevice) -> tuple[str, str]:
    """The label that a call sets on a device, and the value; an empty one takes it away."""
    return (NAME, requests.clean_name(device.name)) if call.verb is Verb.RENAME else _wanted_label(call)


def _wanted_label(call: Call) -> tuple[str, str]:
    return requests.clean_name(call.value("label")), requests.clean_name(call.value("value"))


def _batch_errors(reply: Reply) -> dict[str, Outcome]:
    return take(reply, lambda value: answers.read_failures(value, "batchErrors", reply), call=True)


def _done(placed: Placed, handle: str, place: str, code: str, request_id: str) -> DeviceResult:
    """Of a move or a rename, a kind in DONE says that it was done; what was done, the code says."""
    outcome = Outcome(OutcomeKind.ALREADY_OURS, HowKnown.ANSWER, handle, place, code, request_id=request_id)
    return DeviceResult(placed.device.device_id, outcome)


def _with_text(result: DeviceResult, unnamed: dict[str, str]) -> DeviceResult:
    if result.device_id not in unnamed:
        return result
    return replace(result, outcome=replace(result.outcome, text=f"not named: {unnamed[result.device_id]}"))
