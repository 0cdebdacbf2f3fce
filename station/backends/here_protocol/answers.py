"""Reads HERE Tracking's answers: every word of them is checked before it means something."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from station.core.call import Call, CallDevice, DeviceResult
from station.core.errors import CallError, Cause, NotSentError, RefusedError, TargetError, UnclearError
from station.core.outcome import HowKnown, Outcome, OutcomeKind

from ..wire.answers import Reply, shorten
from ..wire.shapes import ShapeError, list_at, maybe_count, maybe_flag, maybe_text, maybe_time, object_of, text_at
from . import forms

T = TypeVar("T")
_LICENCE = re.compile(r"licen[cs]e|quota|limit|expired|subscription", re.IGNORECASE)
_PROJECT = re.compile(r"\bproject", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request in the vendor's words: ``code`` is its finer error code, ``error_id`` what support asks for."""

    status: int
    code: str
    text: str
    error_id: str

    @property
    def words(self) -> str:
        return f"{self.text} (error ID {self.error_id})" if self.error_id else self.text


@dataclass(frozen=True, slots=True)
class Licence:
    """One project with its licence. ``left`` is how many devices can still be provisioned, where it is told."""

    project_id: str
    title: str
    app_id: str
    realm: str
    type: str
    expired: bool | None
    expires_at: datetime | None
    left: int | None


def refusal_of(reply: Reply) -> Refusal | None:
    """The vendor's own words in a refusal; None for a body that is not HERE Tracking's (a portal's, a proxy's)."""
    value = reply.json
    if not isinstance(value, dict) or not isinstance(value.get("error"), str):
        return None
    details = value.get("details")
    finer = details.get("hereErrorCode") if isinstance(details, dict) else None
    code = finer if isinstance(finer, int | str) and not isinstance(finer, bool) else reply.status
    message, error_id = value.get("message"), value.get("id")
    text = shorten(message if isinstance(message, str) else value["error"], reply.secrets)
    return Refusal(reply.status, str(code)[:50], text, shorten(error_id)[:80] if isinstance(error_id, str) else "")


def failure(reply: Reply, *, call: bool) -> CallError:
    """The error that a refusal stands for, which is no word about a device."""
    told = refusal_of(reply)
    if told is None:
        kind: type[CallError] = UnclearError if call else NotSentError
        return kind(Cause.GARBAGE, shorten(reply.text, reply.secrets), reply.request_id, reply.status)
    error: tuple[type[CallError], Cause] = (RefusedError, Cause.BAD_REQUEST)
    if told.status == 403:
        error = (TargetError, Cause.LICENCE if _LICENCE.search(told.text) else Cause.NO_RIGHTS)
    elif _PROJECT.search(told.text):
        error = (TargetError, Cause.NO_TARGET)
    return error[0](error[1], told.words, reply.request_id, reply.status)


def read(reply: Reply, take: Callable[[Any], T], *, call: bool = False) -> T:
    """The answer's content. Raises CallError: for a refusal, and for a shape that the answer must not have."""
    if reply.status >= 400:
        raise failure(reply, call=call)
    try:
        return take(reply.json)
    except (ShapeError, RecursionError) as error:
        kind = UnclearError if call else NotSentError
        raise kind(Cause.GARBAGE, str(error), reply.request_id, reply.status) from None


def claimed(reply: Reply, device: CallDevice) -> DeviceResult | None:
    """What became of a device; None for another refusal than one of this device."""
    if reply.status < 300:
        handle = read(reply, tracking_id, call=True)
        kind = OutcomeKind.ALREADY_OURS if reply.status == 200 else OutcomeKind.CLAIMED_NOW
        outcome = Outcome(kind, HowKnown.ANSWER, handle, request_id=reply.request_id)
        return DeviceResult(device.device_id, outcome)
    told = refusal_of(reply)
    if told is None or reply.status == 403:
        return None
    if reply.status == 409:
        return _refused(device, OutcomeKind.ALREADY_CLAIMED, told, reply)
    if reply.status in (400, 404, 422) and not _PROJECT.search(told.text):
        kind = OutcomeKind.NOT_FOUND if reply.status == 404 else OutcomeKind.REJECTED
        return _refused(device, kind, told, reply)
    return None


