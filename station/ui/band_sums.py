"""What the status band says when claims or rehearsals are done: how many, where, and what became of the others."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from station.core.news import LineState, Summary
from station.core.outcome import OutcomeKind
from station.core.progress import Progress
from station.words import Headline, Tone, say

from .desk_state import DeskState, ways
from .destinations import Destination, listed, short_title

ONE_PRESS = timedelta(seconds=5)
"""Batches that were closed within this time went with one press of Claim."""
_TAKEN_OUT = frozenset({Progress.REMOVED, Progress.RELEASED})
"""What a person took out or gave back is no result of the claim."""


def together(sums: Sequence[Summary]) -> tuple[Summary, ...]:
    """Of all sums told so far those that belong to the last one: the same press, each batch as it was told last."""
    last = sums[-1]
    newest = {each.batch.id: each for each in sums if each.rehearsal is last.rehearsal and _one_press(each, last)}
    return tuple(newest.values())


def _one_press(one: Summary, other: Summary) -> bool:
    a, b = one.batch.closed_at, other.batch.closed_at
    return one.batch.id == other.batch.id or a is b or (a is not None and b is not None and abs(a - b) <= ONE_PRESS)


def summed_up(sums: Sequence[Summary], state: DeskState) -> Headline:
    """The band for batches that went together."""
    outcomes: Counter[str] = Counter()
    unsettled: Counter[str] = Counter()
    for each in sums:
        outcomes.update({kind: count for kind, count in each.outcomes if kind not in _TAKEN_OUT})
        unsettled.update(dict(each.unsettled))
    done, ours = outcomes.pop(OutcomeKind.CLAIMED_NOW, 0), outcomes.pop(OutcomeKind.ALREADY_OURS, 0)
    places = [place for place in _places(sums, state) if place.count]
    where = [listed(places)] if len(places) > 1 else []
    if sums[-1].rehearsal:
        return _rehearsed(sums, state, done, sum(outcomes.values()), where)
    if set(+unsettled) == {Progress.QUEUED} and not done + ours + outcomes.total():
        return queued(unsettled[Progress.QUEUED], state)
    return _claimed(done, ours, outcomes, unsettled, where)


def _rehearsed(sums: Sequence[Summary], state: DeskState, done: int, refused: int, where: list[str]) -> Headline:
    own = [each.batch.connection for each in sums if dict(each.unsettled).get("own_checks")]
    parts = [*where, *([say("band.would_be_refused_count", n=refused)] if refused else [])]
    if own:
        parts.append(say("band.own_checks", title=", ".join(short_title(state, name) for name in own)))
    words = say("band.would_be_claimed", count=done).upper()
    line = ". ".join([*parts, say("band.rehearsal_line")])
    return Headline(Tone.PROBLEM if refused else Tone.READY, words, "", line)


def _claimed(done: int, ours: int, outcomes: Counter[str], unsettled: Counter[str], where: list[str]) -> Headline:
    refused, waiting = sum(outcomes.values()), unsettled.pop(Progress.QUEUED, 0)
    open_still = sum(unsettled.values())
    reasons = "; ".join(f"{count} {say(f'band.because.{kind}')}" for kind, count in sorted(outcomes.items()))
    parts = where + ([say("band.ours_before", n=ours)] if ours else [])
    if refused:
        parts.append(say("band.not_claimed", n=refused, reasons=reasons))
    if waiting + open_still:
        parts.append(say("band.unsettled", n=waiting + open_still))
    if len(parts) == len(where):
        parts.append(say("band.all_settled" if done else "band.taken_out"))
    nothing = Tone.PROBLEM if refused else Tone.WAITING
    tone = Tone.UNKNOWN if open_still else Tone.DONE if done + ours else nothing
    words = say("band.claimed", count=done) if done else say("band.nothing_claimed")
    return Headline(tone, words.upper(), "", ". ".join(parts))


def queued(count: int, state: DeskState) -> Headline:
    """The band while all that was claimed waits, and for what."""
    why = "paused" if LineState.PAUSED in ways(state) else "offline" if state.offline else "waits"
    return Headline(Tone.WAITING, say("band.queued_count", count=count).upper(), "", say(f"band.queued_line.{why}"))


def _places(sums: Sequence[Summary], state: DeskState) -> list[Destination]:
    found = []
    for each in sums:
        title = each.batch.target_title or each.batch.target
        words = say("goes.to", target=title, connection=short_title(state, each.batch.connection))
        count = dict(each.outcomes).get(OutcomeKind.CLAIMED_NOW, 0)
        found.append(Destination(count, words if each.batch.connection != state.connection else title, title))
    return found
