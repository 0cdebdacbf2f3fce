"""One sentence for a row, made of its claim status and how far it has come."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from station.core.finding import ClaimStatus, Holder
from station.core.identifier import Identifier, Kind
from station.core.item import Check, Item, Reason
from station.core.outcome import OutcomeKind
from station.core.progress import Progress

from .catalogue import has, say
from .times import since, time_of_day

_BARE_MAC = re.compile("[0-9A-Fa-f]{12}")


class Tone(StrEnum):
    """What a sentence means at a glance; each has a colour and a symbol of its own."""

    READY = "ready"
    DONE = "done"
    PROBLEM = "problem"
    REPEAT = "repeat"
    WAITING = "waiting"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sentence:
    tone: Tone
    text: str


def identifier_text(identifier: Identifier) -> str:
    """An identifier for the screen: the bare value, or its shown fields by name, "SN 7788 · MAC 00:11:22:33:44:55"."""
    if identifier.kind in (Kind.CODE, Kind.CLOUD_ID):
        return identifier.text
    return " · ".join(f"{say(f'field.{name}')} {_written(name, value)}" for name, value in identifier.fields)


def _written(name: str, value: str) -> str:
    """A field's value as a label shows it: a MAC address in pairs."""
    if name == "mac" and _BARE_MAC.fullmatch(value):
        return ":".join(value[at : at + 2] for at in range(0, 12, 2)).upper()
    return value


def missing_words(identifier: Identifier) -> str:
    """What an identifier still lacks, "MAC", "SN and PIN"; empty for a whole one."""
    words = [say(f"field.{name}") for name in identifier.missing]
    return say("field.both", one=", ".join(words[:-1]), other=words[-1]) if len(words) > 1 else "".join(words)


def what_it_is(item: Item) -> str:
    """What a row is: "Kit · 25 temperature sensors", "Temperature", or nothing while nobody told."""
    if item.what == "kit":
        if not item.device_count:
            return say("what.kit")
        key = f"inside.{item.device_type}"
        inside = say(key if item.device_type and has(key) else "inside.other", n=item.device_count)
        return say("what.kit_of", inside=inside)
    key = f"type.{item.device_type}"
    return say(key) if has(key) else item.device_type or item.title  # one that nobody knows as the vendor writes it


def status(item: Item, now: datetime) -> Sentence:
    """The one sentence of the status column: what is known of the row and what we have done about it."""
    if item.progress is Progress.OPEN:
        return _linked(item) or _open(item, now)
    return _PROGRESS[item.progress](item, now)


def _linked(item: Item) -> Sentence | None:
    if item.repeat_of is not None:
        link = item.repeat_of
        key = "status.repeat" if link.on_table else "status.repeat_elsewhere"
        return Sentence(Tone.REPEAT, say(key, row=link.number))
    if item.inside is not None:
        return Sentence(Tone.REPEAT, say("status.inside", row=item.inside.number))
    if item.fits:
        return Sentence(Tone.UNKNOWN, say("status.fits", connection=item.fits))
    if item.identifier.missing:
        return Sentence(Tone.UNKNOWN, say("status.needs", field=missing_words(item.identifier)))
    return None


def _open(item: Item, now: datetime) -> Sentence:
    if item.reason in _REASONS:
        tone, key = _REASONS[item.reason]
        return Sentence(tone, say(key))
    if item.would_be:
        return _rehearsed(item)
    if item.check is Check.CHECKING:
        return Sentence(Tone.WAITING, say("status.checking"))
    sentence = _found(item)
    if item.check is Check.OFFLINE:
        return _offline(item, sentence, now)
    if item.check is Check.FAILED and item.claim_status is ClaimStatus.UNCHECKED:
        return Sentence(Tone.UNKNOWN, say("status.check_failed"))
    return sentence


def _rehearsed(item: Item) -> Sentence:
    if item.would_be in (OutcomeKind.CLAIMED_NOW, ""):
        return Sentence(Tone.READY, say("status.would_be_claimed"))
    if item.would_be == OutcomeKind.ALREADY_OURS:
        return Sentence(Tone.DONE, say("status.yours_already"))
    return Sentence(Tone.PROBLEM, say("status.would_be_refused", why=say(f"outcome.{item.would_be}").lower()))


def _offline(item: Item, sentence: Sentence, now: datetime) -> Sentence:
    if item.claim_status is ClaimStatus.UNCHECKED or item.looked_up_at is None:
        return Sentence(Tone.WAITING, say("status.unchecked_offline"))
    known = say(f"status.as_of.{item.claim_status}")
    text = say("status.as_of_offline", known=known, age=since(item.looked_up_at, now))
    return Sentence(Tone.WAITING if sentence.tone is Tone.READY else sentence.tone, text)


