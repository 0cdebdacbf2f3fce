"""``station queue``: what waits or nobody can tell; sent now, paused, resumed, taken back, decided by a
person."""

from collections.abc import Sequence

from station.core.progress import Progress
from station.desk import decisions, orders, pauses, queue
from station.desk.decisions import Choice
from station.desk.orders import Line, Standing
from station.desk.ports import Order, Reader, Show
from station.labels import read as read_label
from station.words import advise, say

from .answers import Exit, Stop, note, put_json
from .claiming import is_over
from .results import put_lines, status_of
from .running import Session, reading, running

_WAITS = frozenset({Progress.QUEUED, Progress.SENDING, Progress.UNKNOWN, Progress.HELD})


def list_queue(backend: str, as_json: bool) -> Exit:
    """What waits, without touching it."""
    with reading() as (reader, _):
        lines = waiting(reader, backend)
        put_lines(lines, as_json)
        if not lines:
            note(say("cli.queue_empty"))
        for each in dict.fromkeys(line.row.batch for line in lines):
            batch = reader.batch(each)
            if batch is not None and batch.paused:
                cause = advise("error", batch.paused, title=batch.connection).cause
                note(say("cli.batch_paused", name=batch.name or batch.id, why=cause))
        return status_of(lines)


def waiting(reader: Reader, connection: str = "") -> list[Line]:
    """All devices that are queued, under way, unknown or held."""
    rows = list(reader.item_ids(Order(descending=False, show=Show.WAITING)))
    lines = orders.lines_of_items(reader, rows)
    return [
        line
        for line in lines
        if line.device.progress in _WAITS and not line.repeat and connection in ("", line.item.connection)
    ]


def sync(backend: str, wait_s: float, as_json: bool) -> Exit:
    """Send what waits and ask about what is unknown, now; gives what became of it."""
    with running(sends=True) as session:
        standing = session.stand(backend)
        before = session.read(lambda reader: waiting(reader, backend))
        rows = list(dict.fromkeys(line.item.id for line in before))
        session.wait_for(
            lambda: standing.connection in session.targets or session.is_cut_off(standing.connection), wait_s
        )
        session.do(pauses.try_now, backend)
        lines = await_rows(session, rows, wait_s)
        put_lines(lines, as_json)
        if not rows:
            note(say("cli.queue_empty"))
        _say_who_sends(session, lines)
        return status_of(lines)


def retry(backend: str, as_json: bool) -> Exit:
    """Do not wait for the back-off: try now what waits, and say how it stands."""
    return sync(backend, 5.0, as_json)


def await_rows(session: Session, rows: Sequence[int], wait_s: float) -> list[Line]:
    """The lines of rows once nothing of them is under way any more, or the time is over."""
    latest: list[Line] = []

    def settled() -> bool:
        nonlocal latest
        latest = session.read(lambda reader: orders.lines_of_items(reader, rows))
        by_connection: dict[str, list[Line]] = {}
        for line in latest:
            by_connection.setdefault(line.item.connection, []).append(line)
        return all(_is_over(session, name, lines) for name, lines in by_connection.items())

    session.wait_for(settled, wait_s)
    return latest


def _is_over(session: Session, connection: str, lines: Sequence[Line]) -> bool:
    standing = session.do(orders.stand, connection)
    paused = session.read(
        lambda reader: all((batch := reader.batch(line.row.batch)) is not None and bool(batch.paused) for line in lines)
    )
    return standing is None or is_over(session, standing, lines, paused)


def _say_who_sends(session: Session, lines: Sequence[Line]) -> None:
    left = sum(line.device.progress in _WAITS for line in lines)
    standing = session.do(orders.stand)
    if left and standing is not None and not standing.sends:
        note(say("cli.queued_elsewhere", n=left, name=""))


def pause(backend: str, resume: bool, as_json: bool) -> Exit:
    """Send nothing more on a connection, or send again."""
    with running(sends=resume) as session:
        standing = session.stand(backend)
        session.do(pauses.resume if resume else pauses.pause, standing.connection)
        if as_json:
            put_json({"connection": standing.connection, "paused": not resume})
        note(say("cli.resumed" if resume else "cli.paused", connection=standing.connection))
        return Exit.DONE


def decide(text: str, choice: Choice, by: str, reason: str, backend: str, as_json: bool) -> Exit:
    """Settle what is held, as a named person says."""
    if not by.strip() or not reason.strip():
        raise Stop(advise("wish", "no_name_or_reason"))
    with running(sends=True) as session:
        standing = session.stand(backend)
        rows = session.read(lambda reader: find_rows(reader, standing, text, Progress.HELD))
        if not rows:
            raise Stop(advise("wish", "not_held"))
        session.do(decisions.decide, rows, choice, by, reason)
        lines = await_rows(session, rows, 30.0 if choice is Choice.FREE else 5.0)
        put_lines(lines, as_json)
        return status_of(lines)


def take_back(text: str, by: str, backend: str, as_json: bool) -> Exit:
    """Queued devices go back to open; nothing is sent by this process meanwhile."""
    if not by.strip():
        raise Stop(advise("wish", "no_operator"))
    with running(sends=False) as session:
        standing = session.stand(backend)
        rows = session.read(lambda reader: find_rows(reader, standing, text, Progress.QUEUED))
        if not rows or not session.do(queue.take_back, rows, by):
            raise Stop(advise("wish", "not_queued"))
        put_lines(session.read(lambda reader: orders.lines_of_items(reader, rows)), as_json)
        return Exit.DONE


def find_rows(reader: Reader, standing: Standing, text: str, progress: Progress) -> list[int]:
    """The rows that a label's text names and that have devices so far. Raises ``Stop`` for a part of a kit."""
    named = [standing.accept(each) for each in read_label(text).identifiers]
    keys = {each.key for each in named if each is not None}
    texts = {each.text for each in named if each is not None}
    found: list[int] = []
    for batch in reader.batches(limit=100_000):
        for item in reader.items_of(batch.id) if batch.connection == standing.connection else ():
            if not dict(item.tally).get(progress):
                continue
            devices = [each for each in reader.devices(item.id) if each.progress is progress]
            if item.identifier.key not in keys:
                if not any(each.device_id in texts for each in devices):
                    continue
                if len(devices) > 1:
                    raise Stop(say("cli.part_of_kit", identifier=text, kit=item.identifier.text))
            found.append(item.id)
    return found
