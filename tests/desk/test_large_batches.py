"""Large batches: work in slices lets scans in between, a cut-off Claim goes on, and look-ups find their size."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from station.core.errors import Cause, NotSentError
from station.core.identifier import Identifier
from station.core.scan import Scan
from station.desk import batches, intake, pauses, queue
from station.desk.queueing import SLICE
from station.desk.summaries import QUEUEING
from station.desk.work import Work

from .bench import PATIENCE_S, Bench
from .conftest import Open
from .scripted import MovedClock, Script, wait_for

DOWN = NotSentError(Cause.CONNECT, "no route")
ROWS = 2 * SLICE + 20


def scan_all(bench: Bench, count: int, kind: str = "big") -> None:
    scans = [Scan(f"{kind}-{number:04d}".encode(), "practice", datetime.now(UTC)) for number in range(count)]
    for future in [bench.station.desk.do(intake.keep, scan) for scan in scans]:
        future.result(PATIENCE_S)


def waiting(bench: Bench) -> list[tuple[str, int]]:
    """Each batch that waits: what it is paused for, and its devices that are queued."""
    return bench.station.desk.do(
        lambda work: [(batch.paused, work.store.under_way([batch.id])) for batch in work.store.waiting_batches()]
    ).result(PATIENCE_S)


def claim_and_cut_off(work: Work, revisions: list[tuple[str, int]]) -> bool:
    """As if the power had failed after the first slice: what was to follow never does."""
    done = batches.claim(work, revisions, "Anna")
    work.after.clear()
    return done


def test_work_that_begins_itself_anew_lets_a_scan_in_between(bench: Bench) -> None:
    turns: list[int] = []

    def turn(work: Work, left: int) -> None:
        turns.append(left)
        if left:
            work.after.append(partial(work.outside.later, 0, turn, left - 1))

    bench.choose()
    bench.station.desk.do(turn, 2_000)
    bench.scan("big-0000")
    heard_after = len(turns)
    assert wait_for(lambda: len(turns) == 2_001)
    assert heard_after < 1_000


def test_a_large_batch_is_queued_in_slices_and_sent_only_after_the_last(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    script.down = DOWN
    bench = opened()
    bench.choose()
    scan_all(bench, ROWS)
    assert bench.claim()
    scan_all(bench, 1, "meanwhile")
    assert wait_for(lambda: waiting(bench) == [("", ROWS)]), waiting(bench)
    counts = bench.plan().counts
    assert (counts.queued, counts.scanned) == (ROWS, ROWS + 1)


def test_a_claim_that_was_cut_off_between_slices_goes_on_at_the_next_start(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    script.down = DOWN
    bench = opened()
    bench.choose()
    scan_all(bench, ROWS)
    revisions = [(batch.id, batch.revision) for batch in bench.plan().batches]
    assert bench.station.desk.do(claim_and_cut_off, revisions).result(PATIENCE_S)
    assert waiting(bench) == [(QUEUEING, SLICE)]
    bench.stop()
    again = opened()
    assert wait_for(lambda: waiting(again) == [("", ROWS)]), waiting(again)


def test_what_is_still_being_queued_is_taken_back_once_it_is(opened: Open, script: Script, clock: MovedClock) -> None:
    script.down = DOWN
    bench = opened()
    bench.choose()
    scan_all(bench, ROWS)
    batch = bench.plan().batches[0].id
    assert bench.claim()
    assert bench.station.desk.do(queue.take_back_batch, batch, "Anna").result(PATIENCE_S)
    assert wait_for(lambda: not waiting(bench) and bench.plan().counts.ready == ROWS), bench.plan().counts


def test_a_look_up_that_fails_on_its_way_is_made_smaller_until_it_gets_through(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    asked: list[int] = []

    def only_small(identifiers: Sequence[Identifier]) -> None:
        asked.append(len(identifiers))
        if len(identifiers) > 4:  # one of so many exchanges is always lost
            raise DOWN

    script.look_up = only_small
    bench = opened()
    bench.choose()
    bench.station.desk.do(pauses.pause, "local").result(PATIENCE_S)  # nothing is asked before all are scanned
    scan_all(bench, 30)
    bench.station.desk.do(pauses.resume, "local").result(PATIENCE_S)
    assert wait_for(lambda: not bench.plan().counts.unchecked or clock.leap(60)), asked
    assert asked[0] == 30
    assert sorted(set(asked), reverse=True)[:3] == [30, 15, 7]
    assert max(asked[asked.index(3) :]) <= 6  # it grows again with each that gets through, and shrinks again
