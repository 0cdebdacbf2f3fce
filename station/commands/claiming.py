"""``station claim``: a dry run unless told otherwise, else a batch of its own that is placed, sent and waited for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_hex

from station.core.errors import CallError, NotSentError
from station.core.news import LineState
from station.core.progress import Progress
from station.core.target import Target
from station.desk import orders, places
from station.desk.orders import Entry, Line, Standing
from station.desk.placing import Placed, place
from station.desk.ports import Reader
from station.words import advise, say

from .answers import Exit, Stop, note, worst
from .entries import entries_of, read_fields
from .finding import is_cut_off, look_up, rehearse
from .results import UNDER_WAY, put_lines, put_rehearsed, status_of
from .running import Session, running, why

TARGETS_WITHIN_S = 30.0
"""How long the list of targets is waited for before the target is taken as it was given."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    ids: Sequence[str] = ()
    file: str = ""
    fields: Sequence[str] = ()
    target: str = ""
    batch: str = ""
    dry_run: bool = True
    unseen_kits: bool = False
    backend: str = ""
    by: str = ""
    wait_s: float = 120.0
    as_json: bool = False


def claim(wanted: Wanted) -> Exit:
    """Claim, or rehearse it; gives the exit status."""
    fields = read_fields(wanted.fields)
    with running(sends=not wanted.dry_run) as session:
        standing = session.stand(wanted.backend)
        operator = (wanted.by or session.station.settings.operator).strip()
        if not operator and not wanted.dry_run:
            raise Stop(say("cli.no_operator"))
        entries = entries_of(wanted.ids, wanted.file, fields, standing.accept)
        standing = aim(session, standing, wanted.target)
        if standing.practice:
            note(say("band.practice"))
        if wanted.dry_run:
            return _rehearse(session, standing, entries, operator, wanted.as_json)
        name = wanted.batch or f"cli-{datetime.now(UTC):%Y%m%dT%H%M%S}-{token_hex(3)}"
        placed = _place(session, standing, name, entries, operator, wanted.unseen_kits)
        if placed.known:
            note(say("cli.batch_known", name=name))
        lines = settle(session, standing, placed.batch, wanted.wait_s)
        put_lines(lines, wanted.as_json, placed.batch)
        say_what_waits(session, standing, lines, placed.batch, name)
        return status_of(lines)


def aim(session: Session, standing: Standing, target: str) -> Standing:
    """The standing with the target that was asked for, by ID or title. Raises ``Stop`` where there is no such one."""
    known = _targets(session, standing.connection)
    standing = session.stand(standing.connection)  # on the first run the only target is chosen by now
    wanted = target or standing.target
    if not wanted:
        raise Stop(say("cli.no_target"))
    if known is None:
        return replace(standing, target=wanted, target_title=target or standing.target_title)
    found = [each for each in known if each.id == wanted] or [each for each in known if each.title == wanted]
    if len(found) != 1:
        raise Stop(say("cli.unknown_target", target=wanted, title=standing.title))
    if found[0].may_claim is False:
        raise Stop(say("cli.closed_target", target=found[0].title))
    return replace(standing, target=found[0].id, target_title=found[0].title)


def _targets(session: Session, connection: str) -> Sequence[Target] | None:
    """The targets that the account sees; None where the backend cannot be asked."""
    session.wait_for(lambda: connection in session.targets or session.is_failing(connection), TARGETS_WITHIN_S)
    if connection in session.targets:
        return session.targets[connection].targets
    if session.is_cut_off(connection):
        return None
    try:
        _, found = session.ask(connection, places.read)
    except CallError:
        return None
    return list(found)


def _rehearse(
    session: Session, standing: Standing, entries: Sequence[Entry], operator: str, as_json: bool
) -> Exit:
    try:
        told = rehearse(session, standing, look_up(session, standing, entries), operator)
    except CallError as error:
        note(why(error, standing.title))
        return Exit.QUEUED if isinstance(error, NotSentError) else Exit.UNKNOWN
    put_rehearsed(told, as_json)
    note(say("cli.rehearsed", target=standing.target_title))
    return worst(each.status for each in told)


def _place(
    session: Session, standing: Standing, name: str, entries: Sequence[Entry], operator: str, unseen_kits: bool
) -> Placed:
    """Look the entries up, then write them as one closed batch; offline they are written as they are."""
    content = orders.digest(standing.connection, standing.target, [entry.identifier for entry in entries])
    known = session.read(lambda reader: reader.batch_named(name))
    if known is None:
        try:
            entries = look_up(session, standing, entries)
        except CallError as error:
            if not is_cut_off(error):
                raise Stop(why(error, standing.title), Exit.REFUSED) from error
    placed = place(session.do, standing, name, content, entries, operator, unseen_kits)
    if placed.problem == "name_taken":
        raise Stop(say("cli.name_taken", name=name))
    if placed.problem:
        raise Stop(say("cli.no_seal"), Exit.REFUSED)
    return placed


def settle(session: Session, standing: Standing, batch: str, wait_s: float) -> list[Line]:
    """An order's lines once nothing of it is under way, nothing can be sent for now, or the time is over."""
    def read(reader: Reader) -> tuple[list[Line], bool]:
        kept = reader.batch(batch)
        return orders.lines_of(reader, batch), bool(kept and kept.paused)

    latest: list[Line] = []

    def settled() -> bool:
        nonlocal latest
        latest, paused = session.read(read)
        return is_over(session, standing, latest, paused)

    session.wait_for(settled, wait_s)
    return latest


def is_over(session: Session, standing: Standing, lines: Sequence[Line], paused: bool) -> bool:
    """Whether waiting longer brings nothing: all is settled, or what waits cannot leave this process."""
    waiting = {line.device.progress for line in lines} & UNDER_WAY
    if not waiting:
        return True
    if waiting != {Progress.QUEUED}:
        return False
    sends = session.do(orders.stand, standing.connection)
    return paused or (sends is not None and sends.sends and session.is_cut_off(standing.connection))


def say_what_waits(session: Session, standing: Standing, lines: Sequence[Line], batch: str, name: str) -> None:
    """A sentence for what is not settled: why, and what to do next."""
    progresses = [line.device.progress for line in lines]
    queued, unclear = progresses.count(Progress.QUEUED), sum(
        progresses.count(each) for each in (Progress.SENDING, Progress.UNKNOWN, Progress.HELD)
    )
    if queued:
        _say_why(session, standing, batch, name)
        now = session.stand(standing.connection)
        note(say("cli.queued" if now.sends else "cli.queued_elsewhere", n=queued, name=name))
    if unclear:
        note(say("cli.unclear", n=unclear, name=name))


def _say_why(session: Session, standing: Standing, batch: str, name: str) -> None:
    """Why nothing leaves now: the batch is paused, or the way to the backend is."""
    kept = session.read(lambda reader: reader.batch(batch))
    state = session.states.get(standing.connection)
    if kept is not None and kept.paused:
        cause = advise("error", kept.paused, title=standing.title).cause
        note(say("cli.batch_paused", name=name, why=cause))
    elif state is not None and state.cause is not None:
        note(f"{advise('error', str(state.cause), title=standing.title).cause}.")
    elif state is not None and state.state is LineState.PAUSED:
        note(say("cli.is_paused", title=standing.title))
