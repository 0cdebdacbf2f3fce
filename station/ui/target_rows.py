"""What the target picker says of each target, in one line."""

from datetime import datetime

from station.core.target import Target
from station.words import Tone, say

from .panel_list import Row


def fits(target: Target, text: str) -> bool:
    """Whether all words of a search stand somewhere in what is known of a target."""
    known = " ".join((target.title, target.path, target.organization, target.id)).casefold()
    return all(word in known for word in text.casefold().split())


def row_of(target: Target, chosen: str, noun: str, now: datetime) -> Row:
    """A target's row; one that cannot be claimed into is greyed and says why."""
    why = why_not(target, noun, now)
    path = "" if target.path == target.title else target.path
    about = [path or target.organization, *_seats(target, now)]
    line = why or " · ".join(part for part in about if part)
    if target.id == chosen:
        line = " · ".join(part for part in (say("targets.chosen"), line) if part)
    tone = Tone.PROBLEM if why else (Tone.READY if target.id == chosen else None)
    return Row(target.id, target.title or target.id, line, enabled=not why, tone=tone, chosen=target.id == chosen)


def why_not(target: Target, noun: str, now: datetime) -> str:
    """Why nothing can be claimed into a target, or an empty text."""
    if target.may_claim is False:
        return say("targets.may_not", noun=noun)
    if target.expires_at is not None and target.expires_at <= now:
        return say("targets.expired", date=_date(target.expires_at))
    if target.seats_left is not None and target.seats_left <= 0:
        return say("targets.full")
    return ""


def _seats(target: Target, now: datetime) -> list[str]:
    said = []
    if target.seats_left is not None:
        said.append(say("targets.seats", n=target.seats_left))
    if target.expires_at is not None and target.expires_at > now:
        said.append(say("targets.expires", date=_date(target.expires_at)))
    return said


def _date(at: datetime) -> str:
    local = at.astimezone()
    return f"{local.day} {say(f'month.{local.month}')} {local.year}"