def _found(item: Item) -> Sentence:
    match item.claim_status:
        case ClaimStatus.UNCHECKED:
            if item.check is Check.NONE:
                return Sentence(Tone.READY, say("status.ready_unchecked"))
            return Sentence(Tone.WAITING, say("status.unchecked"))
        case ClaimStatus.NOT_FOUND:
            return Sentence(Tone.PROBLEM, say("status.not_found"))
        case ClaimStatus.UNREGISTERED:
            return Sentence(Tone.PROBLEM, say("status.unregistered"))
        case ClaimStatus.CLAIMED:
            return _claimed_before(item)
        case ClaimStatus.PARTLY_CLAIMED:
            left = item.device_count - item.claimed_count
            return Sentence(Tone.READY, say("status.ready_part", left=left, all=item.device_count,
                                            claimed=item.claimed_count))
        case _:
            return Sentence(Tone.READY, say("status.ready"))


def _claimed_before(item: Item) -> Sentence:
    if item.holder is Holder.OURS:
        return Sentence(Tone.DONE, _yours_already(item.place))
    if item.holder is Holder.ANOTHER:
        return Sentence(Tone.PROBLEM, say("status.claimed_by_another"))
    return Sentence(Tone.PROBLEM, say("status.already_claimed"))


def _yours_already(place: str) -> str:
    return say("status.yours_in", place=place) if place else say("status.yours_already")


def _queued(item: Item, _now: datetime) -> Sentence:
    if item.reason is Reason.NEEDS_SECRET:
        return Sentence(Tone.UNKNOWN, say("status.needs_secret"))
    key = "status.queued_offline" if item.check is Check.OFFLINE else "status.queued"
    return Sentence(Tone.WAITING, say(key))


def _sending(_item: Item, _now: datetime) -> Sentence:
    return Sentence(Tone.WAITING, say("status.sending"))


def _unknown(item: Item, now: datetime) -> Sentence:
    if item.outcome is not None and item.outcome.kind is OutcomeKind.ALREADY_CLAIMED:
        return Sentence(Tone.UNKNOWN, say("status.whose"))
    if item.sent_at is None:
        return Sentence(Tone.UNKNOWN, say("status.no_answer"))
    return Sentence(Tone.UNKNOWN, say("status.sent_no_answer", time=time_of_day(item.sent_at, now)))


def _held(_item: Item, _now: datetime) -> Sentence:
    return Sentence(Tone.UNKNOWN, say("status.held"))


def _claimed(item: Item, now: datetime) -> Sentence:
    tally = dict(item.tally)
    refused = tally.get(Progress.REFUSED, 0)
    if refused:
        return _in_part(item)
    outcome = item.outcome
    if outcome is not None and outcome.kind is OutcomeKind.ALREADY_OURS:
        return Sentence(Tone.DONE, _yours_already(outcome.place or item.place))
    at = item.settled_at
    return Sentence(Tone.DONE, say("status.yours_since", time=time_of_day(at, now)) if at else say("status.yours"))


def _in_part(item: Item) -> Sentence:
    tally = dict(item.tally)
    claimed, refused = tally.get(Progress.CLAIMED, 0), tally.get(Progress.REFUSED, 0)
    another = item.outcome is not None and item.outcome.kind is OutcomeKind.ALREADY_CLAIMED
    key = "status.in_part_another" if another else "status.in_part"
    return Sentence(Tone.PROBLEM, say(key, claimed=claimed, refused=refused))


def _refused(item: Item, _now: datetime) -> Sentence:
    tally = dict(item.tally)
    if tally.get(Progress.CLAIMED):
        return _in_part(item)
    if item.again_in is not None:
        return Sentence(Tone.WAITING, say("status.tried_again", row=item.again_in.number))
    kind = item.outcome.kind if item.outcome is not None else OutcomeKind.REJECTED
    return Sentence(Tone.PROBLEM, say(f"outcome.{kind}"))


def _released(_item: Item, _now: datetime) -> Sentence:
    return Sentence(Tone.WAITING, say("status.released"))


def _removed(_item: Item, _now: datetime) -> Sentence:
    return Sentence(Tone.WAITING, say("status.removed"))


_REASONS: dict[Reason, tuple[Tone, str]] = {
    Reason.NOW_CLAIMED: (Tone.PROBLEM, "reason.now_claimed"),
    Reason.NOW_UNREGISTERED: (Tone.PROBLEM, "reason.now_unregistered"),
    Reason.NOW_NOT_FOUND: (Tone.PROBLEM, "reason.now_not_found"),
    Reason.KIT_CHANGED: (Tone.UNKNOWN, "reason.kit_changed"),
    Reason.KIT_UNSEEN: (Tone.UNKNOWN, "reason.kit_unseen"),
    Reason.NEEDS_SECRET: (Tone.UNKNOWN, "status.needs_secret"),
}

_PROGRESS = {
    Progress.QUEUED: _queued,
    Progress.SENDING: _sending,
    Progress.UNKNOWN: _unknown,
    Progress.HELD: _held,
    Progress.CLAIMED: _claimed,
    Progress.REFUSED: _refused,
    Progress.RELEASED: _released,
    Progress.REMOVED: _removed,
}
