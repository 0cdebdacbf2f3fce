"""The queue as a person sees it: why each batch waits, what goes first, what is taken back, and how long it takes."""

from dataclasses import replace

from station.core.errors import Cause, NotSentError, SignInError, TargetError
from station.core.item import Reason
from station.core.news import LineState, Summary
from station.core.outcome import OutcomeKind
from station.core.progress import Progress
from station.desk import cooling, lines, pauses, queue, queue_facts
from station.desk.queue_facts import QueuedBatch, Waits
from station.desk.reconcile import READ_BACK
from station.desk.state_parts import Pace

from .bench import PATIENCE_S, Bench
from .conftest import Open
from .scripted import MovedClock, Script, fails, lost_before, wait_for

SINGLE, OTHER, KIT = "c1sample0000000000d0", "c1sample0000000000d1", "maple-harbor-lantern"
DOWN = NotSentError(Cause.CONNECT, "no route")


def facts(bench: Bench) -> tuple[QueuedBatch, ...]:
    standing = bench.station.desk.do(queue_facts.stand).result(PATIENCE_S)
    return bench.station.desk.read(lambda reader: queue_facts.read(reader, standing)).result(PATIENCE_S)


def claim(bench: Bench, text: str) -> int:
    bench.choose()
    row = bench.looked_up(text).id
    assert bench.claim()
    return row


def one(bench: Bench, why: Waits) -> QueuedBatch:
    """The only batch that waits, once it does so for this reason."""
    assert wait_for(lambda: [each.why for each in facts(bench)] == [why]), facts(bench)
    return facts(bench)[0]


def queued(bench: Bench, *texts: str) -> list[int]:
    """A batch for each text, all of them waiting: the first was looked up, the others could not be."""
    bench.choose()
    rows = [bench.looked_up(texts[0]).id]
    do(bench, pauses.pause, "local")
    assert bench.claim()
    for text in texts[1:]:
        item = bench.scan(text).item
        assert item is not None
        rows.append(item.id)
        assert bench.claim()
    return rows


def do(bench: Bench, verb: object, *args: object) -> object:
    return bench.station.desk.do(verb, *args).result(PATIENCE_S)  # type: ignore[arg-type]


def test_offline_says_since_when_how_many_and_when_it_is_tried_again(opened: Open, script: Script) -> None:
    bench = opened()
    bench.choose()
    row = bench.looked_up(SINGLE).id
    script.down = DOWN
    assert bench.claim()
    told = one(bench, Waits.OFFLINE)
    assert (told.cause, told.detail, told.place) == (Cause.CONNECT, "no route", 1)
    assert told.tally == ((Progress.QUEUED, 1),)
    assert told.since is not None
    assert told.left_s is None
    script.down = None
    do(bench, pauses.try_now)
    bench.becomes(row, Progress.CLAIMED)
    assert facts(bench) == ()


def test_a_vendor_that_asks_to_wait_says_until_when_and_the_attempts_count(opened: Open, script: Script) -> None:
    script.claims = [fails(NotSentError(Cause.RATE_LIMIT, "slow", status=429, retry_after=600.0))]
    bench = opened()
    claim(bench, SINGLE)
    told = one(bench, Waits.LIMIT)
    assert told.next_at is not None
    assert told.attempts == 1
    assert told.last_sent is not None
    assert 500 < (told.next_at - told.last_sent).total_seconds() < 700


def test_a_refused_target_and_a_refused_sign_in_are_told_apart(opened: Open, script: Script) -> None:
    script.claims = [
        fails(TargetError(Cause.NO_TARGET, "gone", status=404)), fails(SignInError(Cause.CREDENTIALS, "", status=401))
    ]
    bench = opened()
    first = claim(bench, SINGLE)
    told = one(bench, Waits.PAUSED)
    assert told.cause == Cause.NO_TARGET
    assert do(bench, queue.resume_batch, told.batch.id, "Anna")
    told = one(bench, Waits.LINE_PAUSED)
    assert told.cause == Cause.CREDENTIALS
    do(bench, pauses.resume, "local")
    bench.becomes(first, Progress.CLAIMED)


def test_one_batch_is_paused_and_resumed_and_the_others_go_on(opened: Open) -> None:
    bench = opened()
    first, second = queued(bench, SINGLE, OTHER)
    oldest, newest = facts(bench)
    assert [oldest.place, newest.place] == [1, 2]
    assert do(bench, queue.pause_batch, oldest.batch.id, "Anna")
    assert not do(bench, queue.pause_batch, oldest.batch.id, "Anna")
    do(bench, lines.resume, "local")
    bench.becomes(second, Progress.CLAIMED)
    assert one(bench, Waits.PAUSED).cause == pauses.BY_PERSON
    assert bench.rows[first].progress is Progress.QUEUED
    assert do(bench, queue.resume_batch, oldest.batch.id, "Anna")
    bench.becomes(first, Progress.CLAIMED)


def test_the_batch_that_a_person_puts_first_goes_first(opened: Open, script: Script) -> None:
    bench = opened()
    first, second, third = queued(bench, KIT, SINGLE, OTHER)
    ids = [each.batch.id for each in facts(bench)]
    assert do(bench, queue.send_first, ids[1], "Anna")
    assert do(bench, queue.send_first, ids[2], "Anna")
    assert [each.batch.id for each in facts(bench)] == [ids[2], ids[1], ids[0]]
    do(bench, pauses.resume, "local")
    for row in (first, second, third):
        bench.becomes(row, Progress.CLAIMED)
    assert script.sent[:2] == [(OTHER,), (SINGLE,)]


