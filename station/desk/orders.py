"""Batches that arrive whole, from a command line: looked up without rows, and what has become of them."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from station.backends.base import Backend, Traits
from station.core.errors import CallError, Cause, NotSentError
from station.core.finding import Finding, FoundDevice
from station.core.identifier import Identifier
from station.core.item import Device, Item
from station.core.news import LineState
from station.core.scan import Scan

from . import ahead, lines, pauses
from . import repeats as repeats_of
from .ports import Reader
from .work import Work

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
