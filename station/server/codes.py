"""The words of the native API: statuses, outcomes, reasons and error codes, as they stand on the wire."""

from enum import StrEnum


class Status(StrEnum):
    """The claim status of an identifier; ``partly_claimed`` is said of kits only."""

    NOT_FOUND = "not_found"
    UNREGISTERED = "unregistered"
    UNCLAIMED = "unclaimed"
    PARTLY_CLAIMED = "partly_claimed"
    CLAIMED = "claimed"


class What(StrEnum):
    KIT = "kit"
    DEVICE = "device"


class Holder(StrEnum):
    """Who holds a device; who *another* is, is not told."""

    OURS = "ours"
    ANOTHER = "another"


class Outcome(StrEnum):
    """What became of one device of a claim (in a dry run: what would)."""

    CLAIMED_NOW = "claimed_now"
    ALREADY_OURS = "already_ours"
    ALREADY_CLAIMED = "already_claimed"
    NOT_FOUND = "not_found"
    NOT_REGISTERED = "not_registered"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - a status
    CLAIMING_CLOSED = "claiming_closed"
    NOT_ALLOWED = "not_allowed"
    OVER_QUOTA = "over_quota"
    REJECTED = "rejected"


class Reason(StrEnum):
    """The finer ``code`` of a finding or result, where the status or outcome alone does not say it."""

    AMBIGUOUS = "ambiguous"
    """Several devices bear that code: scan another code of the device. Finding: not_found; claim: rejected."""
    PIN_NEEDED = "pin_needed"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    """Too many wrong PINs for that device from this organization; try again later."""
    PLAN_CLOSED = "plan_closed"
    """The plan of the device's owner does not let it be claimed."""
    TWICE = "twice"
    """The same device was named twice in one call; the first mention counts."""
    KIT_TOO_LARGE = "kit_too_large"
    """The kits of this call hold more devices than one call carries: name devices by key, in several calls."""


class Back(StrEnum):
    """The answer of a read-back: whose a device is, over the whole account."""

    OURS = "ours"
    ANOTHER = "another"
    FREE = "free"
    NOT_FOUND = "not_found"


class HandleResult(StrEnum):
    RELEASED = "released"
    MOVED = "moved"
    NOT_OURS = "not_ours"
    NOT_FOUND = "not_found"
    OVER_QUOTA = "over_quota"
    THERE_ALREADY = "there_already"
    """Not moved: that project holds a claim of the same shared device."""


class ErrorCode(StrEnum):
    """The ``error`` of a refused call."""

    BAD_REQUEST = "bad_request"  # 400
    KEY_MISSING = "key_missing"  # 400
    KEY_INVALID = "key_invalid"  # 400: not a UUID
    BAD_PAGE_TOKEN = "bad_page_token"  # noqa: S105 - 400
    SIGN_IN = "sign_in"  # 401
    NOT_ALLOWED = "not_allowed"  # 403
    NOT_FOUND = "not_found"  # 404: no such path, operation or claim
    PROJECT_NOT_FOUND = "project_not_found"  # 404
    METHOD = "method_not_allowed"  # 405
    IN_FLIGHT = "in_flight"  # 409
    TIMED_OUT = "timed_out"  # 408: the body did not arrive in time
    TOO_LARGE = "too_large"  # 413
    INVALID = "invalid"  # 422: the body or a parameter is not as it should be
    KEY_REUSED = "key_reused"  # 422: that key belongs to a call with other content
    TOO_MANY = "too_many"  # 429
    WRONG_HOST = "wrong_host"  # 421
    INTERNAL = "internal"  # 500
    BUSY = "busy"  # 503: the database is busy; the same call with the same key may be sent again
    STORAGE = "storage"  # 503: the database cannot be reached or written; send again with the same key
