"""What the target picker says of each target, and which of them fit what is typed: quick for ten thousand."""

from collections.abc import Sequence
from datetime import datetime

from station.core.target import Target
from station.words import Tone, say

from .panel_list import Row

MAKE = "\0make"
"""The key of the row that stands for a path that is not there yet."""
DEEPEST = 6


class TargetIndex:
    """The targets of one connection in the order of the list: what is inventory first, a tree from its roots down."""

    def __init__(self, targets: Sequence[Target], now: datetime) -> None:
        self._known = {target.id: target for target in targets}
        self._below: dict[str, list[Target]] = {}
        for target in sorted(targets, key=_rank):
            parent = target.parent if target.parent in self._known and target.parent != target.id else ""
            self._below.setdefault(parent, []).append(target)
        self.targets: list[Target] = []
        self._depths: dict[str, int] = {}
        self._walk()
        self.has_facts = any(_left(target, now) for target in targets)
        self._rows = [row_of(target, self.path_of(target), now) for target in self.targets]
        self._paths = {_parts_key(self.path_of(target) or target.title) for target in self.targets}
        self._texts = [_known_text(target, self.path_of(target)) for target in self.targets]

    def _walk(self) -> None:
        """All targets from the roots down; what lies in a ring has no root and stands at the end."""
        waiting = [(target, 0) for target in reversed(self._below.get("", []))]
        while waiting:
            target, depth = waiting.pop()
            if target.id not in self._depths:
                self._depths[target.id] = depth
                self.targets.append(target)
                waiting += [(each, depth + 1) for each in reversed(self._below.get(target.id, []))]
        for target in self._known.values():
            if target.id not in self._depths:
                self._depths[target.id] = 0
                self.targets.append(target)

    def path_of(self, target: Target) -> str:
        """Where a target lies, as the vendor writes it, or made of the titles that it lies under."""
        if target.path:
            return target.path
        titles, seen = [target.title], {target.id}
        while (above := self._known.get(target.parent)) is not None and above.id not in seen:
            seen.add(above.id)
            titles.append(above.title)
            target = above
        return "/".join(reversed(titles)) if len(titles) > 1 else ""

    def rows(self, text: str, chosen: str) -> list[Row]:
        """The rows that fit a search, indented while nothing is searched for; the chosen one is marked."""
        words = text.casefold().split()
        found = []
        for at, row in enumerate(self._rows):
            if words and not all(word in self._texts[at] for word in words):
                continue
            mine = row.key == chosen
            depth = 0 if words else min(self._depths[row.key], DEEPEST)
            found.append(_placed(row, depth, chosen=mine) if mine or depth else row)
        return found

    def has_path(self, text: str) -> bool:
        return _parts_key(text) in self._paths

    def row_to_make(self, text: str) -> Row | None:
        """The row that makes a typed path, where there is none like it."""
        parts = [part.strip() for part in text.split("/") if part.strip()]
        if not parts or self.has_path("/".join(parts)):
            return None
        there = next((n for n in range(len(parts) - 1, 0, -1) if self.has_path("/".join(parts[:n]))), 0)
        line = say("targets.makes", parts=" / ".join(parts[there:]))
        return Row(MAKE, say("targets.make", path="/".join(parts)), line, tone=Tone.READY)


def row_of(target: Target, path: str, now: datetime) -> Row:
    """A target's row; one that cannot be claimed into is greyed and says why."""
    why = why_not(target, now)
    licence = say("targets.licence", word=target.licence) if target.licence else ""
    where = [licence, *_where(target, path)]
    inventory = say("targets.inventory") if target.inventory else ""
    line = " · ".join(part for part in (why or inventory, *where) if part)
    tone = Tone.PROBLEM if why else None
    return Row(target.id, target.title or target.id, line, enabled=not why, tone=tone, more=_left(target, now))


def _where(target: Target, path: str) -> tuple[str, ...]:
    """The path and the organization of a target; a path that says nothing else than organization and title is none."""
    between = [part.strip() for part in path.split("/") if part.strip() not in ("", target.organization, target.title)]
    return (path, "" if target.organization in path else target.organization) if between else (target.organization,)


def _placed(row: Row, depth: int, *, chosen: bool) -> Row:
    line = " · ".join(part for part in (say("targets.chosen") if chosen else "", row.line) if part)
    tone = Tone.READY if chosen and row.tone is None else row.tone
    return Row(row.key, row.title, line, row.enabled, tone, row.mono, chosen, row.more, depth)


def why_not(target: Target, now: datetime) -> str:
    """Why nothing can be claimed into a target, or an empty text."""
    if target.may_claim is False:
        return say("targets.may_not")
    if target.expires_at is not None and target.expires_at <= now:
        return say("targets.expired", date=_date(target.expires_at))
    if target.seats_left is not None and target.seats_left <= 0:
        return say("targets.full")
    return ""


def licence_words(target: Target, now: datetime) -> str:
    """What is known of the places and the licence of a target, in one line."""
    licence = say("targets.licence", word=target.licence) if target.licence else ""
    return " · ".join(part for part in (_left(target, now), licence) if part)


def _left(target: Target, now: datetime) -> str:
    said = []
    if target.seats_left is not None and target.seats_left > 0:
        said.append(say("targets.seats", n=target.seats_left))
    if target.expires_at is not None and target.expires_at > now:
        said.append(say("targets.expires", date=_date(target.expires_at)))
    return " · ".join(said)


def _rank(target: Target) -> tuple[bool, str, str]:
    return not target.inventory, target.organization.casefold(), (target.title or target.id).casefold()


def _known_text(target: Target, path: str) -> str:
    return "\n".join((target.title, path, target.organization, target.id)).casefold()


def _parts_key(path: str) -> str:
    return "/".join(part.strip().casefold() for part in path.split("/") if part.strip())


def _date(at: datetime) -> str:
    local = at.astimezone()
    return f"{local.day} {say(f'month.{local.month}')} {local.year}"
