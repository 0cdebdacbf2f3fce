"""Why a request did not do what it should, sorted by what the desk must do next.

    CallError
    ├── NotSentError      nothing reached the vendor: wait, then try again
    ├── SignInError       our credentials were refused: pause the connection and ask
    ├── TargetError       the target or the licence was refused: pause the batch and ask
    ├── RefusedError      the vendor refused the whole call: cut it in half until the culprit stands alone
    └── UnclearError      it may have had its effect: read back before anything else
"""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What stood in the way; the screen makes a sentence of it."""

    CONNECT = "connect"
    DNS = "dns"
    TLS = "tls"
    PROXY = "proxy"
    POOL = "pool"
    RATE_LIMIT = "rate_limit"
    TOO_EARLY = "too_early"
    CAPTIVE_PORTAL = "captive_portal"
    REDIRECT = "redirect"
    CREDENTIALS = "credentials"
    CLOCK = "clock"
    NO_RIGHTS = "no_rights"
    NO_TARGET = "no_target"
    LICENCE = "licence"
    BAD_REQUEST = "bad_request"
    KEY_REUSED = "key_reused"
    TIMEOUT = "timeout"
    SERVER = "server"
    GARBAGE = "garbage"
    CUT_OFF = "cut_off"
    ACCOUNT_CHANGED = "account_changed"
    NOT_SET_UP = "not_set_up"
    NOT_RUNNING = "not_running"
    """The server inside this program has not started."""
    CRASH = "crash"


@dataclass(eq=False)
class CallError(Exception):
    """``cause`` for the sentence, ``detail`` the vendor's or the library's own words (no secrets), for support."""

    cause: Cause
    detail: str = ""
    request_id: str = ""
    status: int = 0


@dataclass(eq=False)
class NotSentError(CallError):
    """Surely nothing happened at the vendor. ``retry_after`` is in seconds, where it was told."""

    retry_after: float | None = None


@dataclass(eq=False)
class SignInError(CallError):
    """The credentials were refused. ``clock_off`` is how many seconds this computer is ahead of the answer's Date."""

    clock_off: float | None = None


class TargetError(CallError):
    """The target does not exist (any more), may not be claimed into, or its licence is used up."""


class RefusedError(CallError):
    """The vendor refused the call as a whole, without a word about its devices."""


class UnclearError(CallError):
    """Sent, and no clear answer: it may have had its effect."""
