"""What a test call told, in the words of whoever sets the connection up."""

from dataclasses import dataclass

from station.core.news import ConnectionTried
from station.core.target import Target
from station.words import advise, has, say

from .items_delegate import printable

MOST_NAMED = 3
CLOCK_S = 60.0
"""A clock that is less wrong than this is no reason for a refused sign-in."""


@dataclass(frozen=True, slots=True)
class Told:
    """``look`` is how the text is shown, ``more`` what stands below it for those who want to know."""

    look: str
    text: str
    more: str = ""


def told_of(tried: ConnectionTried, title: str) -> Told:
    """Which account, organization and targets it sees; or what is wrong, why, and what to do next."""
    if tried.cause is None:
        return _works(tried)
    cause, more = tried.cause, printable(tried.detail)
    minutes = round(abs(tried.clock_off or 0) / 60)
    if tried.clock_off is not None and abs(tried.clock_off) > CLOCK_S:
        way = "ahead" if tried.clock_off > 0 else "behind"
        return Told("bad", say(f"connections.clock_{way}", n=minutes), more)
    key = f"connections.wrong.{cause}"
    if has(key):
        return Told("bad", say(key, title=title), more)
    counsel = advise("error", str(cause), title=title)
    return Told("bad", f"{counsel.cause}. {counsel.next_step}", more)


def _works(tried: ConnectionTried) -> Told:
    account, targets = tried.account, tried.targets
    parts = [say("connections.works")]
    if account is not None:
        parts.append(say("connections.account", account=printable(account.title or account.id)))
        if account.organization:
            parts.append(say("connections.organization", organization=printable(account.organization)))
    if not targets:
        return Told("warn", " ".join(parts), say("connections.sees_nothing"))
    closed = all(target.may_claim is False for target in targets)
    parts.append(say("connections.sees", n=len(targets), first=_first(targets)))
    return Told("warn" if closed else "good", " ".join(parts), say("connections.may_not") if closed else "")


def _first(targets: tuple[Target, ...]) -> str:
    named = ", ".join(printable(target.path or target.title or target.id) for target in targets[:MOST_NAMED])
    return f"{named}, …" if len(targets) > MOST_NAMED else named

