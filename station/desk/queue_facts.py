"""What can be told of the queue: each batch that waits, why, since when, what comes next and how long it will take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from station.core.batch import Batch
from station.core.call import Call, CallState
from station.core.errors import Cause
from station.core.news import LineState
from station.core.progress import Progress

from . import cooling, queue
from .ports import Reader
from .work import Work


class Waits(StrEnum):
    """Why nothing of a batch is under way just now; the screen makes a sentence of it."""

    SENDING = "sending"
    NEXT = "next"
    BEHIND = "behind"
    """Another batch of the connection goes first."""
    COOLING = "cooling"
    PAUSED = "paused"
    """The batch is paused: by a person, or for the cause that is told."""
    LINE_PAUSED = "line_paused"
    OFFLINE = "offline"
    LIMIT = "limit"
    """The vendor asked to wait."""
    READ_FIRST = "read_first"
    """An answer was lost: nothing is sent before a read has told."""
    ANOTHER_ACCOUNT = "another_account"
    NO_CONNECTION = "no_connection"
    ELSEWHERE = "elsewhere"
    """Another process of this desk sends."""
    DISK = "disk"
    ASKED = "asked"
    """Nothing is left to send; the vendor is asked what became of the rest."""
    PERSON = "person"
    """Nothing is left to send; a person has to decide."""


Known = dict[str, tuple[int, Mapping[Progress, int]]]
"""How many devices of a batch stand where, at which revision of it."""

GO_ON = frozenset({Waits.SENDING, Waits.NEXT, Waits.BEHIND, Waits.COOLING, Waits.LIMIT})
"""With these it can be said how long it will take."""


@dataclass(frozen=True, slots=True)
class Way:
    """One connection as the desk knows it now. ``rate`` is in devices a second, None before it was measured."""

    state: LineState
    cause: Cause | None
    detail: str
    since: datetime | None
    retry_at: datetime | None
    needs_read: bool
    busy: bool
    rate: float | None
    kind: str
    address: str
    account: str
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What only the desk's thread knows of the queue, at one moment (``now``, UTC).

    ``cooling`` is until when a batch can still be cancelled, ``asks_at`` when an unanswered call is asked about next.
    """

    now: datetime
    sends: bool
    disk_ok: bool
    ways: Mapping[str, Way] = field(default_factory=dict)
    cooling: Mapping[str, datetime] = field(default_factory=dict)
    asks_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueuedBatch:
    """A batch that waits. ``place`` counts from 1 among those of its connection; ``next_at`` is when something is tried
    next, ``left_s`` in how many seconds all of it will be sent, both None where nobody can tell."""

    batch: Batch
    place: int
    tally: tuple[tuple[Progress, int], ...]
    why: Waits
    cause: str = ""
    detail: str = ""
    since: datetime | None = None
    next_at: datetime | None = None
    attempts: int = 0
    last_sent: datetime | None = None
    left_s: float | None = None

    def count(self, *progresses: Progress) -> int:
        return sum(number for progress, number in self.tally if progress in progresses)


def stand(work: Work) -> Standing:
    """A look at what the desk keeps in memory; quick, and without any effect."""
    now, monotonic, ends = work.clock.now(), work.clock.monotonic(), cooling.ends(work)
    return Standing(
        now,
        work.state.sends and work.state.settled_in,
        work.state.disk_ok,
        {name: _way(work, name) for name in work.state.backends},
        {batch: now + timedelta(seconds=left) for batch, left in ends.items()},
        {key: now + timedelta(seconds=at - monotonic) for key, at in work.state.again_at.items() if at > monotonic},
    )


def _way(work: Work, name: str) -> Way:
    line, backend, pace = work.state.line(name), work.state.backends[name], work.state.pace.get(name)
    waits = line.retry_at > work.clock.monotonic()
    return Way(
        line.state, line.cause, line.detail, line.since, line.retry_wall if waits else None, line.needs_read,
        name in work.state.busy, pace.per_second if pace else None, backend.kind, backend.address,
        line.account.id if line.account else "", tuple(queue.order_of(work, name)),
    )


