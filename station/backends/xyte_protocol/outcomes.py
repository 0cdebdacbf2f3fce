"""What an answer of the organization API says became of a device, by its status and the vendor's own words."""

import re
from collections.abc import Iterator
from typing import Any

from station.core.call import CallDevice, DeviceResult
from station.core.errors import CallError, Cause, TargetError, UnclearError
from station.core.outcome import HowKnown, Outcome, OutcomeKind

from ..wire.answers import Reply, shorten
from .answers import Own

ALREADY = ("already claimed", "device already", "already exists")
"""The phrases by which the vendor's own client knows that a device is claimed; by whom, they do not say."""
NO_DEVICE = ("no device found", "device not found", "unknown device")
"""Wrong identifiers, or a device that has never been online: the vendor does not tell these apart."""
FULL = re.compile(r"\b(?:limit|quota|licen[cs]es?)\b.*\b(?:reached|exceeded|left|available)\b|\bno\b.*\blicen[cs]es?\b")
_SPACE = re.compile(r"\bspace(?:_id)?\b")
_WORDS = ("error", "errors", "message", "detail", "details", "reason", "description")
_GOOD = frozenset({"success", "successful", "succeeded", "ok", "claimed", "created", "done", "200", "201"})
_BAD = frozenset({"error", "failed", "failure", "rejected", "invalid", "400", "403", "404", "409", "422"})


def words_of(reply: Reply) -> str:
    """The vendor's words in an answer's body, as one line; empty where it has none."""
    return shorten("; ".join(_words(reply.json)), reply.secrets)


def refused(reply: Reply, device: CallDevice) -> DeviceResult:
    """What a 4xx says of a device. Raises TargetError for words about the space, UnclearError where there are none."""
    text = words_of(reply)
    if not text:
        raise UnclearError(Cause.GARBAGE, shorten(reply.text, reply.secrets), reply.request_id, reply.status)
    kind = _kind_of(text)
    if kind is OutcomeKind.REJECTED:
        error = _about_the_target(reply, text)
        if error is not None:
            raise error
    return _result(device, kind, reply, text)


def not_done(reply: Reply, device: CallDevice) -> DeviceResult:
    """What a 4xx says of a device of ours that was to be changed; it raises as ``refused`` does."""
    text = words_of(reply)
    if reply.status == 404 and text and not _SPACE.search(text.lower()):
        return _result(device, OutcomeKind.NOT_FOUND, reply, text)
    return refused(reply, device)


def claimed_as(reply: Reply, device: CallDevice, own: Own) -> DeviceResult:
    """The result of a device object: of the device that was asked for, else of the one that it is."""
    outcome = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, own.id, own.place, request_id=reply.request_id)
    another = own.is_named(device.identifier) is False
    return DeviceResult(own.label if another else device.device_id, outcome)


def said_briefly(reply: Reply, device: CallDevice) -> DeviceResult | None:
    """What an answer without a device object says: success, a refusal in spite of HTTP 200, or nothing clear."""
    verdict, text = success_of(reply.json), words_of(reply)
    if verdict is True:
        return _result(device, OutcomeKind.CLAIMED_NOW, reply, text)
    if verdict is False or _kind_of(text) is not OutcomeKind.REJECTED:
        return refused(reply, device) if text else None
    return None


def success_of(value: Any) -> bool | None:
    """Whether a body says that it was done: ``{"success": true}``, ``{"status": "success"}``; None for neither."""
    if not isinstance(value, dict):
        return None
    flag, status = value.get("success"), value.get("status")
    if value.get("error") or value.get("errors") or flag is False or value.get("ok") is False:
        return False
    word = str(status).lower() if isinstance(status, str) or type(status) is int else ""
    if word in _BAD:
        return False
    return True if flag is True or value.get("ok") is True or word in _GOOD else None


def done(device: CallDevice, reply: Reply, code: str, place: str = "") -> DeviceResult:
    """A release, move or rename that was carried out; of these ``already ours`` says that it was."""
    outcome = Outcome(OutcomeKind.ALREADY_OURS, HowKnown.ANSWER, device.handle, place, code, "", reply.request_id)
    return DeviceResult(device.device_id, outcome)


def _result(device: CallDevice, kind: OutcomeKind, reply: Reply, text: str) -> DeviceResult:
    code = "" if kind is OutcomeKind.CLAIMED_NOW else str(reply.status)
    return DeviceResult(device.device_id, Outcome(kind, HowKnown.ANSWER, "", "", code, text, reply.request_id))


def _kind_of(text: str) -> OutcomeKind:
    lower = text.lower()
    if any(phrase in lower for phrase in ALREADY):
        return OutcomeKind.ALREADY_CLAIMED
    if any(phrase in lower for phrase in NO_DEVICE):
        return OutcomeKind.NOT_FOUND
    return OutcomeKind.OVER_QUOTA if FULL.search(lower) else OutcomeKind.REJECTED


def _about_the_target(reply: Reply, text: str) -> CallError | None:
    """A space is named only by us, so words about one are about the target; 404 can mean nothing else that is left."""
    if reply.status == 402:
        return TargetError(Cause.LICENCE, text, reply.request_id, reply.status)
    if reply.status == 404 or _SPACE.search(text.lower()):
        return TargetError(Cause.NO_TARGET, text, reply.request_id, reply.status)
    return None


def _words(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < 5:
        for each in value[:20]:
            yield from _words(each, depth + 1)
    elif isinstance(value, dict) and depth < 5:
        for name, each in list(value.items())[:20]:
            if depth == 0 and name not in _WORDS:
                continue
            for word in _words(each, depth + 1):
                yield word if name in _WORDS else f"{name} {word}"
