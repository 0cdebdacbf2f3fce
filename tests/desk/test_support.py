"""What a vendor's support is asked: every device that needs it, with all that it will want to know."""

from dataclasses import replace
from pathlib import Path

from station.core.call import Answer, Call
from station.core.errors import Cause, UnclearError
from station.core.finding import ClaimStatus, FoundDevice, Holder
from station.core.progress import Progress
from station.desk import history, rows
from station.desk.support import SupportCase, Thought

from .bench import PATIENCE_S, Bench
from .scripted import MovedClock, in_time
from .vendors import Pins, Vendor, World, desk_of


def _cases(bench: Bench, batch: str = "") -> tuple[SupportCase, ...]:
    return bench.station.desk.read(lambda reader: history.support_cases(reader, batch)).result(PATIENCE_S)


def _lost(call: Call) -> Answer:
    raise UnclearError(Cause.TIMEOUT, "no answer in time", request_id="r-lost")


class One(Vendor):
    traits = replace(Vendor.traits, items_a_call=1)


def test_what_needs_the_vendor_is_told_a_connection_at_a_time(tmp_path: Path) -> None:
    world, pins, clock = World(), World(), MovedClock()
    world.anothers.add("A2")
    world.found["A3"] = (FoundDevice("A3", ClaimStatus.CLAIMED, holder=Holder.ANOTHER),)
    pins.anothers.add("serial=SN-12345")
    with desk_of(tmp_path, One("a", world), Pins("p", pins), clock=clock, mixed=True) as bench:
        pin = bench.scan("SN-12345").item
        bench.scan("8253")
        assert pin is not None
        bench.until(lambda: bench.rows[pin.id].looked_up_at)
        lost, rejected, _anothers, fine = (bench.looked_up(f"A{number}") for number in (1, 2, 3, 4))
        world.spoil.append(_lost)
        assert bench.claim()
        in_time(bench, clock, lost.id, Progress.HELD)
        for row, progress in ((rejected, Progress.REFUSED), (fine, Progress.CLAIMED), (pin, Progress.REFUSED)):
            bench.becomes(row.id, progress)
        cases = _cases(bench)
        assert [(case.connection, case.device, case.thought) for case in cases] == [
            ("a", "A1", Thought.HELD), ("a", "A2", Thought.REJECTED), ("a", "A3", Thought.ANOTHERS),
            ("p", "serial=SN-12345", Thought.REJECTED),
        ]
        held, refused, other, sealed = cases
        assert (held.kind, held.address, held.account) == ("codes", "https://vendor.example", "acme")
        assert held.sent_at is not None
        assert held.request_ids[-1] == "r-lost"
        assert (refused.code, refused.text, refused.identifier) == ("E7", "not yours", "A2")
        assert "req-7" in refused.request_ids
        assert (other.sent_at, other.request_ids) == (None, ())
        assert "8253" not in repr(sealed)
        assert _cases(bench, lost.batch) == cases[:3]
        assert _cases(bench, "no such batch") == ()


def test_what_was_tried_again_is_asked_about_where_it_goes_on(tmp_path: Path) -> None:
    world = World(anothers={"A2"})
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        row = bench.looked_up("A2")
        assert bench.claim()
        bench.becomes(row.id, Progress.REFUSED)
        assert len(_cases(bench)) == 1
        bench.station.desk.do(rows.try_again, [row.id], "Anna").result(PATIENCE_S)
        assert _cases(bench) == ()
