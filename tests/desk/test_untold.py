"""Vendors that do not tell of a device before its claim, or not whose it is: nothing is guessed, nothing sent twice."""

from dataclasses import replace
from pathlib import Path

from station.core.errors import Cause, NotSentError
from station.core.finding import ClaimStatus, FoundDevice, Holder
from station.core.item import Check, Item
from station.core.news import Summary
from station.core.outcome import HowKnown, OutcomeKind
from station.core.progress import Progress
from station.desk import pauses

from .bench import PATIENCE_S, Bench, kind_of
from .scripted import wait_for
from .vendors import Macs, Pins, Vendor, World, desk_of

SCANNED = "serial=SN-12345"


def _pin_row(bench: Bench) -> Item:
    bench.scan("SN-12345")
    item = bench.scan("4711").item
    assert item is not None
    bench.until(lambda: bench.rows[item.id].looked_up_at)
    return bench.rows[item.id]


def test_a_device_that_the_vendor_does_not_tell_of_is_claimable_and_sent(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path, Pins("p", world)) as bench:
        row = _pin_row(bench)
        assert (row.check, row.claim_status, row.ready) == (Check.NONE, ClaimStatus.UNCHECKED, True)
        counts = bench.plan().counts
        assert (counts.ready, counts.unchecked, counts.problems) == (1, 1, 0)
        assert bench.claim()
        assert kind_of(bench.becomes(row.id, Progress.CLAIMED)) == (OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER)
        assert len(world.looks) == 2  # once on the table, once more before it was sent


def test_what_turns_out_to_be_ours_right_before_it_is_sent_is_settled_and_not_sent(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path, Pins("p", world)) as bench:
        row = _pin_row(bench)
        world.ours["SN-12345"] = "h9"
        assert bench.claim()
        done = bench.becomes(row.id, Progress.CLAIMED)
        assert kind_of(done) == (OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK)
        assert done.outcome is not None
        assert done.outcome.handle == "h9"
        assert world.calls == []


def test_what_turns_out_to_be_anothers_is_refused_and_not_sent(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path, Pins("p", world)) as bench:
        row = _pin_row(bench)
        world.found["SN-12345"] = (FoundDevice("SN-12345", ClaimStatus.CLAIMED, holder=Holder.ANOTHER),)
        assert bench.claim()
        assert kind_of(bench.becomes(row.id, Progress.REFUSED)) == (OutcomeKind.ALREADY_CLAIMED, HowKnown.READ_BACK)
        assert world.calls == []


def test_our_own_device_and_what_we_hold_are_not_claimed(tmp_path: Path) -> None:
    world = World()
    world.found["A1"] = (FoundDevice("A1", ClaimStatus.UNCLAIMED, owned=True),)
    world.found["A2"] = (FoundDevice("A2", ClaimStatus.CLAIMED, holder=Holder.OURS, handle="h1", place="Oslo"),)
    world.found["A3"] = (FoundDevice("A3", ClaimStatus.UNCLAIMED), FoundDevice("x", ClaimStatus.UNCLAIMED, owned=True))
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        owned, held, kit = (bench.looked_up(f"A{number}") for number in (1, 2, 3))
        assert [(row.holder, row.claim_status, row.ready) for row in (owned, held)] == [
            (Holder.OURS, ClaimStatus.CLAIMED, False)
        ] * 2
        assert (kit.claim_status, kit.claimable) == (ClaimStatus.PARTLY_CLAIMED, 1)
        assert bench.plan().counts.ready == 1
        assert bench.claim()
        bench.becomes(kit.id, Progress.CLAIMED)
        assert kind_of(bench.rows[owned.id])[0] is OutcomeKind.ALREADY_OURS
        assert [[each.device_id for each in call.devices] for call in world.calls] == [["A3"]]
        kept = bench.station.desk.read(lambda reader: reader.devices(owned.id)).result(PATIENCE_S)
        assert [device.found.owned for device in kept] == [True]


def _kit(world: World) -> None:
    world.found["A1"] = (
        FoundDevice("free", ClaimStatus.UNCLAIMED),
        FoundDevice("mine", ClaimStatus.CLAIMED, holder=Holder.NOT_TOLD),
        FoundDevice("theirs", ClaimStatus.CLAIMED, holder=Holder.NOT_TOLD),
    )
    world.ours["mine"] = "h7"


