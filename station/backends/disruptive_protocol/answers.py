"""Reads the answers of Disruptive's API: lenient in what is extra or new, strict in what an outcome hangs on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from station.core.call import Call, DeviceResult
from station.core.errors import CallError, Cause, NotSentError, RefusedError, TargetError, UnclearError
from station.core.finding import ClaimStatus, FoundDevice, Holder
from station.core.outcome import DONE, HowKnown, Outcome, OutcomeKind
from station.core.target import Target

from ..wire.answers import Reply, mask, shorten
from ..wire.shapes import list_at, maybe_count, maybe_flag, maybe_text, object_of, text_at
from .requests import code_of, handle_of

T = TypeVar("T")
RIGHTS = "the account needs to be administrator of the project or of the organization"
_CODES = {
    "ALREADY_CLAIMED": OutcomeKind.ALREADY_CLAIMED,
    "NOT_FOUND": OutcomeKind.NOT_FOUND,
    # The rest is inferred: the words that this API uses elsewhere, or that its family of APIs uses.
    "PERMISSION_DENIED": OutcomeKind.NOT_ALLOWED,
    "RESOURCE_EXHAUSTED": OutcomeKind.OVER_QUOTA,
    "INTERNAL_ERROR": OutcomeKind.UNKNOWN,
    "INTERNAL": OutcomeKind.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Info:
    """What claimInfo tells of one identifier; ``counts`` are total and claimed, as stated beside the list."""

    what: str
    title: str
    devices: tuple[FoundDevice, ...]
    counts: tuple[int, int] | None
    raw: str


@dataclass(frozen=True, slots=True)
class Held:
    """A claimed device that the account sees: its resource name and its labels (None: not told)."""

    name: str
    labels: Mapping[str, str] | None


def refusal(reply: Reply, *, call: bool = False, target: bool = False) -> CallError:
    """The error that a 4xx stands for. ``target``: the request names a project, and a 404 means that project.

    Without a word of the vendor's, somebody else may have answered: a call is then unclear, a read told nothing.
    """
    words = _words(reply)
    if words is None:
        cause = Cause.NOT_SET_UP if reply.status in (404, 405) and not call else Cause.GARBAGE
        kind: type[CallError] = UnclearError if call else NotSentError
        return kind(cause, shorten(reply.text, reply.secrets), reply.request_id, reply.status)
    kind, cause = RefusedError, Cause.BAD_REQUEST
    if reply.status == 403:
        kind, cause, words = TargetError, Cause.NO_RIGHTS, f"{RIGHTS} ({words})"
    elif reply.status == 404:
        kind, cause = (TargetError, Cause.NO_TARGET) if target else (NotSentError, Cause.NOT_SET_UP)
    return kind(cause, words, reply.request_id, reply.status)


def is_refused_by_vendor(reply: Reply, *statuses: int) -> bool:
    """Whether the vendor itself, and nobody in between, answered one of these."""
    return reply.status in statuses and _words(reply) is not None


def _words(reply: Reply) -> str | None:
    """``{"error": …, "code": 409 or "409", "help": …}`` as one line; None where none of it is there."""
    if not isinstance(reply.json, dict):
        return None
    said = [reply.json.get(name) for name in ("error", "message", "help")]
    texts = [text for text in said if isinstance(text, str) and text]
    if not texts and "code" not in reply.json:
        return None
    return shorten(" ".join(texts) or reply.text, reply.secrets)


def read_page(value: Any, name: str) -> tuple[list[Mapping[str, Any]], str]:
    """A page of named things and the next page's token, empty on the last page."""
    entries = [object_of(each, f"one of {name}") for each in list_at(value, name)]
    for entry in entries:
        text_at(entry, "name")
        for other in ("displayName", "organization", "organizationDisplayName"):
            maybe_text(entry, other)
    return entries, maybe_text(value, "nextPageToken")


def last_step(name: str) -> str:
    """The ID at the end of a resource name."""
    return name.rpartition("/")[2]


def read_project(value: Any) -> Target:
    project = object_of(value, "a project")
    identifier = last_step(text_at(project, "name"))
    title = maybe_text(project, "displayName") or identifier
    organization = maybe_text(project, "organizationDisplayName") or last_step(maybe_text(project, "organization"))
    path = f"{organization} / {title}" if organization else title
    return Target(identifier, title, path, organization, inventory=maybe_flag(project, "inventory") is True)


def read_info(value: Any) -> Info:
    """Whatever the word in ``type``, the object that is there tells what it is."""
    info = object_of(value, "the claim info")
    kit, device = info.get("kit"), info.get("device")
    if isinstance(kit, dict):
        devices = tuple(_found(object_of(each, "a device")) for each in list_at(kit, "devices"))
        return Info("kit", maybe_text(kit, "displayName"), devices, _counts(kit), _raw(info))
    if isinstance(device, dict):
        return Info("device", "", (_found(device),), None, _raw(info))
    text_at(info, "type")  # with neither, it is another's answer: that tells nothing, and is asked for again
    return Info("", "", (), None, _raw(info))


def read_device(value: Any) -> Held:
    """A device's resource; labels that are left out are none."""
    device = object_of(value, "the device")
    labels = device.get("labels", {})
    told = {key: text for key, text in labels.items() if isinstance(text, str)} if isinstance(labels, dict) else None
    return Held(text_at(device, "name"), told)


