"""A claim whose answer is lost takes effect once, and is never reported as somebody else's."""

import sqlite3
from dataclasses import dataclass, field, replace

import pytest

from station.core.batch import Batch
from station.core.call import Answer, Call, DeviceResult, ReadBack
from station.core.errors import Cause, TargetError
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.desk import pauses

from .bench import Bench
from .conftest import Open, Start
from .scripted import Claim, MovedClock, Script, Twist, fails, in_time, lost_after, lost_before, wait_for

KIT = "maple-harbor-lantern"


class PowerCut(Exception):
    """What the server meets at the point that a test names."""


@dataclass
class Cut:
    """Fails the first ``times`` visits to one named point, once it is armed."""

    point: str
    times: int = 1
    armed: bool = False
    seen: list[str] = field(default_factory=list)

    def __call__(self, point: str) -> None:
        if self.armed and point == self.point and len(self.seen) < self.times:
            self.seen.append(point)
            raise PowerCut(point)


def _claims_at_the_server(bench: Bench) -> int:
    path = bench.station.folders.databases(True) / "server.db"
    with sqlite3.connect(path) as connection:
        query = (
            "select count(*) from claims join devices on devices.id = claims.device_id where devices.device_id like ?"
        )
        count = int(connection.execute(query, ("c1sample0000000000a%",)).fetchone()[0])
    connection.close()
    return count


@pytest.mark.parametrize("point", ["before_commit", "after_commit", "before_answer"])
@pytest.mark.parametrize("times", [1, 2])
def test_the_effect_is_there_exactly_once(start: Start, point: str, times: int) -> None:
    cut = Cut(point, times)
    bench = start(server_faults=cut)
    bench.choose()
    row = bench.looked_up(KIT)
    cut.armed = True
    assert bench.claim()
    done = bench.until(lambda: bench.rows[row.id] if bench.rows[row.id].progress is Progress.CLAIMED else None)
    assert set(cut.seen) == {point}
    assert done.outcome is not None
    assert done.outcome.kind is OutcomeKind.CLAIMED_NOW
    assert _claims_at_the_server(bench) == 5


def test_a_repeat_whose_target_is_refused_waits_for_a_person_and_then_goes_again(opened: Open, script: Script) -> None:
    """The target was closed to us for a while: a repeat that it refuses says nothing about the first time."""
    refused = fails(TargetError(Cause.NO_RIGHTS, "no", status=403))
    bench = _claim_one(opened, script, lost_before, refused)
    assert wait_for(lambda: any(batch.paused == Cause.NO_RIGHTS for batch in _closed(bench)))
    assert bench.rows[1].progress is Progress.UNKNOWN
    bench.station.desk.do(pauses.resume, "local").result(20)
    done = bench.until(lambda: bench.rows[1] if bench.rows[1].progress is Progress.CLAIMED else None)
    assert done.outcome is not None
    assert (done.outcome.kind, done.outcome.how_known) == (OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER)
    assert len(set(script.keys)) == 1


@pytest.mark.parametrize("lands", [False, True])
def test_a_repeat_whose_target_stays_refused_is_read_back_until_the_first_one_cannot_land_any_more(
    opened: Open, script: Script, clock: MovedClock, lands: bool
) -> None:
    refused = fails(TargetError(Cause.NO_RIGHTS, "no", status=403))
    script.confirm = lambda told: [replace(each, state=ReadBack.CANNOT_TELL) for each in told]
    bench = _claim_one(opened, script, lost_after if lands else lost_before, refused, refused)
    assert wait_for(lambda: any(batch.paused for batch in _closed(bench)))
    bench.station.desk.do(pauses.resume, "local").result(20)
    assert wait_for(lambda: script.confirms)
    assert not wait_for(lambda: bench.rows[1].progress is not Progress.UNKNOWN, 0.5)
    if lands:
        script.confirm = None
    end = Progress.CLAIMED if lands else Progress.HELD
    in_time(bench, clock, 1, end)
    assert len(script.keys) == 3


async def not_allowed(call: Call, _claim: Claim) -> Answer:
    """The vendor answers, and it does nothing."""
    no = Outcome(OutcomeKind.NOT_ALLOWED, HowKnown.ANSWER, code="403", text="no")
    return Answer(tuple(DeviceResult(device.device_id, no) for device in call.devices))


def test_what_a_repeat_is_refused_for_says_nothing_of_the_first_time(opened: Open, script: Script) -> None:
    bench = _claim_one(opened, script, lost_after, not_allowed)
    done = bench.until(lambda: bench.rows[1] if bench.rows[1].progress is Progress.CLAIMED else None)
    assert done.outcome is not None
    assert (done.outcome.kind, done.outcome.how_known) == (OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK)
    assert len(script.keys) == 2


def test_a_repeat_that_is_refused_is_refused_once_no_late_claim_can_land(
    opened: Open, script: Script, clock: MovedClock
) -> None:
    script.confirm = lambda told: [replace(each, state=ReadBack.CANNOT_TELL) for each in told]
    bench = _claim_one(opened, script, lost_before, not_allowed)
    assert wait_for(lambda: script.confirms)
    assert bench.rows[1].progress is Progress.UNKNOWN
    in_time(bench, clock, 1, Progress.REFUSED)
    outcome = bench.rows[1].outcome
    assert outcome is not None
    assert (outcome.kind, outcome.code) == (OutcomeKind.NOT_ALLOWED, "403")


def _claim_one(opened: Open, script: Script, *claims: Twist) -> Bench:
    script.claims = list(claims)
    bench = opened(safe=True)
    bench.choose()
    assert bench.looked_up("c1sample0000000000d0").id == 1
    assert bench.claim()
    return bench


def _closed(bench: Bench) -> list[Batch]:
    return bench.station.desk.read(lambda reader: list(reader.batches())).result(20)


def test_a_cut_before_the_desk_wrote_the_answer_is_found_out_at_the_next_start(start: Start) -> None:
    def cut(point: str) -> None:
        if point == "settle.begin":
            raise PowerCut(point)

    first = start(faults=cut)
    first.choose()
    row = first.looked_up(KIT)
    assert first.claim()
    first.until(lambda: first.rows[row.id].progress is Progress.SENDING)
    first.until(lambda: _claims_at_the_server(first) == 5)
    first.stop()
    second = start()
    done = second.until(
        lambda: next((r for r in second.rows.values() if r.id == row.id and r.progress is Progress.CLAIMED), None)
    )
    assert done.outcome is not None
    assert done.outcome.kind is OutcomeKind.CLAIMED_NOW
    assert _claims_at_the_server(second) == 5

