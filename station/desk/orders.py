"""Batches that arrive whole, from a command line: looked up without rows, then placed and closed in one step."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

from station.backends.base import Backend, Traits
from station.core.batch import Batch
from station.core.errors import CallError, Cause, NotSentError
from station.core.finding import ClaimStatus, Finding, FoundDevice
from station.core.identifier import Identifier
from station.core.item import Check, Device, Event, Item, Reason
from station.core.news import LineState
from station.core.progress import Progress
from station.core.scan import Scan

from . import ahead, batches, lines, look_ups, pauses
from . import repeats as repeats_of
from .ports import Reader
from .work import Work
from .writing import NewItem

ORDERED = "order"
"""The event that ties a row to the order that it came with, wherever the row goes later."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be claimed. ``finding`` is what was found just now, None where nobody could be asked."""

    scan: Scan
    identifier: Identifier
    shown: str
    sealed: bool = False
    name: str = ""
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order would go: the connection, what it can do, its target, and whether this process may send."""

    connection: str
    kind: str
    title: str
    traits: Traits
    target: str
    target_title: str
    sends: bool
    practice: bool
    accept: Callable[[Identifier], Identifier | None]


@dataclass(frozen=True, slots=True)
class Placed:
    """``batch`` is its ID; ``known``: it was there before with the same content; ``problem``: why it was not placed
    ("name_taken", "no_seal")."""

    batch: str = ""
    known: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One device of an order; ``repeat`` where another row is the one that is sent."""

    item: Item
    device: Device
    row: Item
    repeat: bool = False


def stand(work: Work, connection: str = "") -> Standing | None:
    """The connection of that name, else the one that was chosen last; None where there is no such one."""
    name = connection or work.state.chosen
    backend = work.backend(name)
    if backend is None:
        return None
    target = work.store.get(f"target.{name}") or backend.settings.target
    return Standing(
        name, backend.kind, backend.title, backend.traits, target, work.store.get(f"target_title.{name}") or target,
        work.state.sends, name in work.state.practice, backend.accept,
    )


def ask(
    work: Work, connection: str, question: Callable[[Backend], Coroutine[Any, Any, Any]], answer: "Future[Any]"
) -> None:
    """Put a question without side effects to a backend; its answer, or a ``CallError``, goes into ``answer``."""
    backend = work.state.backends[connection]
    if not lines.may_try(work, connection):
        line = work.state.line(connection)
        detail = line.detail or (pauses.BY_PERSON if line.state is LineState.PAUSED else "")
        work.after.append(lambda: answer.set_exception(NotSentError(line.cause or Cause.NOT_SET_UP, detail)))
        return
    work.ask(connection, lambda: question(backend), _told, connection, answer)


def _told(work: Work, connection: str, answer: "Future[Any]", result: Any, error: BaseException | None) -> None:
    if error is None:
        lines.works(work, connection)
        work.after.append(lambda: answer.set_result(result))
        return
    failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
    if isinstance(failure, NotSentError):
        lines.failed(work, connection, failure)
    work.after.append(lambda: answer.set_exception(failure))


async def look_up(backend: Backend, identifiers: Sequence[Identifier], target: str) -> list[Finding]:
    """A finding for each identifier, in order, in as many requests as the backend needs."""
    found: list[Finding] = []
    size = backend.traits.look_ups_a_call
    for start in range(0, len(identifiers), size):
        found += await backend.look_up(identifiers[start : start + size], target)
    return found


def keep_findings(work: Work, connection: str, findings: Sequence[Finding]) -> None:
    """Remember what was found, with its age, for whoever scans the same later."""
    for finding in findings:
        ahead.keep(work, connection, finding)


def repeats(work: Work, connection: str, identifiers: Sequence[Identifier]) -> list[bool]:
    """For each identifier whether a row of this desk has it already, so that it would not be sent again."""
    return [any(repeats_of.find_live(work, connection, each)) for each in identifiers]