def _found(device: Mapping[str, Any]) -> FoundDevice:
    device_id, claimed = text_at(device, "deviceId"), maybe_flag(device, "isClaimed")
    status = ClaimStatus.CLAIMED if claimed else ClaimStatus.UNCLAIMED
    if claimed is None:
        status = ClaimStatus.UNCHECKED  # not said is not the same as free
    holder = Holder.NOT_TOLD if claimed else Holder.NOBODY
    kind, product = maybe_text(device, "deviceType"), maybe_text(device, "productNumber")
    return FoundDevice(device_id, status, device_id, kind, product, holder)


def _counts(kit: Mapping[str, Any]) -> tuple[int, int] | None:
    """Sensors and cloud connectors together, for a cross-check: the list is what counts."""
    stated = [kit[name] for name in ("sensors", "cloudConnectors") if isinstance(kit.get(name), dict)]
    totals = [maybe_count(each, "totalCount") for each in stated]
    claimed = [maybe_count(each, "claimedCount") for each in stated]
    known = [count for count in (*totals, *claimed) if count is not None]
    if not stated or len(known) < 2 * len(stated):
        return None
    return sum(known[: len(stated)]), sum(known[len(stated) :])


def read_claimed(value: Any, call: Call, reply: Reply, place: str, *, sent: bool) -> tuple[DeviceResult, ...]:
    """The results for the call's devices, and under their own IDs those that nobody asked for; claimed wins.

    ``claimedDevices`` is flat: the devices of a kit that went by its own ID belong to it while it is the only one.
    """
    answer = object_of(value, "the answer")
    results = _Results(call)
    for each in list_at(answer, "claimedDevices"):
        entry = object_of(each, "a claimed device")
        device_id = text_at(entry, "deviceId")
        outcome = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, "", place, request_id=reply.request_id)
        if sent and entry.get("isClaimed") is False:  # listed as claimed, and said not to be: to be read back
            outcome = Outcome(OutcomeKind.UNKNOWN, text=_raw(entry), request_id=reply.request_id)
        elif sent:
            outcome = replace(outcome, handle=handle_of(call.target, device_id))
        results.add(device_id, outcome)
    errors = object_of(answer.get("claimErrors"), "claimErrors")
    for each in list_at(errors, "devices"):
        entry = object_of(each, "a device's error")
        results.add(text_at(entry, "deviceId"), _error(entry, reply))
    for each in list_at(errors, "kits"):
        entry = object_of(each, "a kit's error")
        results.add_kit(text_at(entry, "kitId"), _error(entry, reply))
    return results.all()


class _Results:
    """Collects outcomes by device; of two for one device the one that says *ours* wins, else the first."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._named = {device.ref or code_of(device): device.device_id for device in call.devices}
        unseen = [device.device_id for device in call.devices if not device.ref]
        self._only_kit = unseen[0] if len(set(unseen)) == 1 else ""
        self._outcomes: dict[str, Outcome] = {}
        self._inside: list[Outcome] = []

    def add(self, device_id: str, outcome: Outcome) -> None:
        known = self._named.get(device_id)
        if known is None:
            self._inside.append(outcome)
        self._keep(known or device_id, outcome)

    def add_kit(self, kit_id: str, outcome: Outcome) -> None:
        """A kit's error is that of each device which was asked for by that kit, where nothing else was said of it."""
        asked = [device.device_id for device in self._call.devices if code_of(device) == kit_id]
        for device_id in asked or [kit_id]:
            self._outcomes.setdefault(device_id, outcome)

    def all(self) -> tuple[DeviceResult, ...]:
        if self._only_kit and self._only_kit not in self._outcomes and self._inside:
            worst = min(self._inside, key=lambda outcome: outcome.kind in DONE)
            self._outcomes[self._only_kit] = worst
        return tuple(DeviceResult(device_id, outcome) for device_id, outcome in self._outcomes.items())

    def _keep(self, device_id: str, outcome: Outcome) -> None:
        known = self._outcomes.get(device_id)
        if known is None or (known.kind not in DONE and outcome.kind in DONE):
            self._outcomes[device_id] = outcome


def _error(entry: Mapping[str, Any], reply: Reply) -> Outcome:
    """A code that nobody here knows refuses the one device, with the vendor's words beside it."""
    code, text = _text_of(entry.get("code")), maybe_text(entry, "message")
    kind = _CODES.get(code, OutcomeKind.REJECTED)
    return Outcome(kind, HowKnown.ANSWER, code=code, text=mask(text, reply.secrets), request_id=reply.request_id)


def read_failures(value: Any, name: str, reply: Reply) -> dict[str, Outcome]:
    """By device ID: the errors of a transfer or of a change of labels."""
    failures = {}
    for each in list_at(value, name):
        entry = object_of(each, f"one of {name}")
        status = object_of(entry.get("status"), "status")
        failures[last_step(text_at(entry, "device"))] = _error(status, reply)
    return failures


def read_moved(value: Any) -> set[str]:
    """The IDs of the transferred devices, whether they stand there by name or whole."""
    moved = set()
    for each in list_at(value, "transferredDevices"):
        name = each if isinstance(each, str) else text_at(object_of(each, "a transferred device"), "name")
        moved.add(last_step(name))
    return moved


def _text_of(code: Any) -> str:
    return code if isinstance(code, str) else str(code) if isinstance(code, int) else ""


def _raw(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
