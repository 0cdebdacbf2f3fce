"""What became of one device, and how that is known."""

from dataclasses import dataclass
from enum import StrEnum


class OutcomeKind(StrEnum):
    CLAIMED_NOW = "claimed_now"
    ALREADY_OURS = "already_ours"
    ALREADY_CLAIMED = "already_claimed"
    NOT_FOUND = "not_found"
    NOT_REGISTERED = "not_registered"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - the name of an outcome
    CLAIMING_CLOSED = "claiming_closed"
    NOT_ALLOWED = "not_allowed"
    OVER_QUOTA = "over_quota"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


DONE = frozenset({OutcomeKind.CLAIMED_NOW, OutcomeKind.ALREADY_OURS})
"""The outcomes after which the device is ours."""


class HowKnown(StrEnum):
    """Where the knowledge comes from: the answer to our call, a later (or earlier) read, or a named person."""

    ANSWER = "answer"
    READ_BACK = "read-back"
    PERSON = "person"
    NOT_KNOWN = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one device.

    ``handle`` is the vendor's name for the claim (a tracking ID, a claim number), ``place`` the title of the target
    it is in; ``code`` and ``text`` are the vendor's own words, ``request_id`` what its support asks for.
    """

    kind: OutcomeKind
    how_known: HowKnown = HowKnown.NOT_KNOWN
    handle: str = ""
    place: str = ""
    code: str = ""
    text: str = ""
    request_id: str = ""
