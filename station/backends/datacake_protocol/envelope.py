"""Reads the envelope of GraphQL: HTTP 200 is no success, and each field of an answer stands for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from station.core.errors import CallError, Cause, NotSentError, RefusedError, SignInError, TargetError, UnclearError

from ..wire.answers import Reply, shorten
from .documents import alias

QUOTA = frozenset(
    {
        "INSUFFICIENT_QUOTA",
        "QUOTA_SHORTFALL_NOT_COVERED",
        "INSUFFICIENT_REPLACEMENT_QUOTA",
        "NO_REPLACEMENT_AVAILABLE",
        "ADDON_TRANSITION_REQUIRED",
        "ADDON_NOT_AVAILABLE",
        "INVALID_BILLING_INFORMATION",
    }
)
_WHOLE: Mapping[str, tuple[type[CallError], Cause]] = {
    "NOT_AUTHENTICATED": (SignInError, Cause.CREDENTIALS),
    "NOT_AUTHORIZED": (TargetError, Cause.NO_RIGHTS),
    "NOT_FOUND": (TargetError, Cause.NO_TARGET),
    "VALIDATION_ERROR": (RefusedError, Cause.BAD_REQUEST),
    "CANNOT_PERFORM_OPERATION": (RefusedError, Cause.BAD_REQUEST),
    **dict.fromkeys(QUOTA, (TargetError, Cause.LICENCE)),
}
_STATUSES: Mapping[int, tuple[type[CallError], Cause]] = {
    400: (RefusedError, Cause.BAD_REQUEST),
    413: (RefusedError, Cause.BAD_REQUEST),
    422: (RefusedError, Cause.BAD_REQUEST),
    403: (TargetError, Cause.NO_RIGHTS),
    # There is one address only: where it is not found, the settings are wrong and nothing was done.
    404: (NotSentError, Cause.NOT_SET_UP),
    405: (NotSentError, Cause.NOT_SET_UP),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of ``errors``: the vendor's words, its code, and the field that it belongs to."""

    message: str
    code: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that was carried out, at least in part."""

    data: Mapping[str, Any]
    faults: tuple[Fault, ...]
    reply: Reply

    def value(self, at: int) -> Mapping[str, Any] | None:
        """What the field under an alias answered, if it did."""
        found = self.data.get(alias(at))
        return found if isinstance(found, dict) else None

    def fault(self, at: int) -> Fault | None:
        """Why the field under an alias failed, where that was said."""
        return next((fault for fault in self.faults if fault.path[:1] == (alias(at),)), None)


def read(reply: Reply, *, call: bool) -> Said:
    """The answer, or the error that it stands for as a whole."""
    body = reply.json if isinstance(reply.json, dict) else {}
    faults = _faults(body.get("errors"), reply)
    if reply.status >= 400:
        raise _refused(reply, faults, call=call)
    data = body.get("data")
    if not isinstance(data, dict):
        coded = next((fault for fault in faults if fault.code in _WHOLE), None)
        if coded is not None:
            raise whole(coded, reply)
        words = faults[0].message if faults else "the answer holds no data"
        raise _unclear(reply, words, call=call)
    return Said(data, faults, reply)


def whole(fault: Fault, reply: Reply) -> CallError:
    """A fault with one of the vendor's codes, as said of the whole request."""
    kind, cause = _WHOLE.get(fault.code, (RefusedError, Cause.BAD_REQUEST))
    return kind(cause, fault.message, reply.request_id, reply.status)


def common_fault(said: Said, count: int) -> Fault | None:
    """The fault that all aliases share, where nothing at all was done; only one that speaks of account or target."""
    faults = [said.fault(at) for at in range(count)]
    first = faults[0] if faults else None
    if first is None or first.code not in ("NOT_AUTHENTICATED", "NOT_AUTHORIZED", "NOT_FOUND"):
        return None
    same = all(fault is not None and fault.code == first.code for fault in faults)
    return first if same and all(said.value(at) is None for at in range(count)) else None


def _refused(reply: Reply, faults: Sequence[Fault], *, call: bool) -> CallError:
    coded = next((fault for fault in faults if fault.code in _WHOLE), None)
    if coded is not None:
        return whole(coded, reply)
    words = faults[0].message if faults else shorten(reply.text, reply.secrets)
    if reply.status not in _STATUSES:
        return _unclear(reply, words, call=call)
    kind, cause = _STATUSES[reply.status]
    return kind(cause, words, reply.request_id, reply.status)


def _unclear(reply: Reply, words: str, *, call: bool) -> CallError:
    kind = UnclearError if call else NotSentError
    return kind(Cause.GARBAGE, words, reply.request_id, reply.status)


def _faults(errors: Any, reply: Reply) -> tuple[Fault, ...]:
    found = []
    for error in errors if isinstance(errors, list) else ():
        if not isinstance(error, dict):
            continue
        extensions, path = error.get("extensions"), error.get("path")
        code = extensions.get("code") if isinstance(extensions, dict) else None
        words = error.get("message")
        found.append(
            Fault(
                shorten(words if isinstance(words, str) else "", reply.secrets),
                shorten(code) if isinstance(code, str) else "",
                tuple(str(step) for step in path) if isinstance(path, list) else (),
            )
        )
    return tuple(found)
