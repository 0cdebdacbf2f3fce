"""Setting connections up, trying them and taking them away, while the desk runs."""

from station.backends.base import Backend
from station.core.call import CallState
from station.core.errors import CallError, Cause, NotSentError, SignInError
from station.core.news import ConnectionGone, ConnectionTried, Refused

from . import batches, lines, look_ups, pauses, places
from .places import Read
from .state_parts import Line
from .work import Work


def set_up(work: Work, backend: Backend) -> None:
    """Add a connection, or replace the one of its name: what comes from now on goes there.

    What waits under that name is sent only where kind, address and account are still those of its batch.
    """
    name, before = backend.connection, work.backend(backend.connection)
    if before is backend:
        return
    if before is not None and (before.kind, before.address) != (backend.kind, backend.address):
        _forget_places(work, name)
    for batch in work.store.batches(pauses.EVERY):
        if batch.connection == name and batch.paused == Cause.ACCOUNT_CHANGED:
            again = (batch.kind, batch.address) == (backend.kind, backend.address)
            work.store.change_batch(batch.id, paused="" if again else batch.paused)
    work.after.append(lambda: _put(work, backend, before))
    work.after.append(lambda: work.outside.post(begin, name))


def _put(work: Work, backend: Backend, before: Backend | None) -> None:
    """Once it is on disk."""
    state, name = work.state, backend.connection
    state.backends[name] = backend
    state.lines[name] = Line(needs_read=state.line(name).needs_read)
    state.limits.pop(name, None)
    if backend.app is None:
        state.practice -= {name}
    if before is not None:
        work.outside.retire(before)


def begin(work: Work, name: str) -> None:
    """A connection that was set up just now: who it is, what it sees, and the rows that wait for it."""
    if work.backend(name) is None:
        return
    if work.state.chosen not in work.state.backends:
        work.state.chosen = name
        work.store.put("chosen", name)
    lines.tell(work, name)
    pauses.remember(work)
    places.read_targets(work, name)
    look_ups.resume(work, name)
    batches.plan(work)
    work.wake()


def take_away(work: Work, name: str) -> bool:
    """Take a connection away that has nothing under way; its rows stay, and are not sent while there is none."""
    backend = work.backend(name)
    if backend is None:
        work.tell(Refused("take_away", "no_connection", name))
        return False
    in_flight = any(call.connection == name for call in work.store.calls(CallState.SENDING))
    if work.store.unfinished(name) or in_flight or name in work.state.busy:
        work.tell(Refused("take_away", "not_finished", name))
        return False
    left = [each for each in work.state.backends if each != name]
    chosen = left[0] if left and work.state.chosen == name else work.state.chosen if left else ""
    _forget_places(work, name)
    work.store.put(f"paused.{name}", "")
    work.store.put("chosen", chosen)
    work.tell(ConnectionGone(name))
    work.after.append(lambda: _drop(work, backend, chosen))
    work.after.append(lambda: work.outside.post(batches.plan))
    return True


def _drop(work: Work, backend: Backend, chosen: str) -> None:
    state, name = work.state, backend.connection
    state.backends.pop(name, None)
    state.lines.pop(name, None)
    state.wanted.pop(name, None)
    state.limits.pop(name, None)
    state.chosen = chosen
    work.outside.retire(backend)


def _forget_places(work: Work, name: str) -> None:
    """Targets and account of one vendor mean nothing at another."""
    for what in ("target", "target_title", "account"):
        work.store.put(f"{what}.{name}", "")


def try_out(work: Work, backend: Backend) -> None:
    """Ask who we are and what we see, with a backend that need not be set up; the answer comes as news."""
    used = work.backend(backend.connection) is backend

    def done(answer: Read | None, error: BaseException | None) -> None:
        work.outside.post(tried, backend.connection, answer, error)
        if not used:
            work.outside.retire(backend)

    work.after.append(lambda: work.outside.submit_to(backend, lambda: places.read(backend), done))


def tried(work: Work, name: str, answer: Read | None, error: BaseException | None) -> None:
    """What the test call told."""
    if answer is not None:
        account, targets = answer
        work.tell(ConnectionTried(name, account, tuple(targets)))
        return
    failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
    clock_off = failure.clock_off if isinstance(failure, SignInError) else None
    work.tell(ConnectionTried(name, None, (), failure.cause, failure.detail, clock_off))