def digest(connection: str, target: str, identifiers: Sequence[Identifier]) -> str:
    """What makes a named batch repeatable: what it claims and where; never a secret."""
    parts = [connection, target, *sorted(each.key for each in identifiers)]
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def place(
    work: Work,
    standing: Standing,
    name: str,
    content: str,
    entries: Sequence[Entry],
    operator: str,
    unseen_kits: bool = False,
) -> Placed:
    """Write a named batch with its rows and close it, all at once: it is never open, so nothing else gets into it."""
    known = work.store.batch_named(name)
    if known is not None:
        return Placed(known.id, known=True) if known.content == content else Placed(known.id, problem="name_taken")
    if _would_lose_secrets(work, standing, entries):
        return Placed(problem="no_seal")
    backend = work.state.backends[standing.connection]
    account = work.state.line(standing.connection).account
    batch = Batch(
        id=str(uuid4()),
        connection=standing.connection,
        kind=backend.kind,
        opened_at=work.clock.now(),
        address=backend.address,
        account=account.id if account else "",
        target=standing.target,
        target_title=standing.target_title,
        operator=operator,
        name=name,
        content=content,
        practice=standing.practice,
    )
    work.store.add_batch(batch)
    for entry in entries:
        item = _row(work, batch, entry)
        work.store.add_event(Event(work.clock.now(), ORDERED, batch=batch.id, item=item, who=operator))
    batches.close(work, batch, operator, unseen_kits)
    work.wake()
    return Placed(batch.id)


def _would_lose_secrets(work: Work, standing: Standing, entries: Sequence[Entry]) -> bool:
    """Whether a secret would have to wait in the queue and there is no key to seal it with."""
    waits = not standing.sends or any(entry.finding is None for entry in entries)
    seal = getattr(work.store, "seal", None)
    return waits and not getattr(seal, "available", True) and any(entry.identifier.secrets for entry in entries)


def _row(work: Work, batch: Batch, entry: Entry) -> int:
    """A row for an entry: a new one, or the one that an earlier order left open."""
    link, inside = repeats_of.find_live(work, batch.connection, entry.identifier)
    left = work.item(link.item) if link is not None else None
    if left is not None and _was_left(work, left):
        work.store.change_item(left.id, batch=batch.id, identifier=entry.identifier, reason=Reason.NOTHING)
        _show(work, left.id, entry)
        return left.id
    offline = Check.OFFLINE if work.state.backends[batch.connection].traits.look_up else Check.NONE
    item = work.store.add_item(
        NewItem(
            batch.id, batch.connection, entry.identifier, entry.scan, entry.shown, sealed=entry.sealed, name=entry.name,
            repeat_of=link.item if link else 0, inside=inside.item if inside else 0,
            check=Check.IDLE if entry.finding else offline,
        )
    )
    work.touch(item)
    if link is None and inside is None:
        _show(work, item, entry)
    return item


def _was_left(work: Work, item: Item) -> bool:
    """Whether an open row came from an order and was given back: nobody else waits for it."""
    return (
        item.progress is Progress.OPEN
        and not item.closed
        and any(event.what == ORDERED for event in work.store.events(item=item.id))
    )


def _show(work: Work, item: int, entry: Entry) -> None:
    """What was found just now, or else an older finding that lets it be claimed (it is looked up again before that)."""
    row = work.item(item)
    if entry.finding is not None:
        look_ups.show_finding(work, row, entry.finding)
        return
    kept = work.store.finding(row.connection, row.identifier)
    if kept is not None and kept.status in (ClaimStatus.UNCLAIMED, ClaimStatus.PARTLY_CLAIMED):
        work.store.apply_finding(item, kept, check=Check.OFFLINE)


def lines_of(reader: Reader, batch: str) -> list[Line]:
    """What has become of an order by now, device by device, wherever its rows have gone since."""
    placed = [event.item for event in reader.events(batch=batch) if event.what == ORDERED]
    rows = reader.items(list(dict.fromkeys(placed)))
    return [line for row in rows for line in _lines(reader, row)]


def lines_of_items(reader: Reader, items: Sequence[int]) -> list[Line]:
    """The same for rows that are known by their IDs."""
    return [line for row in reader.items(items) for line in _lines(reader, row)]


def _lines(reader: Reader, item: Item) -> Iterator[Line]:
    link = item.repeat_of or item.inside
    sent = reader.item(link.item) if link is not None else item
    seen = {item.id}
    while sent is not None:
        seen.add(sent.id)
        devices = reader.devices(sent.id)
        named = [device for device in devices if device.device_id == item.identifier.text]
        for device in (named if item.inside is not None and named else devices) or [_nothing_known(sent)]:
            yield Line(item, device, sent, repeat=link is not None)
        following = sent.again_in
        sent = reader.item(following.item) if following is not None and following.item not in seen else None


def _nothing_known(item: Item) -> Device:
    """Stands for the devices of a row that nobody could look up yet."""
    return Device(0, item.id, FoundDevice(item.identifier.text, item.claim_status), item.progress, item.outcome)