def read(reader: Reader, standing: Standing, known: Known | None = None) -> tuple[QueuedBatch, ...]:
    """The batches that wait, in the order in which each connection sends them.

    ``known`` is what the look before this one found, and becomes what this one finds: only the rows of batches that
    have changed since are counted anew.
    """
    before, now = dict(known or {}), {} if known is None else known
    now.clear()
    calls: dict[str, list[Call]] = {}
    for call in reader.calls(CallState.UNANSWERED, CallState.ANSWERED):
        calls.setdefault(call.batch, []).append(call)
    found: list[QueuedBatch] = []
    for connection, batches in _by_connection(reader, standing).items():
        way, ahead = standing.ways.get(connection), 0
        for place, batch in enumerate(batches, 1):
            revision, tally = before.get(batch.id, (-1, {}))
            tally = tally if revision == batch.revision else reader.tally(batch.id)
            now[batch.id] = batch.revision, tally
            told = _told(reader, standing, batch, place, calls.get(batch.id, []), ahead, tally)
            found.append(told)
            if told.why in GO_ON and way is not None:
                ahead += told.count(Progress.QUEUED, Progress.SENDING)
    return tuple(found)


def _by_connection(reader: Reader, standing: Standing) -> dict[str, list[Batch]]:
    """Oldest first, but those that a person put first before the others."""
    grouped: dict[str, list[Batch]] = {}
    for batch in reader.waiting_batches():
        grouped.setdefault(batch.connection, []).append(batch)
    for connection, batches in grouped.items():
        way = standing.ways.get(connection)
        places = {each: place for place, each in enumerate(way.order if way else ())}
        batches.sort(key=lambda batch: places.get(batch.id, len(places)))
    return grouped


def _told(
    reader: Reader, standing: Standing, batch: Batch, place: int, calls: list[Call], ahead: int,
    tally: Mapping[Progress, int],
) -> QueuedBatch:
    attempts, last_sent = reader.attempts(batch.id)
    way = standing.ways.get(batch.connection)
    why, cause, detail = _why(standing, batch, tally, way, ahead)
    since, next_at = batch.closed_at, None
    if why in (Waits.OFFLINE, Waits.LIMIT, Waits.LINE_PAUSED) and way is not None:
        since, next_at = way.since, way.retry_at
    elif why is Waits.COOLING:
        next_at = standing.cooling[batch.id]
    elif why in (Waits.ASKED, Waits.READ_FIRST):
        next_at = min((standing.asks_at[call.key] for call in calls if call.key in standing.asks_at), default=None)
    return QueuedBatch(
        batch, place, tuple(tally.items()), why, cause, detail, since, next_at, attempts, last_sent,
        _left(standing, way, why, ahead + tally.get(Progress.QUEUED, 0) + tally.get(Progress.SENDING, 0), next_at),
    )


def _why(
    standing: Standing, batch: Batch, tally: Mapping[Progress, int], way: Way | None, ahead: int
) -> tuple[Waits, str, str]:
    """The reason that holds a batch back first of all, its cause (a code) and what the vendor said."""
    if tally.get(Progress.SENDING):
        return Waits.SENDING, "", ""
    if not tally.get(Progress.QUEUED):
        return (Waits.ASKED if tally.get(Progress.UNKNOWN) else Waits.PERSON), "", ""
    if way is None:
        return Waits.NO_CONNECTION, "", ""
    if batch.paused:
        return (Waits.ANOTHER_ACCOUNT if batch.paused == Cause.ACCOUNT_CHANGED else Waits.PAUSED), batch.paused, ""
    if (way.kind, way.address) != (batch.kind, batch.address) or (
        batch.account and way.account and batch.account != way.account
    ):
        return Waits.ANOTHER_ACCOUNT, str(Cause.ACCOUNT_CHANGED), ""
    if batch.id in standing.cooling:
        return Waits.COOLING, "", ""
    return _line_why(standing, way, ahead)


def _line_why(standing: Standing, way: Way, ahead: int) -> tuple[Waits, str, str]:
    if way.state is LineState.PAUSED:
        return Waits.LINE_PAUSED, str(way.cause or ""), way.detail
    if way.retry_at is not None and way.cause is Cause.RATE_LIMIT:
        return Waits.LIMIT, str(way.cause), way.detail
    if way.state is LineState.OFFLINE:
        return Waits.OFFLINE, str(way.cause or ""), way.detail
    if not standing.disk_ok:
        return Waits.DISK, "", ""
    if not standing.sends:
        return Waits.ELSEWHERE, "", ""
    if way.needs_read:
        return Waits.READ_FIRST, "", ""
    return (Waits.BEHIND if ahead else Waits.NEXT), "", ""


def _left(standing: Standing, way: Way | None, why: Waits, devices: int, next_at: datetime | None) -> float | None:
    """Seconds until so many devices are sent, where the vendor's pace is known."""
    if way is None or not way.rate or why not in GO_ON or not devices:
        return None
    waits = max((next_at - standing.now).total_seconds(), 0.0) if next_at is not None else 0.0
    return waits + devices / way.rate