def test_a_batch_is_moved_earlier_and_later_and_goes_in_that_order(opened: Open, script: Script) -> None:
    bench = opened()
    rows = queued(bench, KIT, SINGLE, OTHER)
    one, two, three = (each.batch.id for each in facts(bench))
    moves = [(three, -1, [one, three, two]), (one, 1, [three, one, two]), (two, -9, [two, three, one])]
    for batch, by, order in moves:
        assert do(bench, queue.move, batch, by, "Anna")
        assert [each.batch.id for each in facts(bench)] == order
    assert not do(bench, queue.move, two, -1, "Anna")
    assert not do(bench, queue.move, "nobody's", -1, "Anna")
    do(bench, pauses.resume, "local")
    for row in rows:
        bench.becomes(row, Progress.CLAIMED)
    assert script.sent[:2] == [(SINGLE,), (OTHER,)]
    assert not do(bench, queue.move, two, 1, "Anna")


def test_a_whole_batch_is_taken_back_and_nothing_of_it_is_sent(opened: Open, script: Script) -> None:
    bench = opened()
    (row,) = queued(bench, KIT)
    (told,) = facts(bench)
    assert told.count(Progress.QUEUED) > 1
    assert do(bench, queue.take_back_batch, told.batch.id, "Anna")
    back = bench.becomes(row, Progress.OPEN)
    assert back.reason is Reason.TAKEN_BACK
    assert facts(bench) == ()
    assert not do(bench, queue.take_back_batch, told.batch.id, "Anna")
    do(bench, pauses.resume, "local")
    assert script.sent == []
    assert bench.claim()
    bench.becomes(row, Progress.CLAIMED)


def test_what_was_sent_without_an_answer_is_asked_about_and_cannot_be_taken_back(opened: Open, script: Script) -> None:
    script.claims = [lost_before]
    bench = opened()
    row = claim(bench, SINGLE)
    bench.becomes(row, Progress.UNKNOWN)
    told = one(bench, Waits.ASKED)
    assert wait_for(lambda: facts(bench)[0].next_at is not None)
    events = bench.station.desk.read(lambda reader: reader.events(item=row)).result(PATIENCE_S)
    assert [event.new for event in events if event.what == READ_BACK] == ["free"]
    assert not do(bench, queue.take_back_batch, told.batch.id, "Anna")
    assert bench.rows[row].progress is Progress.UNKNOWN


def test_in_the_cool_off_nothing_is_sent_and_it_can_be_cancelled(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    bench = opened()
    do(bench, cooling.set_for, 120.0)
    row = claim(bench, SINGLE)
    told = one(bench, Waits.COOLING)
    assert told.next_at is not None
    assert do(bench, queue.take_back_batch, told.batch.id, "Anna")
    bench.becomes(row, Progress.OPEN)
    assert bench.claim()
    one(bench, Waits.COOLING)
    assert script.sent == []
    assert wait_for(lambda: bench.rows[row].progress is Progress.CLAIMED or clock.leap(121.0))
    assert script.sent == [(SINGLE,)]


def test_the_cool_off_goes_on_over_a_restart_and_no_clock_makes_it_longer(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    bench = opened()
    do(bench, cooling.set_for, 120.0)
    row = claim(bench, SINGLE)
    one(bench, Waits.COOLING)
    bench.stop()
    clock.wall_off_s = -86_400.0
    again = opened()
    do(again, cooling.set_for, 120.0)
    told = one(again, Waits.COOLING)
    assert told.next_at is not None
    assert (told.next_at - clock.now()).total_seconds() <= 121
    clock.wall_off_s = 0.0
    assert wait_for(lambda: row in again.rows or clock.leap(130.0)), "nothing was told of it"
    again.becomes(row, Progress.CLAIMED)


def test_how_long_it_takes_is_told_by_the_measured_pace(opened: Open) -> None:
    bench = opened()
    queued(bench, KIT)

    def measured(work: object) -> None:
        work.state.pace["local"] = Pace()  # type: ignore[attr-defined]
        work.state.pace["local"].calls.append((10.0, 5))  # type: ignore[attr-defined]

    do(bench, measured)
    standing = bench.station.desk.do(queue_facts.stand).result(PATIENCE_S)
    assert standing.ways["local"].rate == 0.5
    way = replace(standing.ways["local"], state=LineState.ONLINE, cause=None)
    going = replace(standing, ways={"local": way})
    (told,) = bench.station.desk.read(lambda reader: queue_facts.read(reader, going)).result(PATIENCE_S)
    assert told.why is Waits.NEXT
    assert told.left_s == told.count(Progress.QUEUED) / 0.5
    do(bench, pauses.resume, "local")
    assert wait_for(lambda: facts(bench) == ())
    assert (bench.station.desk.do(queue_facts.stand).result(PATIENCE_S).ways["local"].rate or 0) > 0


def test_what_an_earlier_run_left_waiting_is_summed_up_when_it_is_done(opened: Open, script: Script) -> None:
    bench = opened()
    (row,) = queued(bench, SINGLE)
    bench.stop()
    again = opened()
    do(again, pauses.resume, "local")
    summary = again.until(lambda: again.last(Summary))
    assert (summary.outcomes, summary.unsettled) == (((OutcomeKind.CLAIMED_NOW, 1),), ())
    assert script.sent == [(SINGLE,)]
    again.becomes(row, Progress.CLAIMED)
