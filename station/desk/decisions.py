"""What only a person can decide: a device of which nobody can tell whether it was claimed."""

from collections.abc import Sequence
from enum import StrEnum

from station.core.call import CallState
from station.core.item import Device, Event
from station.core.news import Refused
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress

from . import summaries
from .work import Work


class Choice(StrEnum):
    ASK_AGAIN = "ask"
    CLAIMED = "claimed"
    FREE = "free"
    REFUSED = "refused"


_NEW = {
    Choice.ASK_AGAIN: Progress.UNKNOWN,
    Choice.CLAIMED: Progress.CLAIMED,
    Choice.FREE: Progress.QUEUED,
    Choice.REFUSED: Progress.REFUSED,
}
_KIND = {Choice.CLAIMED: OutcomeKind.ALREADY_OURS, Choice.REFUSED: OutcomeKind.REJECTED}


def decide(work: Work, items: Sequence[int], choice: Choice, by: str, reason: str) -> int:
    """Settle the held devices of rows as a named person says, with a reason; gives how many there were."""
    if not by.strip() or not reason.strip():
        work.tell(Refused("decide", "no_name_or_reason"))
        return 0
    held = [d for item in items for d in work.store.devices(item) if d.progress is Progress.HELD]
    if not held:
        work.tell(Refused("decide", "not_held"))
    for device in held:
        _settle(work, device, choice, by.strip(), reason.strip())
    for item in dict.fromkeys(device.item for device in held):
        summaries.tell_progress(work, work.item(item).batch)
    work.wake()
    return len(held)


def _settle(work: Work, device: Device, choice: Choice, by: str, reason: str) -> None:
    before = device.outcome or Outcome(OutcomeKind.UNKNOWN)
    outcome = before
    if choice in _KIND:
        outcome = Outcome(
            _KIND[choice], HowKnown.PERSON, before.handle, before.place, before.code, reason, before.request_id
        )
    now = work.clock.now()
    changed = work.store.step(
        [device.id], Progress.HELD, _NEW[choice], now, outcome=outcome, who=by, why=reason
    )
    work.touch(*changed)
    work.store.add_event(
        Event(now, "decision", item=device.item, device_id=device.device_id, new=str(choice), who=by, why=reason)
    )
    if choice is Choice.ASK_AGAIN and device.call:
        work.store.change_call(device.call, state=CallState.UNANSWERED)
    if choice in _KIND:
        work.store.forget_secrets(changed)
