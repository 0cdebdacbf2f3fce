"""What the queue panel says of each batch that waits: a row, its facts, and a line for a spreadsheet. No widgets."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from station.core.progress import Progress
from station.desk.pauses import BY_PERSON
from station.desk.queue import TAKING_BACK
from station.desk.queue_facts import GO_ON, QueuedBatch, Waits
from station.words import Tone, advise, error_code, say, time_of_day
from station.words import since as ago

from .desk_state import DeskState
from .destinations import title_of
from .panel_list import Row
from .spans import span

SHOWN = (
    Progress.QUEUED, Progress.SENDING, Progress.UNKNOWN, Progress.HELD, Progress.CLAIMED, Progress.REFUSED,
    Progress.OPEN,
)
"""Where the devices of a batch stand, in the order in which it is told."""
COLUMNS = (
    "batch", "connection", "kind", "address", "account", "target", "target_title", "operator", "claimed_at", "place",
    "why", "cause", "since", "next_at", "attempts", "last_sent_at", *(f"{each}_devices" for each in SHOWN),
)
"""The export's columns, never renamed; times are UTC."""
RESTORED = "restored"
_OWN_PAUSES = (BY_PERSON, TAKING_BACK, RESTORED)
_TONES = {Waits.PAUSED: Tone.UNKNOWN, Waits.LINE_PAUSED: Tone.UNKNOWN, Waits.ANOTHER_ACCOUNT: Tone.UNKNOWN,
          Waits.NO_CONNECTION: Tone.UNKNOWN, Waits.DISK: Tone.PROBLEM, Waits.PERSON: Tone.UNKNOWN,
          Waits.ASKED: Tone.UNKNOWN, Waits.SENDING: Tone.READY, Waits.NEXT: Tone.READY}


def row_of(told: QueuedBatch, now: datetime, state: DeskState) -> Row:
    """Three lines for a batch: how many go where, why they wait, and how long already."""
    target = told.batch.target_title or told.batch.target
    waits = told.count(Progress.QUEUED, Progress.SENDING, Progress.UNKNOWN, Progress.HELD)
    title = say("queue.row", n=waits, target=target)
    if told.place > 1:
        title = say("queue.row_place", row=title, place=told.place)
    times = [say("queue.waits_since", age=ago(told.batch.closed_at, now))] if told.batch.closed_at else []
    times += [next_words(told, now)] if told.next_at is not None else []
    return Row(told.batch.id, title, why(told, now, state), tone=_TONES.get(told.why, Tone.WAITING),
               more=" · ".join(part for part in times if part))


def why(told: QueuedBatch, now: datetime, state: DeskState) -> str:
    """Why a batch waits, in one sentence."""
    title, since = title_of(state, told.batch.connection), _since(told, now)
    if told.why is Waits.PAUSED and told.cause in _OWN_PAUSES:
        return say(f"queue.paused.{told.cause}")
    if told.why is Waits.LINE_PAUSED and not told.cause:
        return say("queue.why.line_paused", title=title)
    if told.why in (Waits.PAUSED, Waits.LINE_PAUSED, Waits.ANOTHER_ACCOUNT):
        return advise("error", error_code(told.cause, told.detail), title=title).cause
    if told.why is Waits.OFFLINE:
        cause = advise("error", error_code(told.cause or "other", told.detail), title=title).cause
        return say("queue.why.offline", cause=cause, since=since) if since else cause
    if told.why is Waits.COOLING and told.next_at is not None:
        return say("queue.why.cooling", left=span((told.next_at - now).total_seconds()))
    return say(f"queue.why.{told.why}", title=title)


def next_words(told: QueuedBatch, now: datetime) -> str:
    """When something is tried next."""
    if told.next_at is None or told.why is Waits.COOLING:
        return ""
    seconds = (told.next_at - now).total_seconds()
    key = "asked_in" if told.why in (Waits.ASKED, Waits.READ_FIRST) else "next_in"
    return say(f"queue.{key}", left=span(seconds)) if seconds >= 1 else say(f"queue.{key}_now")


def facts_of(told: QueuedBatch, now: datetime, state: DeskState) -> list[tuple[str, str]]:
    """All that is known of one batch, name and value."""
    batch, where = told.batch, title_of(state, told.batch.connection)
    claimed = time_of_day(batch.closed_at, now) if batch.closed_at is not None else ""
    last = time_of_day(told.last_sent, now) if told.last_sent is not None else ""
    facts = [
        ("why", f"{why(told, now, state)}. {meaning(told, state)}".rstrip(" .") + "."),
        ("devices", counts(told)),
        ("next", next_words(told, now)),
        ("takes", _takes(told)),
        ("attempts", say("queue.attempts", n=told.attempts, last=last) if told.attempts else say("queue.never_sent")),
        ("into", say("goes.to", target=batch.target_title or batch.target, connection=where)),
        ("claimed", say("queue.claimed_by", time=claimed, who=batch.operator)),
        ("name", batch.name or batch.id[:8]),
    ]
    return [(say(f"queue.fact.{name}"), value) for name, value in facts if value]


def _takes(told: QueuedBatch) -> str:
    if told.left_s is not None:
        return say("queue.takes", left=span(told.left_s))
    return say("queue.takes_unknown") if told.why in GO_ON else ""


def meaning(told: QueuedBatch, state: DeskState) -> str:
    """What a person can do about it, where there is something."""
    if told.why is Waits.PAUSED and told.cause in _OWN_PAUSES:
        return say(f"queue.paused_next.{told.cause}")
    if told.cause:
        return advise("error", error_code(told.cause, told.detail),
                      title=title_of(state, told.batch.connection)).next_step
    return say("queue.decide") if told.why is Waits.PERSON else ""


def counts(told: QueuedBatch) -> str:
    """The devices of a batch by how far they have come."""
    return ", ".join(say(f"queue.count.{each}", count=told.count(each)) for each in SHOWN if told.count(each))


def summed(found: Sequence[QueuedBatch], now: datetime) -> str:
    """One sentence for all of it."""
    if not found:
        return say("queue.empty")
    devices = sum(told.count(Progress.QUEUED, Progress.SENDING) for told in found)
    unclear = sum(told.count(Progress.UNKNOWN, Progress.HELD) for told in found)
    oldest = min((told.batch.closed_at for told in found if told.batch.closed_at is not None), default=now)
    parts = [say("queue.sum", n=devices, age=ago(oldest, now))] if devices else []
    parts += [say("queue.sum_unclear", n=unclear)] if unclear else []
    return " ".join(parts)


def csv_rows(found: Sequence[QueuedBatch]) -> Iterable[tuple[object, ...]]:
    """A line a batch, for ``COLUMNS``."""
    for told in found:
        batch = told.batch
        yield (
            batch.name or batch.id, batch.connection, batch.kind, batch.address, batch.account, batch.target,
            batch.target_title, batch.operator, _utc(batch.closed_at), told.place, str(told.why), told.cause,
            _utc(told.since), _utc(told.next_at), told.attempts, _utc(told.last_sent),
            *(told.count(each) for each in SHOWN),
        )


def _utc(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at is not None else ""


def _since(told: QueuedBatch, now: datetime) -> str:
    return time_of_day(told.since, now) if told.since is not None else ""
