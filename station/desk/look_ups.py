"""Asking a backend what rows are: free of side effects, repeated at will, every answer kept with its age."""

from collections.abc import Sequence
from functools import partial
from itertools import islice

from station.backends.base import Backend
from station.core.errors import CallError, Cause, NotSentError, RefusedError, SignInError
from station.core.finding import ClaimStatus, Finding
from station.core.item import Check, Item
from station.core.news import LineState
from station.core.progress import Progress

from . import lines, naming, repeats
from .work import Work


def want(work: Work, items: Sequence[Item]) -> None:
    """Put rows in line for a look-up; the requests leave after this task's commit."""
    for item in items:
        backend = work.backend(item.connection)
        if backend is None or item.fits or item.identifier.missing:
            continue
        if not backend.traits.look_up:
            _show(work, item, Check.NONE)
            continue
        work.state.wanted.setdefault(item.connection, {})[item.id] = None
        offline = work.state.line(item.connection).state in (LineState.OFFLINE, LineState.PAUSED)
        _show(work, item, Check.OFFLINE if offline else Check.CHECKING)
    work.wake()


def resume(work: Work, connection: str = "") -> None:
    """Whatever is open (of one connection, or of all) is asked again, in slices."""
    want_slice(work, work.store.open_ids(), 0, connection)


def want_slice(work: Work, ids: Sequence[int], begin: int, connection: str = "") -> None:
    """Put a slice of rows in line, and see to the rest after what else has come."""
    rows = [row for row in work.store.items(ids[begin : begin + SLICE]) if connection in ("", row.connection)]
    want(work, [row for row in rows if _still_open(row) and row.repeat_of is None and row.inside is None])
    if begin + SLICE < len(ids):
        work.after.append(lambda: work.outside.later(0, want_slice, ids, begin + SLICE, connection))


SLICE = 100
"""Rows seen to in one task, so that a scan in between does not wait."""


def pump(work: Work) -> None:
    """Send as many look-ups as each backend takes at once."""
    for connection, wanted in work.state.wanted.items():
        backend = work.backend(connection)
        if backend is None or not lines.may_try(work, connection):
            continue
        while wanted and work.state.looking.get(connection, 0) < _at_once(backend):
            chunk = list(islice(wanted, at_a_time(work, connection, backend)))
            for item in chunk:
                del wanted[item]
            work.undo.append(partial(_want_again, wanted, chunk))
            _ask(work, connection, chunk)


def at_a_time(work: Work, connection: str, backend: Backend) -> int:
    """Rows in one look-up: fewer after it failed on its way, for it may be many requests, and one lost is all lost."""
    return min(work.state.chunks.get(connection, backend.traits.look_ups_a_call), backend.traits.look_ups_a_call)


def went_well(work: Work, connection: str, rows: int) -> None:
    """The next look-up may be twice as large as one that got through."""
    known = work.state.chunks.get(connection)
    if known is not None and rows >= known:
        backend = work.backend(connection)
        work.state.chunks[connection] = 2 * known
        if backend is None or 2 * known >= backend.traits.look_ups_a_call:
            del work.state.chunks[connection]


def went_wrong(work: Work, connection: str, rows: int) -> None:
    """The next look-up is half as large as one that failed on its way."""
    if rows > 1:
        work.state.chunks[connection] = rows // 2


def _at_once(backend: Backend) -> int:
    return backend.settings.look_ups_at_once or backend.traits.look_ups_at_once


def _want_again(wanted: dict[int, None], chunk: Sequence[int]) -> None:
    wanted.update(dict.fromkeys(chunk))


def _ask(work: Work, connection: str, ids: Sequence[int]) -> None:
    backend = work.state.backends[connection]
    items = [item for item in work.store.items(ids) if _still_open(item)]
    if not items:
        return
    batch = work.store.batch(items[0].batch)
    target = batch.target if batch else ""
    identifiers = [item.identifier for item in items]
    work.state.looking[connection] = work.state.looking.get(connection, 0) + 1
    work.undo.append(lambda: _one_less(work, connection))
    work.ask(
        connection, lambda: backend.look_up(identifiers, target), settle, connection, [item.id for item in items]
    )