def test_what_was_shown_as_claimed_by_nobody_told_is_read_back_and_never_sent(tmp_path: Path) -> None:
    world = World()
    _kit(world)
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        kit = bench.looked_up("A1")
        assert kit.claimable == 1
        assert bench.claim()
        bench.until(lambda: bench.last(Summary))
        summary = bench.last(Summary)
        assert summary is not None
        assert dict(summary.outcomes) == {"claimed_now": 1, "already_ours": 1, "already_claimed": 1}
        assert [[each.device_id for each in call.devices] for call in world.calls] == [["free"]]
        assert world.confirms == [("mine", "theirs")]
        kept = bench.station.desk.read(lambda reader: reader.devices(kit.id)).result(PATIENCE_S)
        mine = next(device.outcome for device in kept if device.device_id == "mine")
        assert mine is not None
        assert (mine.handle, mine.place, mine.how_known) == ("h7", "Oslo", HowKnown.READ_BACK)


def test_without_a_network_it_waits_for_its_read_back(tmp_path: Path) -> None:
    world = World()
    world.found["A1"] = (FoundDevice("A1", ClaimStatus.CLAIMED, holder=Holder.NOT_TOLD),)
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        alone, other = bench.looked_up("A1"), bench.looked_up("A2")
        world.down = NotSentError(Cause.CONNECT, "no network")
        assert bench.claim()
        assert wait_for(lambda: bench.plan().counts.queued == 2)
    world.down = None
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        assert wait_for(lambda: bench.plan().counts.claimed == 1)
        bench.station.desk.do(pauses.try_now).result(PATIENCE_S)
        row = bench.station.desk.read(lambda reader: reader.item(alone.id)).result(PATIENCE_S)
        assert row is not None
        assert wait_for(lambda: not bench.plan().counts.queued)
        assert [[each.device_id for each in call.devices] for call in world.calls] == [["A2"]]
        assert other.id != alone.id


def test_what_was_given_back_since_is_not_claimed_without_being_seen(tmp_path: Path) -> None:
    world = World(free={"A1"})
    world.found["A1"] = (FoundDevice("A1", ClaimStatus.CLAIMED, holder=Holder.NOT_TOLD),)
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        row, other = bench.looked_up("A1"), bench.looked_up("A2")
        del world.found["A1"]
        assert bench.claim()
        bench.becomes(other.id, Progress.CLAIMED)
        bench.until(lambda: bench.rows[row.id].claim_status is ClaimStatus.UNCLAIMED or None)
        assert bench.rows[row.id].progress is Progress.OPEN
        assert bench.rows[row.id].ready
        assert len(world.calls) == 1


def test_where_nothing_can_be_asked_the_account_is_known_before_anything_is_sent(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path, Macs("m", world)) as bench:
        row = bench.scan("XY-1;01:23:45:67:89:ab").item
        assert row is not None
        assert row.check is Check.NONE
        assert bench.claim()
        bench.becomes(row.id, Progress.CLAIMED)
        assert world.calls[0].account == "acme"
        assert world.looks == []


class Cautious(Vendor):
    """Its one device is not told of while it is looked up for the table, and is a kit right before it is sent."""

    traits = replace(Vendor.traits, items_a_call=1)
    seen = 0


def test_a_kit_that_only_now_shows_as_one_is_not_sent_unseen(tmp_path: Path) -> None:
    world = World()
    world.found["A1"] = (FoundDevice("A1", ClaimStatus.UNCHECKED),)
    with desk_of(tmp_path, Cautious("a", world)) as bench:
        row = bench.scan("A1").item
        assert row is not None
        bench.until(lambda: bench.rows[row.id].looked_up_at)
        world.found["A1"] = tuple(FoundDevice(name, ClaimStatus.UNCLAIMED) for name in ("k1", "k2"))
        assert bench.claim()
        bench.until(lambda: bench.rows[row.id].what == "kit" or None)
        assert bench.rows[row.id].progress is Progress.OPEN
        assert world.calls == []
