"""Reads the native API's answers: every word of them is checked before it means something."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from station.core.call import Call, Confirmed, DeviceResult, ReadBack
from station.core.errors import CallError, Cause, NotSentError, RefusedError, TargetError, UnclearError
from station.core.finding import ClaimStatus, Finding, FoundDevice, Holder, status_of
from station.core.identifier import Identifier
from station.core.outcome import DONE, HowKnown, Outcome, OutcomeKind
from station.core.secret import Secret
from station.core.target import Account, Target

from ..wire.answers import Reply, mask, shorten
from ..wire.shapes import ShapeError, list_at, maybe_count, maybe_flag, maybe_text, maybe_time, object_of, text_at

T = TypeVar("T")
_OUTCOMES = {kind.value: kind for kind in OutcomeKind if kind is not OutcomeKind.UNKNOWN}
_STATUSES = {status.value: status for status in ClaimStatus}
_HOLDERS = {Holder.OURS.value: Holder.OURS, Holder.ANOTHER.value: Holder.ANOTHER}
_BACKS = {"ours": ReadBack.OURS, "another": ReadBack.ANOTHER, "free": ReadBack.FREE}
_REFUSALS: Mapping[str, tuple[type[CallError], Cause]] = {
    "bad_request": (RefusedError, Cause.BAD_REQUEST),
    "key_missing": (RefusedError, Cause.BAD_REQUEST),
    "key_invalid": (RefusedError, Cause.BAD_REQUEST),
    "bad_page_token": (RefusedError, Cause.BAD_REQUEST),
    "invalid": (RefusedError, Cause.BAD_REQUEST),
    "too_large": (RefusedError, Cause.BAD_REQUEST),
    "not_allowed": (TargetError, Cause.NO_RIGHTS),
    "project_not_found": (TargetError, Cause.NO_TARGET),
    # The server is there and has no such address, or goes by another name: the settings are wrong, nothing was done.
    "not_found": (NotSentError, Cause.NOT_SET_UP),
    "method_not_allowed": (NotSentError, Cause.NOT_SET_UP),
    "wrong_host": (NotSentError, Cause.NOT_SET_UP),
    # An earlier sending of this very call is, or was, carried out: what became of it has to be read.
    "in_flight": (UnclearError, Cause.TIMEOUT),
    "key_reused": (UnclearError, Cause.KEY_REUSED),
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """One entry of a claim's answer: the place of the asked item, the device's key and ID, what became of it, and
    whether the same device was answered for an earlier item."""

    item: int
    key: str
    id: str
    outcome: Outcome
    again: bool

INVENTORY = "inventory"
"""By custom the target of this ID is where new devices land: it is proposed first."""


def error_word(reply: Reply) -> str:
    """The ``error`` of a refusal, or an empty text where the answer bears none of this API's words."""
    value = reply.json.get("error") if isinstance(reply.json, dict) else None
    return value if isinstance(value, str) else ""


def refusal(reply: Reply, *, call: bool) -> CallError:
    """The error that a 4xx stands for; a call that was answered without a word that we know is unclear."""
    kind, cause = _REFUSALS.get(error_word(reply), (UnclearError, Cause.GARBAGE))
    if kind is UnclearError and not call:
        kind = NotSentError
    return kind(cause, message_of(reply), reply.request_id, reply.status)


def message_of(reply: Reply) -> str:
    """What the server says of a refusal, without what is secret."""
    message = reply.json.get("message") if isinstance(reply.json, dict) else ""
    return shorten(message if isinstance(message, str) else reply.text, reply.secrets)


def read_account(value: Any) -> Account:
    account = object_of(value, "the account")
    organization = object_of(account.get("organization"), "organization")
    return Account(
        text_at(account, "id"), maybe_text(account, "name"), maybe_text(organization, "title"), whole_organization=True
    )


def read_target(value: Any) -> Target:
    return _target(object_of(value, "a project"))


def read_targets(value: Any) -> tuple[list[Target], str]:
    """A page of projects and the next page's token, empty on the last page."""
    targets = [_target(object_of(each, "a project")) for each in list_at(value, "projects")]
    return targets, maybe_text(value, "next_page_token")


