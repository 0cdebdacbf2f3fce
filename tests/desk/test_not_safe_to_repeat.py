"""A vendor that must not be asked twice: a lost answer is read back, and what nobody can tell waits for a person."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from station.core.call import Answer, Call, Confirmed, DeviceResult, ReadBack
from station.core.errors import Cause, RefusedError
from station.core.identifier import Identifier
from station.core.news import Refused, Summary
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.desk import decisions, pauses
from station.desk.decisions import Choice

from .bench import PATIENCE_S, kind_of
from .conftest import Open
from .scripted import Claim, MovedClock, Script, answers, in_time, lost_after, lost_before, wait_for

KIT = "maple-harbor-lantern"
SINGLE = "c1sample0000000000d0"
OTHER = "c1sample0000000000d1"
QUIET_S = 125.0


def _say(state: ReadBack) -> Callable[[list[Confirmed]], list[Confirmed]]:
    return lambda told: [replace(each, state=state, handle="", place="") for each in told]


def test_a_lost_answer_that_had_its_effect_is_read_back_as_already_ours(opened: Open, script: Script) -> None:
    script.claims = [lost_after]
    bench = opened()
    (row,) = bench.scan_and_claim(KIT)
    done = bench.becomes(row, Progress.CLAIMED)
    assert kind_of(done) == (OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK)
    assert len(script.sent) == 1
    assert script.confirms == 1


def test_a_read_back_that_shows_another_is_refused(opened: Open, script: Script) -> None:
    script.claims, script.confirm = [lost_before], _say(ReadBack.ANOTHER)
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    assert kind_of(bench.becomes(row, Progress.REFUSED)) == (OutcomeKind.ALREADY_CLAIMED, HowKnown.READ_BACK)
    assert len(script.sent) == 1


def test_free_counts_only_after_the_quiet_period_and_then_goes_again(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    script.claims = [lost_before]
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    bench.until(lambda: script.confirms or None)
    bench.station.desk.do(pauses.try_now).result(PATIENCE_S)
    bench.becomes(row, Progress.UNKNOWN)
    assert len(script.sent) == 1
    clock.leap(QUIET_S)
    assert kind_of(in_time(bench, clock, row, Progress.CLAIMED)) == (OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER)
    assert len(script.sent) == 2
    assert script.keys[0] != script.keys[1]


def test_a_read_that_was_begun_within_the_quiet_period_settles_nothing(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    def slow(told: list[Confirmed]) -> list[Confirmed]:
        script.confirm = None
        clock.leap(QUIET_S)  # the vendor looked before the late claim landed; its answer comes long after
        return _say(ReadBack.FREE)(told)

    script.claims, script.confirm = [lost_after], slow
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    assert kind_of(bench.becomes(row, Progress.CLAIMED)) == (OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK)
    assert len(script.sent) == 1
    assert script.confirms == 2


def test_free_an_hour_after_claim_is_held(opened: Open, script: Script, clock: MovedClock) -> None:
    script.claims = [lost_before]
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    bench.until(lambda: script.confirms or None)
    clock.leap(3700)
    in_time(bench, clock, row, Progress.HELD)
    assert len(script.sent) == 1


def test_free_in_another_run_is_held_after_a_quiet_period_of_its_own(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    script.claims = [lost_before]
    first = opened()
    (row,) = first.scan_and_claim(SINGLE)
    first.until(lambda: script.confirms or None)
    first.stop()
    before = script.confirms
    second = opened()
    second.until(lambda: script.confirms > before or None)
    assert second.device(row) is Progress.UNKNOWN
    assert wait_for(lambda: second.device(row) is Progress.HELD or clock.leap(20))
    assert len(script.sent) == 1


def test_what_cannot_be_told_is_held_and_only_a_named_person_with_a_reason_decides(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    script.claims, script.confirm = [lost_before], _say(ReadBack.CANNOT_TELL)
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    bench.until(lambda: script.confirms or None)
    assert bench.device(row) is Progress.UNKNOWN, "it may still land late"
    clock.leap(QUIET_S)
    in_time(bench, clock, row, Progress.HELD)

    def decide(choice: Choice, by: str, why: str) -> int:
        return bench.station.desk.do(decisions.decide, [row], choice, by, why).result(PATIENCE_S)

    assert decide(Choice.CLAIMED, "", "seen in the portal") == 0
    assert decide(Choice.CLAIMED, "Anna", " ") == 0
    assert isinstance(bench.last(Refused), Refused)
    script.confirm = None
    assert decide(Choice.ASK_AGAIN, "Anna", "the portal is back") == 1
    clock.leap(QUIET_S)
    in_time(bench, clock, row, Progress.CLAIMED)
    assert bench.steps(row)[-5:] == ["held", "unknown", "queued", "sending", "claimed"]


@pytest.mark.parametrize(
    ("choice", "progress", "kind", "sent"),
    [
        (Choice.CLAIMED, Progress.CLAIMED, OutcomeKind.ALREADY_OURS, 1),
        (Choice.REFUSED, Progress.REFUSED, OutcomeKind.REJECTED, 1),
        (Choice.FREE, Progress.CLAIMED, OutcomeKind.CLAIMED_NOW, 2),
    ],
)
def test_each_decision(
    opened: Open, script: Script, clock: MovedClock, choice: Choice, progress: Progress, kind: OutcomeKind,
    sent: int,
) -> None:
    script.claims, script.confirm = [lost_before], _say(ReadBack.CANNOT_TELL)
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    bench.until(lambda: script.confirms or None)
    assert bench.device(row) is Progress.UNKNOWN, "it may still land late"
    clock.leap(QUIET_S)
    in_time(bench, clock, row, Progress.HELD)
    assert bench.station.desk.do(decisions.decide, [row], choice, "Anna", "rang them up").result(PATIENCE_S) == 1
    done = bench.becomes(row, progress)
    assert done.outcome is not None
    assert done.outcome.kind is kind
    assert len(script.sent) == sent


def test_a_claim_that_lands_late_is_found_though_the_first_read_could_not_tell(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    script.claims, script.confirm = [lost_after], _say(ReadBack.CANNOT_TELL)
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    bench.until(lambda: script.confirms or None)
    script.confirm = None
    assert kind_of(in_time(bench, clock, row, Progress.CLAIMED)) == (OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK)
    assert len(script.sent) == 1
    sums = [each for each in bench.news if isinstance(each, Summary)]
    assert (sums[0].settled, sums[-1].settled) == (False, True), "the sum is told again once it is settled"


@pytest.mark.parametrize(("whole", "progress"), [(True, Progress.REFUSED), (False, Progress.HELD)])
def test_already_claimed_and_nowhere_in_the_whole_account_is_anothers(
    opened: Open, script: Script, clock: MovedClock, whole: bool, progress: Progress
) -> None:
    def already(answer: Answer) -> Answer:
        outcome = Outcome(OutcomeKind.ALREADY_CLAIMED, HowKnown.ANSWER, text="device is claimed")
        return replace(answer, results=tuple(replace(each, outcome=outcome) for each in answer.results))

    script.claims, script.confirm = [answers(already)], _say(ReadBack.CANNOT_TELL)
    script.account = lambda told: replace(told, whole_organization=whole)
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    bench.until(lambda: script.confirms or None)
    assert bench.device(row) is Progress.UNKNOWN, "a list may lag behind: it is read twice"
    in_time(bench, clock, row, progress)
    assert len(script.sent) == 1


def test_already_claimed_is_confirmed_before_it_is_said(opened: Open, script: Script) -> None:
    def already(answer: Answer) -> Answer:
        outcome = Outcome(OutcomeKind.ALREADY_CLAIMED, HowKnown.ANSWER, text="device is claimed")
        return replace(answer, results=tuple(replace(each, outcome=outcome) for each in answer.results))

    script.claims = [answers(already)]
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    assert kind_of(bench.becomes(row, Progress.CLAIMED)) == (OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK)
    assert script.confirms == 1
    assert len(script.sent) == 1


@pytest.mark.parametrize("safe", [False, True])
def test_devices_left_out_of_an_answer_are_asked_about_and_strangers_are_kept(
    opened: Open, script: Script, safe: bool
) -> None:
    def leave_out(answer: Answer) -> Answer:
        stranger = DeviceResult("nobody-asked", Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, "h"))
        return replace(answer, results=(*answer.results[:2], stranger))

    script.claims = [answers(leave_out)] * 3
    bench = opened(safe=safe)
    (row,) = bench.scan_and_claim(KIT)
    done = bench.becomes(row, Progress.CLAIMED)
    devices = bench.station.desk.read(lambda reader: reader.devices(row)).result(PATIENCE_S)
    kinds = sorted(device.outcome.kind for device in devices if device.outcome)
    assert kinds == ["already_ours"] * 3 + ["claimed_now"] * 2
    assert (len(script.sent), script.confirms) == (1, 1)
    told = bench.station.desk.read(lambda reader: reader.events(batch=done.batch)).result(PATIENCE_S)
    assert [event.device_id for event in told if event.what == "unexpected"] == ["nobody-asked"]


def test_named_twice_claimed_wins(opened: Open, script: Script) -> None:
    def twice(answer: Answer) -> Answer:
        refused = Outcome(OutcomeKind.REJECTED, HowKnown.ANSWER)
        return replace(answer, results=(*(replace(r, outcome=refused) for r in answer.results), *answer.results))

    script.claims = [answers(twice)]
    bench = opened()
    (row,) = bench.scan_and_claim(SINGLE)
    assert kind_of(bench.becomes(row, Progress.CLAIMED)) == (OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER)


def test_a_refused_call_is_halved_until_the_culprit_stands_alone(opened: Open, script: Script) -> None:
    culprit = "c1sample0000000000a3"

    async def strict(call: Call, claim: Claim) -> Answer:
        if any(device.device_id == culprit for device in call.devices):
            raise RefusedError(Cause.BAD_REQUEST, "one of them is wrong", status=400)
        return await claim(call)

    script.claims = [strict] * 20
    bench = opened()
    kit, single = bench.scan_and_claim(KIT, SINGLE)
    bench.becomes(single, Progress.CLAIMED)
    refused = bench.becomes(kit, Progress.REFUSED)
    assert dict(refused.tally) == {Progress.CLAIMED: 4, Progress.REFUSED: 1}
    assert (culprit,) in script.sent
    assert bench.until(lambda: bench.last(Summary)).settled


def test_a_look_up_before_sending_that_is_refused_is_halved_too(opened: Open, script: Script) -> None:
    bench = opened()
    bench.choose()
    rows = [bench.looked_up(text).id for text in (SINGLE, OTHER, "c1sample0000000000d5")]

    def strict(identifiers: Sequence[Identifier]) -> None:
        if any(each.text == OTHER for each in identifiers):
            raise RefusedError(Cause.BAD_REQUEST, "an identifier is wrong", status=400)

    script.look_up = strict
    assert bench.claim()
    bench.becomes(rows[0], Progress.CLAIMED)
    bench.becomes(rows[2], Progress.CLAIMED)
    bench.becomes(rows[1], Progress.OPEN)
