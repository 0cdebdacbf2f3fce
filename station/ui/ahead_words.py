"""What is said of a delivery that is fetched ahead: how far it is, and what is known of each code. No widgets."""

from collections.abc import Iterable
from datetime import datetime

from station.core.finding import ClaimStatus, Finding, Holder
from station.core.news import FetchedAhead
from station.desk.ahead import PAUSED
from station.words import Tone, advise, say
from station.words import since as ago

from .panel_list import Row

_TONES = {ClaimStatus.UNCLAIMED: Tone.READY, ClaimStatus.PARTLY_CLAIMED: Tone.READY,
          ClaimStatus.UNCHECKED: Tone.WAITING}


def told_words(told: FetchedAhead) -> str:
    """How far it is: what was asked, and what came of it."""
    if not told.name:
        return ""
    parts = [say("ahead.known", n=told.known)] if told.known else []
    parts += [say(f"ahead.{name}", n=number) for name, number in (
        ("devices", told.devices), ("not_found", told.not_found), ("failed", told.failed), ("bad", told.bad)) if number]
    head = say("ahead.done", name=told.name) if told.done else say(
        "ahead.asked", name=told.name, asked=told.asked, total=told.total)
    return f"{head} {', '.join(parts)}." if parts else head


def problem_words(told: FetchedAhead, title: str) -> str:
    """Why it waits, and that it goes on by itself; empty where it does not wait."""
    if not told.problem or told.done:
        return ""
    if told.problem == PAUSED:
        return say("ahead.paused", title=title)
    return say("ahead.waits", cause=advise("error", told.problem, title=title).cause)


def rows_of(found: Iterable[tuple[str, Finding | None]], now: datetime) -> list[Row]:
    """A row for each code: the code, and what is known of it since when."""
    return [Row(f"{at}", text, _line(finding, now), mono=True, tone=_tone(finding), enabled=True)
            for at, (text, finding) in enumerate(found)]


def _tone(finding: Finding | None) -> Tone:
    if finding is None:
        return Tone.WAITING
    ours = finding.status is ClaimStatus.CLAIMED and all(each.holder is Holder.OURS for each in finding.devices)
    return Tone.DONE if ours and finding.devices else _TONES.get(finding.status, Tone.PROBLEM)


def _line(finding: Finding | None, now: datetime) -> str:
    if finding is None:
        return say("ahead.not_asked")
    what = say("ahead.kit", n=len(finding.devices)) if finding.what == "kit" else finding.title
    status = say(f"cli.found.{finding.status}")
    return " · ".join(part for part in (status, what, ago(finding.at, now)) if part)


def kept_words(title: str, number: int, oldest: datetime | None, newest: datetime | None, now: datetime) -> str:
    """Of how many codes something is known at a connection, and how old it is."""
    if not number or oldest is None or newest is None:
        return say("ahead.nothing_kept", title=title)
    return say("ahead.kept", n=number, title=title, oldest=ago(oldest, now), newest=ago(newest, now))
