"""What pauses, and what is waited for: sign-in, targets, Retry-After, clocks, releases."""


from station.core.errors import CallError, Cause, NotSentError, SignInError, TargetError
from station.core.news import ConnectionState, LineState
from station.core.outcome import HowKnown, OutcomeKind
from station.core.progress import Progress
from station.desk import pauses, releases

from .bench import PATIENCE_S, Bench, kind_of
from .conftest import Open
from .scripted import MovedClock, Script, fails, in_time, lost_before, wait_for

KIT = "maple-harbor-lantern"
SINGLE = "c1sample0000000000d0"
OTHER = "c1sample0000000000d1"
QUIET_S = 125.0


def test_401_in_mid_batch_pauses_only_that_connection_and_loses_nothing(opened: Open, script: Script) -> None:
    script.claims = [fails(SignInError(Cause.CREDENTIALS, "expired", status=401))]
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    paused = bench.until(lambda: _line(bench, LineState.PAUSED))
    assert paused.cause is Cause.CREDENTIALS
    bench.becomes(row, Progress.QUEUED)
    bench.station.desk.do(pauses.resume, "local").result(PATIENCE_S)
    assert kind_of(bench.becomes(row, Progress.CLAIMED)) == (OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER)


def _line(bench: Bench, state: LineState) -> ConnectionState | None:
    line = bench.last(ConnectionState)
    return line if line is not None and line.state is state else None


def test_a_target_that_is_gone_pauses_the_batch_and_not_the_connection(opened: Open, script: Script) -> None:
    script.claims = [fails(TargetError(Cause.NO_TARGET, "gone", status=404))]
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    assert wait_for(lambda: "no_target" in _paused(bench))
    bench.becomes(row, Progress.QUEUED)
    (second,) = bench.scan_and_claim(OTHER)
    bench.becomes(second, Progress.CLAIMED)
    assert bench.rows[row].progress is Progress.QUEUED
    assert len(script.sent) == 2


def _paused(bench: Bench) -> list[str]:
    return bench.station.desk.read(lambda reader: [batch.paused for batch in reader.batches()]).result(PATIENCE_S)


def test_retry_after_is_waited_for_and_cut_short_by_try_now(opened: Open, script: Script, clock: MovedClock) -> None:
    busy: CallError = NotSentError(Cause.RATE_LIMIT, "slow down", status=429, retry_after=600.0)
    script.claims = [fails(busy), fails(busy)]
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    bench.until(lambda: _line(bench, LineState.OFFLINE))
    bench.becomes(row, Progress.QUEUED)
    clock.leap(500)
    assert not wait_for(lambda: len(script.sent) > 1, 0.6)
    assert wait_for(lambda: len(script.sent) == 2 or clock.leap(101))
    bench.becomes(row, Progress.QUEUED)
    bench.station.desk.do(pauses.try_now).result(PATIENCE_S)
    bench.becomes(row, Progress.CLAIMED)


def test_the_wall_clock_set_back_changes_nothing(opened: Open, script: Script, clock: MovedClock) -> None:
    script.claims = [lost_before]
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    bench.until(lambda: script.confirms or None)
    clock.wall_off_s = -86400.0
    clock.leap(QUIET_S)
    in_time(bench, clock, row, Progress.CLAIMED)
    assert len(script.sent) == 2


def test_a_device_that_was_released_is_never_claimed_again_by_itself(opened: Open, script: Script) -> None:
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    bench.becomes(row, Progress.CLAIMED)
    assert bench.station.desk.do(releases.release, [row], "Anna").result(PATIENCE_S) == 1
    bench.becomes(row, Progress.RELEASED)
    assert len(script.sent) == 1