def _target(project: Mapping[str, Any]) -> Target:
    path = project.get("path")
    steps = [step for step in path if isinstance(step, str)] if isinstance(path, list) else []
    organization = project.get("organization")
    identifier = text_at(project, "id")
    return Target(
        identifier,
        maybe_text(project, "title") or identifier,
        " / ".join(steps).encode("utf-8", "replace").decode("utf-8"),
        maybe_text(organization, "title") if isinstance(organization, dict) else "",
        maybe_flag(project, "may_claim"),
        maybe_count(project, "seats_left"),
        maybe_time(project, "expires_at"),
        inventory=identifier == INVENTORY,
        parent=maybe_text(project, "parent"),
    )


def read_findings(value: Any, identifiers: Sequence[Identifier], at: datetime) -> list[Finding]:
    entries = list_at(value, "findings")
    if len(entries) != len(identifiers):
        raise ShapeError("findings are not one for each identifier")
    return [_finding(object_of(e, "a finding"), i, at) for e, i in zip(entries, identifiers, strict=True)]


def _finding(entry: Mapping[str, Any], identifier: Identifier, at: datetime) -> Finding:
    what = maybe_text(entry, "what")
    devices = tuple(_found(object_of(each, "a device")) for each in list_at(entry, "devices"))
    # A word that nobody here knows is no promise: unchecked, with the raw finding beside it.
    status = _STATUSES.get(text_at(entry, "status"), ClaimStatus.UNCHECKED)
    if devices:
        status = status_of(devices)
    elif status not in (ClaimStatus.NOT_FOUND, ClaimStatus.UNCHECKED) and what != "kit":
        raise ShapeError("a finding that names no device says that it found one")
    return Finding(identifier, status, at, what, maybe_text(entry, "title"), devices, raw=_raw(entry))


def _found(device: Mapping[str, Any]) -> FoundDevice:
    status = _STATUSES.get(text_at(device, "status"), ClaimStatus.UNCHECKED)
    holder = _HOLDERS.get(maybe_text(device, "holder"), Holder.NOBODY)
    if status is ClaimStatus.CLAIMED and holder is Holder.NOBODY:
        holder = Holder.NOT_TOLD
    return FoundDevice(
        text_at(device, "id"),
        status,
        text_at(device, "key"),
        maybe_text(device, "type"),
        maybe_text(device, "product_number"),
        holder,
        place_of(device),
        maybe_text(device, "handle"),
        maybe_flag(device, "owned") or False,
    )


def read_claimed(value: Any, reply: Reply) -> list[Claimed]:
    """The entries of a claim's answer whose outcome is a word that we know; a device of any other stays unknown."""
    answer = object_of(value, "the answer")
    request_id = maybe_text(answer, "request_id") or reply.request_id
    entries = [object_of(each, "a result") for each in list_at(answer, "results")]
    read = [(entry, _OUTCOMES.get(text_at(entry, "outcome"))) for entry in entries]
    return [_claimed(entry, kind, request_id, reply.secrets) for entry, kind in read if kind is not None]


def _claimed(entry: Mapping[str, Any], kind: OutcomeKind, request_id: str, secrets: tuple[Secret, ...]) -> Claimed:
    item = maybe_count(entry, "item")
    if item is None:
        raise ShapeError("item is missing")
    code = maybe_text(entry, "code")
    key, handle = maybe_text(entry, "key"), maybe_text(entry, "handle")
    text = mask(maybe_text(entry, "message"), secrets)
    if kind in DONE and not key:
        raise ShapeError("a device without a key is said to be ours")
    outcome = Outcome(kind, HowKnown.ANSWER, handle, place_of(entry), code, text, request_id)
    return Claimed(item, key, text_at(entry, "id"), outcome, code == "twice")


@dataclass(frozen=True, slots=True)
class Back:
    """The read-back of one key."""

    state: ReadBack
    handle: str = ""
    place: str = ""
    raw: str = ""
    project: str = ""
    name: str = ""


