"""The one or two words of the status band for a row, and the line below them."""

from dataclasses import dataclass
from datetime import datetime

from station.core.finding import ClaimStatus, Holder
from station.core.item import Check, Item
from station.core.outcome import OutcomeKind
from station.core.progress import Progress

from .advice import advice
from .catalogue import say
from .status import Tone, identifier_text, missing_words, status, what_it_is


@dataclass(frozen=True, slots=True)
class Headline:
    """What the band shows: ``words`` in capitals, the identifier, one line, and the tone of it all."""

    tone: Tone
    words: str
    identifier: str = ""
    line: str = ""


def headline(item: Item, now: datetime) -> Headline:
    """The band for a row as it is now."""
    sentence = status(item, now)
    words = say(f"band.{_key(item)}", row=_row(item), field=missing_words(item.identifier)).upper()
    return Headline(sentence.tone, words, identifier_text(item.identifier), _line(item, words, sentence.text))


def _row(item: Item) -> int:
    link = item.repeat_of or item.inside
    return link.number if link is not None else 0


def _key(item: Item) -> str:
    if item.progress is not Progress.OPEN:
        return _settled_key(item)
    if item.repeat_of is not None:
        return "repeat" if item.repeat_of.on_table else "repeat_elsewhere"
    if item.inside is not None:
        return "inside"
    if item.fits:
        return "fits"
    if item.identifier.missing:
        return "needs"
    if item.check is Check.CHECKING:
        return "checking"
    if item.would_be and item.would_be not in (OutcomeKind.CLAIMED_NOW, OutcomeKind.ALREADY_OURS):
        return "would_be_refused"
    return _found_key(item)


def _found_key(item: Item) -> str:
    if item.claim_status is ClaimStatus.UNCHECKED:
        return {Check.OFFLINE: "kept", Check.NONE: "ready", Check.FAILED: "check_failed"}.get(item.check, "kept")
    if item.claim_status is ClaimStatus.CLAIMED:
        return "yours" if item.holder is Holder.OURS else "already_claimed"
    return {
        ClaimStatus.NOT_FOUND: "not_found",
        ClaimStatus.UNREGISTERED: "unregistered",
    }.get(item.claim_status, "ready")


def _settled_key(item: Item) -> str:
    if item.progress is Progress.REFUSED and item.outcome is not None:
        if item.outcome.kind is OutcomeKind.ALREADY_CLAIMED:
            return "already_claimed"
        if item.outcome.kind is OutcomeKind.NOT_FOUND:
            return "not_found"
    return {
        Progress.CLAIMED: "yours",
        Progress.REFUSED: "refused",
        Progress.QUEUED: "queued",
        Progress.SENDING: "sending",
        Progress.RELEASED: "released",
        Progress.REMOVED: "removed",
    }.get(item.progress, "unknown")


def _line(item: Item, words: str, sentence: str) -> str:
    what = what_it_is(item)
    counsel = advice(item)
    if counsel is not None:
        return counsel.short
    if item.progress is Progress.OPEN and item.repeat_of is None and item.inside is None and item.what == "kit":
        return _kit_line(item, what)
    said = sentence.rstrip("…").upper() in words  # by the big words
    return " · ".join(part for part in (what, item.name, "" if said else sentence) if part)


def _kit_line(item: Item, what: str) -> str:
    if item.device_count and item.claim_status is ClaimStatus.UNCLAIMED:
        return say("band.kit_none_claimed", what=what)
    if item.claim_status is ClaimStatus.PARTLY_CLAIMED:
        left = item.device_count - item.claimed_count
        return say("band.kit_part_claimed", what=what, claimed=item.claimed_count, left=left)
    return what