def over_quota(reply: Reply, device: CallDevice) -> DeviceResult | None:
    """The licence's end as one device's outcome, for a call that has claimed others before it."""
    told = refusal_of(reply)
    if told is None or reply.status != 403:
        return None
    kind = OutcomeKind.OVER_QUOTA if _LICENCE.search(told.text) else OutcomeKind.NOT_ALLOWED
    return _refused(device, kind, told, reply)


def released(reply: Reply, device: CallDevice) -> DeviceResult:
    """What became of a release, where *already ours* says that it was done. Raises CallError."""
    return _done(reply, device, "released")


def described(reply: Reply, device: CallDevice, word: str) -> DeviceResult:
    """What became of a name or a label. Raises CallError."""
    return _done(reply, device, word)


def _done(reply: Reply, device: CallDevice, word: str) -> DeviceResult:
    if reply.status < 300:
        outcome = Outcome(
            OutcomeKind.ALREADY_OURS, HowKnown.ANSWER, device.handle, code=word, request_id=reply.request_id
        )
        return DeviceResult(device.device_id, outcome)
    told = refusal_of(reply)
    kind = {403: OutcomeKind.NOT_ALLOWED, 404: OutcomeKind.NOT_FOUND}.get(reply.status, OutcomeKind.REJECTED)
    if told is None:
        raise failure(reply, call=True)
    return _refused(device, kind, told, reply)


def _refused(device: CallDevice, kind: OutcomeKind, told: Refusal, reply: Reply) -> DeviceResult:
    outcome = Outcome(kind, HowKnown.ANSWER, code=told.code, text=told.words, request_id=reply.request_id)
    return DeviceResult(device.device_id, outcome)


def tracking_id(value: Any) -> str:
    found = text_at(object_of(value, "the answer"), "trackingId")
    if not forms.is_id(found):
        raise ShapeError("trackingId is no ID")
    return found


def licences(value: Any) -> tuple[list[Licence], int, int | None]:
    """A page of projects with their licences, where it starts, and how many there are in all."""
    answer = object_of(value, "the answer")
    found = [_licence(object_of(each, "a licence")) for each in list_at(value, "licenses")]
    return found, maybe_count(answer, "start") or 0, maybe_count(answer, "total")


def _licence(entry: Any) -> Licence:
    project_id = maybe_text(entry, "projectId") or forms.project_of(maybe_text(entry, "projectHrn"))
    quota = entry.get("quota")
    return Licence(
        project_id,
        maybe_text(entry, "projectName") or project_id,
        maybe_text(entry, "appId"),
        maybe_text(entry, "realm"),
        maybe_text(entry, "type"),
        maybe_flag(entry, "expired"),
        _time(entry, "expiryDate"),
        _left(quota.get("provisioning")) if isinstance(quota, dict) else None,
    )


def _time(entry: Any, name: str) -> datetime | None:
    """A date in whatever form: one that cannot be read stands in nobody's way."""
    try:
        return maybe_time(entry, name)
    except ShapeError:
        return None


def _left(value: Any) -> int | None:
    """"number" in the vendor's description: also 5.0; a negative one means without limit, or nothing that we know."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        return None
    return int(value)


def count(value: Any) -> int | None:
    return maybe_count(object_of(value, "the answer"), "count")


def project_devices(value: Any) -> tuple[list[str], str]:
    """A page of a project's tracking IDs, and the next page's token; lenient, as nobody has seen every form."""
    entries = value if isinstance(value, list) else None
    for name in ("data", "devices", "items"):
        if entries is None and isinstance(value, dict) and isinstance(value.get(name), list):
            entries = value[name]
    if entries is None:
        raise ShapeError("the list of devices is no list")
    found = [each.get("trackingId") if isinstance(each, dict) else each for each in entries]
    token = maybe_text(value, "pageToken") if isinstance(value, dict) else ""
    return [each for each in found if isinstance(each, str)], token


def healthy(value: Any) -> str:
    return text_at(object_of(value, "the answer"), "message")


def said(replies: list[tuple[CallDevice, Reply]]) -> str:
    """The raw answers of one call as they are kept with it: each device's own, with its status."""
    return json.dumps(
        [{"device": device.device_id, "status": reply.status, "answer": reply.text[:2000]} for device, reply in replies]
    )


def conflicts(call: Call) -> frozenset[str]:
    """The devices that the kept answer to this very call says another holds."""
    try:
        kept = json.loads(call.answer)
        return frozenset(each["device"] for each in kept if each["status"] == 409)
    except (ValueError, TypeError, LookupError, RecursionError):
        return frozenset()