def read_backs(value: Any) -> dict[str, Back]:
    """By key; what the registry no longer knows, or says in a word that we do not know, cannot be told."""
    backs = {}
    for each in list_at(value, "results"):
        entry = object_of(each, "a read-back")
        state = _BACKS.get(text_at(entry, "result"), ReadBack.CANNOT_TELL)
        handle, project, name = maybe_text(entry, "handle"), _project_of(entry), maybe_text(entry, "name")
        backs[text_at(entry, "key")] = Back(state, handle, place_of(entry), _raw(entry), project, name)
    return backs


def confirmed(device_id: str, backs: Sequence[Back | None], then: Outcome | None) -> Confirmed:
    """One device's read-back from those of its keys: a clear word only where all of them say the same.

    Free now, and claimed by the kept answer: it was given up since, and that was not done to have it claimed again.
    """
    told = [back for back in backs if back is not None]
    state = told[0].state if told and len(told) == len(backs) else ReadBack.CANNOT_TELL
    raw = ",".join(back.raw for back in told)
    if any(back.state is not state for back in told):
        state = ReadBack.CANNOT_TELL
    if state is ReadBack.FREE and then is not None and then.kind in DONE:
        return Confirmed(device_id, ReadBack.CANNOT_TELL, raw=f"claimed by this call, released since: {raw}")
    first = told[0] if state is ReadBack.OURS else Back(state)
    return Confirmed(device_id, state, first.handle, first.place, raw)


def only_keyed(call: Call, entries: Sequence[Claimed]) -> list[Claimed]:
    """The entries for our devices' keys, cut loose from their items: those belong to a call of other content."""
    keys = {device.ref for device in call.devices if device.ref}
    return [replace(entry, item=len(call.devices)) for entry in entries if entry.key in keys]


def results_for(call: Call, entries: Sequence[Claimed]) -> tuple[DeviceResult, ...]:
    """The entries as results for the call's devices, and under their own IDs those that nobody asked for.

    An entry belongs to the device whose key it bears. A device that was asked for without a key (nobody had looked it
    up) takes its item's entry; if that was a kit, its devices stand under their own IDs and the kit's row gets the
    outcome that needs looking at most. Of two outcomes for one device, "ours" wins, else the first.
    """
    by_ref = {device.ref: device.device_id for device in call.devices if device.ref}
    results: dict[str, Outcome] = {}
    loose: dict[int, list[Claimed]] = {}
    for entry in sorted(entries, key=lambda one: one.again):
        asked = call.devices[entry.item] if entry.item < len(call.devices) else None
        if asked and not asked.ref:
            loose.setdefault(entry.item, []).append(entry)
        if entry.key in by_ref:
            _keep(results, by_ref[entry.key], entry.outcome)
        elif asked and asked.ref and not entry.key:
            _keep(results, asked.device_id, entry.outcome)
        elif not asked or asked.ref:
            _keep(results, entry.id, entry.outcome)
    for item, found in loose.items():
        worst = min(found, key=lambda one: one.outcome.kind in DONE)
        _keep(results, call.devices[item].device_id, worst.outcome)
        for entry in found if len(found) > 1 else ():
            if entry.key not in by_ref:
                _keep(results, entry.id, entry.outcome)
    return tuple(DeviceResult(device_id, outcome) for device_id, outcome in results.items())


def _keep(results: dict[str, Outcome], device_id: str, outcome: Outcome) -> None:
    known = results.get(device_id)
    if known is None or (known.kind not in DONE and outcome.kind in DONE):
        results[device_id] = outcome


def place_of(entry: Mapping[str, Any]) -> str:
    """The title of the project that an entry names, or an empty text."""
    project = entry.get("project")
    return maybe_text(object_of(project, "project"), "title") if project is not None else ""


def _project_of(entry: Mapping[str, Any]) -> str:
    project = entry.get("project")
    return maybe_text(object_of(project, "project"), "id") if project is not None else ""


def _raw(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=True, separators=(",", ":"))
