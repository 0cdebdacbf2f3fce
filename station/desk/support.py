"""What a vendor's support has to be asked about, with all that it will want to know, and no secret in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from station.core.batch import Batch
from station.core.call import Call, CallState, Verb
from station.core.item import Device, Item
from station.core.outcome import HowKnown, OutcomeKind
from station.core.progress import Progress

from .ports import Reader


class Thought(StrEnum):
    """What we think of a device that needs the vendor; the screen makes a sentence of it."""

    NO_ANSWER = "no_answer"
    """Sent, and it is not known what became of it; it is asked about again."""
    HELD = "held"
    """Sent, and nobody can tell what became of it."""
    REJECTED = "rejected"
    ANOTHERS = "anothers"
    """Claimed by another account, and we have it in our hands."""
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - the name of a thought
    NOT_ALLOWED = "not_allowed"
    CLOSED = "closed"
    DIFFERS = "differs"
    """What the vendor says of the kit does not agree with its own list."""
    CHANGE_UNANSWERED = "change_unanswered"
    """A change after the claim was sent, and its answer was lost."""


@dataclass(frozen=True, slots=True)
class SupportCase:
    """One device to ask about. ``sent_at`` is UTC and None where nothing was sent; ``request_ids`` oldest first."""

    connection: str
    kind: str
    address: str
    account: str
    device: str
    identifier: str
    thought: Thought
    item: int = 0
    batch: str = ""
    target: str = ""
    sent_at: datetime | None = None
    request_ids: tuple[str, ...] = ()
    code: str = ""
    text: str = ""
    how_known: HowKnown = HowKnown.NOT_KNOWN


_BY_OUTCOME = {
    OutcomeKind.REJECTED: Thought.REJECTED,
    OutcomeKind.ALREADY_CLAIMED: Thought.ANOTHERS,
    OutcomeKind.WRONG_SECRET: Thought.WRONG_SECRET,
    OutcomeKind.NOT_ALLOWED: Thought.NOT_ALLOWED,
    OutcomeKind.CLAIMING_CLOSED: Thought.CLOSED,
    OutcomeKind.UNKNOWN: Thought.REJECTED,
}


def cases(reader: Reader, batch: Batch) -> Iterator[SupportCase]:
    """The devices of a batch that its vendor has to be asked about, by row."""
    calls: dict[int, list[Call]] = {}
    for call in reader.calls(batch=batch.id):
        for named in call.devices:
            calls.setdefault(named.row, []).append(call)
    for item in reader.items_of(batch.id):
        if item.repeat_of or item.inside or item.progress is Progress.REMOVED:
            continue
        for device in reader.devices(item.id):
            thought = _thought(item, device, calls.get(device.id, []))
            if thought is not None and device.inside is None:
                yield _case(batch, item, device, thought, calls.get(device.id, []))


def _thought(item: Item, device: Device, calls: list[Call]) -> Thought | None:
    if device.progress is Progress.HELD:
        return Thought.HELD
    if device.progress is Progress.UNKNOWN:
        return Thought.NO_ANSWER
    if device.progress is Progress.REFUSED and device.outcome is not None and item.again_in is None:
        return _BY_OUTCOME.get(device.outcome.kind)
    if any(call.verb is not Verb.CLAIM and call.state is CallState.UNANSWERED for call in calls):
        return Thought.CHANGE_UNANSWERED
    return Thought.DIFFERS if item.counts_differ and device.progress is not Progress.OPEN else None


def _case(batch: Batch, item: Item, device: Device, thought: Thought, calls: list[Call]) -> SupportCase:
    outcome, last = device.outcome, calls[-1] if calls else None
    asked = [call.request_id for call in calls] + ([outcome.request_id] if outcome else [])
    return SupportCase(
        connection=batch.connection,
        kind=last.kind if last else batch.kind,
        address=last.address if last else batch.address,
        account=last.account if last else batch.account,
        device=device.device_id,
        identifier=item.identifier.text,
        thought=thought,
        item=item.id,
        batch=batch.id,
        target=batch.target_title or batch.target,
        sent_at=last.sent_at if last else None,
        request_ids=tuple(dict.fromkeys(each for each in asked if each)),
        code=outcome.code if outcome else "",
        text=outcome.text if outcome else "",
        how_known=outcome.how_known if outcome else HowKnown.NOT_KNOWN,
    )
