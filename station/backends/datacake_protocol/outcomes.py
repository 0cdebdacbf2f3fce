"""What a claim's answer says of one device. All but one of the vendor's texts are not known: plausible forms count."""

import re
from collections.abc import Mapping
from typing import Any

from station.core.outcome import HowKnown, Outcome, OutcomeKind

from ..wire.answers import Reply, shorten
from .envelope import QUOTA, Fault

_K = OutcomeKind
_WRONG = r"wrong|invalid|incorrect|mismatch|not match|doesn.t match"
_PIN = r"(pin|pins|pin ?codes?|claim ?code|code|secret)"
_TEXTS: tuple[tuple[re.Pattern[str], OutcomeKind], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"claiming is disabled for this device", _K.CLAIMING_CLOSED),  # the one that is confirmed
        (r"\balready\b|\bduplicate\b", _K.ALREADY_CLAIMED),
        (rf"(too many|repeated).*(attempt|tr(y|ies)|{_PIN})", _K.WRONG_SECRET),
        (r"\bquota\b|limit (is |was |has been )?(reached|exceeded)|too many devices", _K.OVER_QUOTA),
        (rf"({_WRONG}|unknown).*\b{_PIN}\b|\b{_PIN}\b.*({_WRONG})", _K.WRONG_SECRET),
        (r"claim\w*.*(disabled|not enabled|not allowed|closed|locked|deactivated|unavailable)", _K.CLAIMING_CLOSED),
        (r"(can ?not|can.t|may not|not) be claimed|not claimable", _K.CLAIMING_CLOSED),
        (r"permission|not (allowed|authori[sz]ed|permitted)|forbidden", _K.NOT_ALLOWED),
        (r"not (be )?found|unknown|does(n.t| not) exist|no (such )?(device|serial)|invalid serial", _K.NOT_FOUND),
    )
)
_CODES: Mapping[str, OutcomeKind] = {
    "NOT_AUTHORIZED": _K.NOT_ALLOWED,
    "NOT_FOUND": _K.NOT_FOUND,
    "DEVICE_NOT_FOUND": _K.NOT_FOUND,
    "GATEWAY_ALREADY_CLAIMED": _K.ALREADY_CLAIMED,
    "INVALID_AUTHENTICATION_CODE": _K.WRONG_SECRET,
    **dict.fromkeys(QUOTA, _K.OVER_QUOTA),
}
_BY_TEXT = frozenset({"VALIDATION_ERROR", "CANNOT_PERFORM_OPERATION", "FIELD_DOES_NOT_EXIST"})


def kind_of(text: str) -> OutcomeKind:
    """The outcome that a refusal's plain text speaks of; *rejected* where nobody knows, with the text as it is."""
    return next((kind for pattern, kind in _TEXTS if pattern.search(text[:1000])), OutcomeKind.REJECTED)


def of_claim(value: Mapping[str, Any], place: str, reply: Reply) -> Outcome | None:
    """One alias's answer to a claim; None where it says neither yes nor no."""
    ok, error = value.get("ok"), value.get("error")
    text = error if isinstance(error, str) else ""
    if ok is True:
        return Outcome(_K.CLAIMED_NOW, HowKnown.ANSWER, id_at(value), place, request_id=reply.request_id)
    if ok is not False:
        return None
    return refused(kind_of(text), text, reply)


def of_fault(fault: Fault | None, reply: Reply) -> Outcome | None:
    """A field that failed, where its code says that nothing was done; None where nobody can know."""
    if fault is None or not (fault.code in _CODES or fault.code in _BY_TEXT):
        return None
    kind = _CODES.get(fault.code) or kind_of(fault.message)
    return refused(kind, fault.message, reply, fault.code)


def done(word: str, handle: str, reply: Reply, place: str = "") -> Outcome:
    """Of a change after the claim: it was done, and ``word`` says what."""
    return Outcome(_K.ALREADY_OURS, HowKnown.ANSWER, handle, place, word, "", reply.request_id)


def refused(kind: OutcomeKind, text: str, reply: Reply, code: str = "") -> Outcome:
    """The vendor's own words; where it has none, what it said no with stands for a code."""
    words = shorten(text, reply.secrets)
    said = code or ("" if words else "ok=false")
    return Outcome(kind, HowKnown.ANSWER, code=said, text=words, request_id=reply.request_id)


def id_at(value: Mapping[str, Any]) -> str:
    """The ID of the device in an answer, or an empty text."""
    device = value.get("device")
    found = device.get("id") if isinstance(device, dict) else None
    return found.encode("utf-8", "replace").decode("utf-8") if isinstance(found, str) else ""
