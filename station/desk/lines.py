"""The way to each vendor: found online or offline by trying, with a back-off that a success cuts short."""

from datetime import timedelta

from station.core.errors import CallError, Cause, NotSentError, SignInError
from station.core.news import ConnectionState, LineState
from station.core.target import Account

from .state_parts import Line
from .work import Work

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0


def works(work: Work, connection: str, account: Account | None = None) -> None:
    """A read has succeeded: the line is online, and what waited for it may go."""
    line = work.state.line(connection)
    before = (line.state, line.account, line.needs_read)
    line.account = account or line.account
    line.failures, line.retry_at, line.retry_wall, line.needs_read = 0, 0.0, None, False
    if line.state is not LineState.PAUSED:
        if line.state is not LineState.ONLINE:
            line.since = work.clock.now()
        line.state, line.cause, line.detail = LineState.ONLINE, None, ""
    if account is not None and account != before[1]:
        _remember(work, connection, account)
    if before != (line.state, line.account, line.needs_read):
        tell(work, connection)
        work.wake()


def _remember(work: Work, connection: str, account: Account) -> None:
    """Batches that this run closed before anybody could say whose they are belong to this account."""
    work.store.put(f"account.{connection}", account.id)
    for claimed in work.state.claimed_at:
        batch = work.store.batch(claimed)
        if batch is not None and batch.connection == connection and not batch.account:
            work.store.change_batch(batch.id, account=account.id)


def failed(work: Work, connection: str, error: CallError) -> None:
    """A request did not get through: try again later, or wait for a person where the credentials were refused."""
    line = work.state.line(connection)
    if isinstance(error, SignInError):
        line.clock_off = error.clock_off
        pause(work, connection, error.cause, error.detail)
        return
    if error.cause is not Cause.RATE_LIMIT:  # what the vendor asks to wait is a part of its pace, an outage is not
        work.state.pace.pop(connection, None)
    line.failures += 1
    wait = _wait(work, line, error)
    line.retry_at = max(line.retry_at, work.clock.monotonic() + wait)
    line.retry_wall = work.clock.now() + timedelta(seconds=wait)
    if line.state is not LineState.PAUSED:
        if line.state is not LineState.OFFLINE:
            line.since = work.clock.now()
        line.state, line.cause, line.detail = LineState.OFFLINE, error.cause, error.detail
    work.wake_later(wait)
    tell(work, connection)


def _wait(work: Work, line: Line, error: CallError) -> float:
    """As the vendor says, else doubling, with jitter so that many desks do not come back in one moment."""
    if isinstance(error, NotSentError) and error.retry_after is not None:
        return min(max(error.retry_after, 0.0), 24 * 3600.0)
    return back_off(work, line.failures)


def back_off(work: Work, failures: int) -> float:
    """Seconds to wait after so many failures in a row."""
    longest = min(FIRST_WAIT_S * 2.0 ** min(failures, 10), LONGEST_WAIT_S)
    return longest * work.outside.chance.uniform(0.5, 1.0)


def pause(work: Work, connection: str, cause: Cause | None, detail: str = "") -> None:
    """Stop sending on this connection until a person resumes it."""
    line = work.state.line(connection)
    line.state, line.cause, line.detail, line.since = LineState.PAUSED, cause, detail, work.clock.now()
    tell(work, connection)


def resume(work: Work, connection: str) -> None:
    line = work.state.line(connection)
    line.state, line.cause, line.detail = LineState.UNTRIED, None, ""
    line.failures, line.retry_at, line.retry_wall = 0, 0.0, None
    tell(work, connection)
    work.wake()


def may_try(work: Work, connection: str) -> bool:
    """Whether a request may leave now."""
    line = work.state.line(connection)
    return (
        not work.state.stopping
        and connection in work.state.backends
        and line.state is not LineState.PAUSED
        and line.retry_at <= work.clock.monotonic()
    )


def may_send(work: Work, connection: str) -> bool:
    """Whether a call may leave now: only with the lock on the data folder and a disk that takes the outcome."""
    state = work.state
    ready = state.sends and state.settled_in and state.disk_ok
    return ready and may_try(work, connection) and not state.line(connection).needs_read


def tell(work: Work, connection: str) -> None:
    backend, line = work.backend(connection), work.state.line(connection)
    if backend is None:  # it was taken away
        return
    work.tell(
        ConnectionState(
            connection,
            backend.title,
            line.state,
            line.cause,
            line.detail,
            line.since,
            line.retry_wall,
            line.account,
            line.clock_off,
            connection in work.state.practice,
            backend.traits.noun,
            backend.kind,
        )
    )
