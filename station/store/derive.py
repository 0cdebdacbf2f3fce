"""A row's columns from those of its devices."""

from collections.abc import Sequence

from station.core.finding import ClaimStatus, FoundDevice, Holder
from station.core.item import Device
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import LIVE, SETTLED, Progress, derive

from .connection import Value
from .rows import OUTCOME_COLUMNS, outcome_values
from .values import maybe_time_number

_K = OutcomeKind
ATTENTION = (
    _K.UNKNOWN, _K.REJECTED, _K.NOT_ALLOWED, _K.OVER_QUOTA, _K.CLAIMING_CLOSED, _K.WRONG_SECRET, _K.NOT_REGISTERED,
    _K.NOT_FOUND, _K.ALREADY_CLAIMED, _K.ALREADY_OURS, _K.CLAIMED_NOW,
)
"""The outcomes, the one that most needs looking at first."""

PROGRESS_COLUMNS = ("progress", "live", *(f"{p.value}_devices" for p in Progress), *OUTCOME_COLUMNS, "settled_at")


def progress_values(devices: Sequence[Device]) -> tuple[Value, ...]:
    """For ``PROGRESS_COLUMNS``, of a row that has devices."""
    tally = dict.fromkeys(Progress, 0)
    devices = own(devices)
    for device in devices:
        tally[device.progress] += 1
    live = any(device.progress in LIVE for device in devices)
    settled = all(device.progress in SETTLED for device in devices)
    times = [device.changed_at for device in devices if device.changed_at]
    outcome = join_outcomes([device.outcome for device in devices if device.outcome])
    return (
        derive(tally).value, int(live), *tally.values(), *outcome_values(outcome),
        maybe_time_number(max(times)) if settled and times else None,
    )


def own(devices: Sequence[Device]) -> Sequence[Device]:
    """Those that no other row holds: the others are sent from there and say nothing of this row."""
    return [device for device in devices if device.inside is None] or devices


def join_outcomes(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The one that all share, else the one that most needs looking at; what its devices do not share is left empty."""
    kinds = {outcome.kind for outcome in outcomes}
    kind = next((one for one in ATTENTION if one in kinds), None)
    if kind is None:
        return None
    same = [outcome for outcome in outcomes if outcome.kind is kind]
    first = same[0]

    def shared(name: str) -> str:
        values = {getattr(outcome, name) for outcome in same}
        return values.pop() if len(values) == 1 else ""

    how_known = first.how_known if shared("how_known") else HowKnown.NOT_KNOWN
    return Outcome(
        kind, how_known, shared("handle"), shared("place"), shared("code"), shared("text"), shared("request_id")
    )


FOUND_COLUMNS = ("device_count", "claimed_count", "device_type", "product_number", "holder", "place")


def found_values(found: Sequence[FoundDevice]) -> tuple[Value, ...]:
    """For ``FOUND_COLUMNS``: a word that not all devices share is left empty."""
    claimed = [device for device in found if is_taken(device)]
    return (
        len(found), len(claimed), _shared([device.type for device in found]),
        _shared([device.product_number for device in found]), _holder(claimed).value,
        _shared([device.place for device in claimed]),
    )


def is_taken(device: FoundDevice) -> bool:
    """Whether there is nothing left to claim of a device: claimed by anybody, or our own."""
    return device.status is ClaimStatus.CLAIMED or device.owned or device.holder is Holder.OURS


def shown_status(told: ClaimStatus, found: Sequence[FoundDevice]) -> ClaimStatus:
    """A row's claim status: what the vendor told, but what is ours already is shown as claimed."""
    if not any(device.status is not ClaimStatus.CLAIMED and is_taken(device) for device in found):
        return told
    taken = all(is_taken(device) for device in found)
    return ClaimStatus.CLAIMED if taken else ClaimStatus.PARTLY_CLAIMED


def join_would_be(would_be: Sequence[tuple[str, str]]) -> str:
    """What a dry run told, as one outcome code: the one that most needs looking at."""
    codes = [code for _, code in would_be]
    known = next((kind.value for kind in ATTENTION if kind.value in codes), "")
    return next((code for code in codes if code not in ATTENTION), known)


def _shared(words: Sequence[str]) -> str:
    return words[0] if words and len(set(words)) == 1 else ""


def _holder(claimed: Sequence[FoundDevice]) -> Holder:
    holders = {Holder.OURS if device.owned else device.holder for device in claimed}
    order = (Holder.ANOTHER, Holder.NOT_TOLD, Holder.NOBODY, Holder.OURS)
    return next((one for one in order if one in holders), Holder.NOBODY)