def _still_open(item: Item) -> bool:
    return item.progress is Progress.OPEN and not item.closed and not item.identifier.missing


def settle(
    work: Work, connection: str, ids: list[int], findings: list[Finding] | None, error: BaseException | None
) -> None:
    """The answer (or the failure) of one look-up request."""
    work.after.append(lambda: _one_less(work, connection))
    if error is None and findings is not None and len(findings) == len(ids):
        lines.works(work, connection)
        went_well(work, connection, len(ids))
        for item, finding in zip(work.store.items(ids), findings, strict=False):
            show_finding(work, item, finding)
    else:
        _not_told(work, connection, ids, error)
    work.wake()


def lost(
    work: Work, connection: str, ids: list[int], _findings: object, _error: object, _fault: Exception
) -> None:
    """Settling failed by a fault of ours: the rows say that their look-up failed, and the others go on."""
    work.after.append(lambda: _one_less(work, connection))
    for item in work.store.items(ids):
        if _still_open(item):
            _show(work, item, Check.FAILED)
    work.wake()


settle.rescue = lost  # type: ignore[attr-defined]


def _one_less(work: Work, connection: str) -> None:
    work.state.looking[connection] -= 1


def show_finding(work: Work, item: Item, finding: Finding) -> None:
    """Keep a finding and show it on the row that asked, if that row is still open and still means the same."""
    work.store.keep_finding(item.connection, finding)
    if not _still_open(item) or finding.identifier != item.identifier:
        return
    # Asked, and not told: this vendor says nothing of a device before it is claimed.
    check = Check.NONE if finding.status is ClaimStatus.UNCHECKED else Check.IDLE
    work.store.apply_finding(item.id, finding, check=check)
    work.touch(item.id)
    _link(work, item, finding)
    naming.give(work, [item.id])


def _link(work: Work, item: Item, finding: Finding) -> None:
    """A device in two rows is sent from one: the kit's, else the row that was there first."""
    for device in work.store.devices(item.id):
        other = repeats.live_device(work, item.connection, device.device_id, other_than=item.id)
        if other is None:
            continue
        there = work.item(other.item)
        single = there.what != "kit" and there.progress is Progress.OPEN and not there.closed
        if finding.what == "kit" and single:
            work.store.change_item(there.id, inside=item.id)
            work.touch(there.id)
        elif finding.what == "kit":
            work.store.link_device(device.id, there.id)
        elif there.what == "kit":
            work.store.change_item(item.id, inside=there.id)
        else:
            work.store.change_item(item.id, repeat_of=there.id)


def _not_told(work: Work, connection: str, ids: list[int], error: BaseException | None) -> None:
    """No answer: offline rows wait for the line; a request that is refused as a whole is cut in half."""
    wanted = work.state.wanted.setdefault(connection, {})
    if isinstance(error, RefusedError) and len(ids) > 1:
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            _ask(work, connection, half)
        return
    refused = isinstance(error, RefusedError)
    known_offline = work.state.line(connection).state in (LineState.OFFLINE, LineState.PAUSED)
    failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
    if not refused:
        went_wrong(work, connection, len(ids))
        lines.failed(work, connection, failure)
        wanted.update(dict.fromkeys(ids))
    check = Check.FAILED if refused or isinstance(error, SignInError) else Check.OFFLINE
    _show_slice(work, ids, check, 0)
    if not refused and not known_offline:  # else they say so already
        work.after.append(lambda: work.outside.later(0, _show_slice, list(wanted), check, 0))


def _show_slice(work: Work, ids: Sequence[int], check: Check, begin: int) -> None:
    for item in work.store.items(ids[begin : begin + SLICE]):
        waits = item.id in work.state.wanted.get(item.connection, ())
        back = check is Check.OFFLINE and work.state.line(item.connection).state is LineState.ONLINE
        if _still_open(item) and not back and (waits or check is Check.FAILED):
            _show(work, item, check)
    if begin + SLICE < len(ids):
        work.after.append(lambda: work.outside.later(0, _show_slice, ids, check, begin + SLICE))


def _show(work: Work, item: Item, check: Check) -> None:
    if item.check is not check:
        work.store.change_item(item.id, check=check)
    work.touch(item.id)

