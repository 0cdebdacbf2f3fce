"""Our own word for how far a device has come, and the table of what may follow what."""

from collections.abc import Mapping
from enum import StrEnum


class Progress(StrEnum):
    OPEN = "open"
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    CLAIMED = "claimed"
    REFUSED = "refused"
    HELD = "held"
    RELEASED = "released"
    REMOVED = "removed"


_P = Progress

FOLLOWS: Mapping[Progress, frozenset[Progress]] = {
    # From open straight to claimed or refused only by what a look-up showed at Claim: nothing is sent for those.
    _P.OPEN: frozenset({_P.QUEUED, _P.REMOVED, _P.CLAIMED, _P.REFUSED}),
    _P.QUEUED: frozenset({_P.SENDING, _P.OPEN}),
    _P.SENDING: frozenset({_P.CLAIMED, _P.REFUSED, _P.QUEUED, _P.UNKNOWN}),
    _P.UNKNOWN: frozenset({_P.CLAIMED, _P.REFUSED, _P.QUEUED, _P.HELD}),
    _P.HELD: frozenset({_P.UNKNOWN, _P.CLAIMED, _P.REFUSED, _P.QUEUED}),
    # "Try again" makes a new open row that is linked to the refused one; the old row stays as it was for its receipt.
    _P.REFUSED: frozenset({_P.OPEN}),
    _P.CLAIMED: frozenset({_P.RELEASED}),
    _P.RELEASED: frozenset(),
    _P.REMOVED: frozenset({_P.OPEN}),
}
"""What may follow each progress. Removed may open again only by the undo of a removal."""

LIVE = frozenset({_P.OPEN, _P.QUEUED, _P.SENDING, _P.UNKNOWN, _P.HELD, _P.CLAIMED})
"""A device with one of these makes a second scan of it a repeat."""

SETTLED = frozenset({_P.CLAIMED, _P.REFUSED, _P.RELEASED, _P.REMOVED})
"""Nothing more happens to these by itself."""


class WrongStepError(Exception):
    """A change of progress that the table does not allow: a fault of ours, nothing was changed."""


def check_step(old: Progress, new: Progress, *, person: str = "", reason: str = "") -> None:
    """Raise ``WrongStepError`` unless ``new`` may follow ``old``; leaving *held* takes a named person and a reason."""
    if new not in FOLLOWS[old]:
        raise WrongStepError(f"{new} cannot follow {old}")
    if old is Progress.HELD and not (person and reason):
        raise WrongStepError("only a named person with a reason decides what is held")


_ATTENTION = (_P.HELD, _P.UNKNOWN, _P.SENDING, _P.QUEUED, _P.OPEN, _P.REFUSED, _P.CLAIMED, _P.RELEASED, _P.REMOVED)


def derive(tally: Mapping[Progress, int]) -> Progress:
    """An item's progress from those of its devices: the one that most needs looking at."""
    return next((progress for progress in _ATTENTION if tally.get(progress)), Progress.OPEN)
