"""What is known of a delivery, fetched ahead for scans without a network: no rows, no claim, no side effect."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from station.backends.base import Backend
from station.core.errors import CallError, Cause, NotSentError, RefusedError
from station.core.finding import ClaimStatus, Finding
from station.core.identifier import Identifier
from station.core.news import FetchedAhead, Refused
from station.labels import read
from station.labels.base import Label

from . import intake, lines, pairing
from .state_parts import Ahead
from .work import Work

PAUSED = "paused"
MOST_TOLD = 200
"""Codes of a delivery that are told of one by one, those with a problem first."""


def begin(work: Work, name: str) -> bool:
    """Begin with a delivery of that name, at the chosen connection; one that is under way is given up."""
    chosen = work.state.chosen
    backend = work.backend(chosen)
    why = "no_connection" if backend is None else "" if backend.traits.look_up else "no_look_up"
    if why:
        work.tell(Refused("fetch_ahead", why, chosen))
        return False
    work.state.ahead = Ahead(FetchedAhead(name, connection=chosen))
    _tell(work)
    return True


def add(work: Work, labels: Sequence[Label], bad: int = 0, *, last: bool = False) -> bool:
    """More of its codes, ``bad`` lines that held none; ``last``: there are no more. False where it was stopped."""
    ahead = work.state.ahead
    if ahead is None or ahead.stopped:
        return False
    for label in labels:
        taken = [_join(work, ahead, label, each) for each in label.identifiers] if label.refusal is None else []
        bad += not any(taken)
    ahead.read |= last
    ahead.told = replace(ahead.told, total=len(ahead.wanted), bad=ahead.told.bad + bad)
    _tell(work)
    work.wake()
    return True


def stop(work: Work) -> None:
    """Ask about nothing more; what was fetched is kept."""
    ahead = work.state.ahead
    if ahead is not None:
        ahead.stopped = True
        ahead.waiting.clear()
        _tell(work)


def found(work: Work) -> tuple[tuple[str, Finding | None], ...]:
    """The codes of the delivery as they may be shown, with what is known of each; those that are no good come first."""
    ahead = work.state.ahead
    if ahead is None:
        return ()
    some = list(ahead.wanted.items())[: 5 * MOST_TOLD]
    told = [(each.text, work.store.finding(connection, each)) for (connection, _), each in some]
    told.sort(key=lambda one: one[1] is not None and one[1].status in (ClaimStatus.UNCLAIMED, ClaimStatus.UNCHECKED))
    return tuple(told[:MOST_TOLD])


def keep(work: Work, connection: str, finding: Finding) -> None:
    """Keep a finding with its age; what it told of the devices of a kit is known of each of them, too."""
    work.store.keep_finding(connection, finding)
    backend = work.backend(connection)
    if backend is None or finding.what != "kit":
        return
    for device in finding.devices:
        alone = _alone(backend, device.device_id)
        known = work.store.finding(connection, alone) if alone is not None else None
        if alone is not None and (known is None or known.at <= finding.at):
            work.store.keep_finding(connection, Finding(alone, device.status, finding.at, "device", devices=(device,)))


def _alone(backend: Backend, device_id: str) -> Identifier | None:
    """How a device of a kit would be read, were its own label scanned."""
    label = read(device_id)
    if label.refusal is not None or len(label.identifiers) != 1:
        return None
    taken = pairing.accept(backend, label, label.identifiers[0])
    return taken if taken is not None and not taken.missing and not taken.secrets else None


def _join(work: Work, ahead: Ahead, label: Label, identifier: Identifier) -> bool:
    connection, accepted, fits = intake.connection_for(work, label, identifier)
    backend = work.backend(connection)
    if accepted is None or fits or accepted.missing or backend is None or not backend.traits.look_up:
        return False
    if (connection, accepted.key) not in ahead.wanted:
        ahead.wanted[connection, accepted.key] = accepted
        ahead.waiting.append((connection, accepted))
    return True


def pump(work: Work) -> None:
    """Ask about as much as each vendor takes at once, after what rows wait for; else wait for the line, as they do."""
    ahead = work.state.ahead
    while ahead is not None and ahead.waiting:
        connection = ahead.waiting[0][0]
        backend, line = work.backend(connection), work.state.line(connection)
        if backend is None:
            ahead.told = replace(ahead.told, failed=ahead.told.failed + len(ahead.waiting))
            ahead.waiting.clear()
            _tell(work)
        elif not lines.may_try(work, connection):
            _wait(work, ahead, str(line.cause or PAUSED))
            return
        elif work.state.looking.get(connection, 0) >= (
            backend.settings.look_ups_at_once or backend.traits.look_ups_at_once
        ):
            return
        else:
            _ask(work, ahead, connection, backend)


def _wait(work: Work, ahead: Ahead, cause: str) -> None:
    if ahead.told.problem != cause:
        ahead.told = replace(ahead.told, problem=cause)
        _tell(work)


def _ask(work: Work, ahead: Ahead, connection: str, backend: Backend) -> None:
    before = list(ahead.waiting)
    chunk: list[Identifier] = []
    while ahead.waiting and ahead.waiting[0][0] == connection and len(chunk) < backend.traits.look_ups_a_call:
        chunk.append(ahead.waiting.popleft()[1])
    _request(work, ahead, connection, backend, chunk)
    work.undo.append(partial(_restore, ahead, before))


def _restore(ahead: Ahead, waiting: list[tuple[str, Identifier]]) -> None:
    ahead.waiting = deque(waiting)


def _request(work: Work, ahead: Ahead, connection: str, backend: Backend, chunk: list[Identifier]) -> None:
    work.state.looking[connection] = work.state.looking.get(connection, 0) + 1
    ahead.looking += 1
    work.undo.append(lambda: _one_less(work, ahead, connection))
    target = work.store.get(f"target.{connection}") or backend.settings.target
    work.ask(connection, lambda: backend.look_up(chunk, target), settle, ahead, connection, chunk)


def _one_less(work: Work, ahead: Ahead, connection: str) -> None:
    work.state.looking[connection] -= 1
    ahead.looking -= 1


def settle(
    work: Work, ahead: Ahead, connection: str, chunk: list[Identifier], findings: list[Finding] | None,
    error: BaseException | None,
) -> None:
    """The answer (or the failure) of one request; of a delivery that was given up, the findings are kept all the same.
    """
    work.after.append(lambda: _settled(work, ahead, connection))
    backend, told = work.backend(connection), ahead.told
    if error is None and findings is not None and len(findings) == len(chunk):
        lines.works(work, connection)
        for finding in findings:
            keep(work, connection, finding)
        missing = sum(each.status is ClaimStatus.NOT_FOUND for each in findings)
        devices = sum(len(each.devices) for each in findings)
        ahead.told = replace(told, known=told.known + len(findings) - missing, not_found=told.not_found + missing,
                             devices=told.devices + devices, problem="")
    elif isinstance(error, RefusedError) and len(chunk) > 1 and backend is not None:
        middle = len(chunk) // 2
        for half in (chunk[:middle], chunk[middle:]):
            _request(work, ahead, connection, backend, half)
    elif isinstance(error, RefusedError):
        ahead.told = replace(told, failed=told.failed + len(chunk))
    else:
        failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
        lines.failed(work, connection, failure)
        if not ahead.stopped:
            ahead.waiting.extendleft((connection, each) for each in reversed(chunk))


def lost(
    work: Work, ahead: Ahead, connection: str, chunk: list[Identifier], _findings: object, _error: object,
    _fault: Exception,
) -> None:
    """Settling failed by a fault of ours: these count as failed, and the others go on."""
    work.after.append(lambda: _settled(work, ahead, connection))
    ahead.told = replace(ahead.told, failed=ahead.told.failed + len(chunk))


settle.rescue = lost  # type: ignore[attr-defined]


def _settled(work: Work, ahead: Ahead, connection: str) -> None:
    _one_less(work, ahead, connection)
    work.outside.later(0, _go_on)


def _go_on(work: Work) -> None:
    _tell(work)
    work.wake()


def _tell(work: Work) -> None:
    """How far it has come; it is done once nothing waits and nothing is under way."""
    ahead = work.state.ahead
    if ahead is not None:
        idle = not ahead.looking and not ahead.waiting
        work.tell(replace(ahead.told, done=idle and (ahead.read or ahead.stopped)))
