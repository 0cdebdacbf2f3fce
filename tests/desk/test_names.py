"""Names by a pattern: numbers that no batch gives twice, for devices that nobody has named."""

from dataclasses import replace
from pathlib import Path

import pytest

from station.core.call import Answer, Call, DeviceResult
from station.core.finding import ClaimStatus, FoundDevice
from station.core.item import Item
from station.core.news import Refused
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.desk import batches, names, rows

from .bench import PATIENCE_S, Bench
from .scripted import wait_for
from .vendors import Pins, Vendor, World, desk_of


def _do(bench: Bench, verb, *args):  # type: ignore[no-untyped-def]
    return bench.station.desk.do(verb, *args).result(PATIENCE_S)


def _pattern(bench: Bench, pattern: str, connection: str = "a") -> bool:
    return bool(_do(bench, names.set_pattern, connection, pattern))


def _names(world: World) -> dict[str, str]:
    return {device.device_id: device.name for call in world.calls for device in call.devices}


def _claimed(bench: Bench, *items: Item) -> None:
    assert bench.claim()
    for item in items:
        bench.until(lambda item=item: bench.rows[item.id].progress is Progress.CLAIMED)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("Room {n", "unbalanced"), ("Room n}", "unbalanced"), ("{{n}}", "unbalanced"), ("Room {m}", "unknown_word"),
        ("{}", "unknown_word"), ("Room {n:3x}", "bad_number"), ("Room {n:0}", "bad_number"), ("x" * 300, "too_long"),
        ("a\nb", "not_printable"),
    ],
)
def test_a_mistake_in_a_pattern_is_told_and_nothing_changes(tmp_path: Path, pattern: str, why: str) -> None:
    with desk_of(tmp_path, Vendor("a", World())) as bench:
        assert _pattern(bench, "Room {n}")
        assert not _pattern(bench, pattern)
        refused = bench.last(Refused)
        assert refused is not None
        assert (refused.wish, refused.why) == ("pattern", why)
        assert bench.plan().pattern == "Room {n}"


def test_rows_are_named_in_order_and_what_a_person_named_stays(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        first = bench.looked_up("A1")
        _do(bench, rows.rename, first.id, "  Reception   desk ")
        assert _pattern(bench, "Meeting room {n:03}")
        items = [bench.looked_up(f"A{number}") for number in range(2, 5)]
        gone = items.pop(1)
        _do(bench, rows.remove, [gone.id], "Anna")
        items.append(bench.looked_up("A9"))
        assert [bench.rows[item.id].name for item in items] == [
            "Meeting room 001", "Meeting room 003", "Meeting room 004",
        ]
        _do(bench, rows.rename, items[0].id, "Kitchen")
        _claimed(bench, first, *items)
    assert _names(world) == {
        "A1": "Reception desk", "A2": "Kitchen", "A4": "Meeting room 003", "A9": "Meeting room 004",
    }


def test_a_name_taken_away_lets_the_pattern_have_its_say_with_the_same_number(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World())) as bench:
        assert _pattern(bench, "R{n}")
        row = bench.looked_up("A1")
        _do(bench, rows.rename, row.id, "Hall")
        bench.looked_up("A2")
        _do(bench, rows.rename, row.id, "")
        assert {item.name for item in bench.rows.values()} == {"R1", "R2"}


def test_a_new_pattern_names_the_waiting_rows_anew_and_none_takes_the_made_names_away(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World())) as bench:
        row, named = bench.looked_up("A1"), bench.looked_up("A2")
        _do(bench, rows.rename, named.id, "Hall")
        revision = bench.plan().batches[0].revision
        assert _pattern(bench, "{id} x{n}")
        assert bench.rows[row.id].name == "A1 x1"
        assert bench.plan().batches[0].revision > revision
        assert _pattern(bench, "{type} {serial}")
        assert bench.rows[row.id].name == "A1"
        assert _pattern(bench, "")
        assert [bench.rows[each.id].name for each in (row, named)] == ["", "Hall"]


def test_a_type_that_is_told_later_comes_into_the_name(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        assert _pattern(bench, "{type} {product} {id} {name?}")
        row = bench.looked_up("A1")
        assert row.name == "A1"
        world.found["A1"] = (FoundDevice("A1", ClaimStatus.UNCLAIMED, type="motion", product_number="42"),)
        _do(bench, rows.check_again, [row.id])
        bench.until(lambda: bench.rows[row.id].name == "motion 42 A1" or None)


def test_each_device_of_a_kit_has_its_own_number(tmp_path: Path) -> None:
    world = World()
    world.found["A5"] = (
        *(FoundDevice(f"k{number}", ClaimStatus.UNCLAIMED, type="t") for number in range(3)),
        FoundDevice("gone", ClaimStatus.CLAIMED),
    )
    world.anothers.add("gone")
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        assert _pattern(bench, "{type}-{n:02}")
        first, kit, last = bench.looked_up("A1"), bench.looked_up("A5"), bench.looked_up("A6")
        assert bench.rows[kit.id].name == "t-02 … t-04"
        _do(bench, batches.choose, "a", "t1", "Oslo")
        assert bench.claim()
        assert wait_for(lambda: len(world.ours) == 5)
        bench.until(lambda: bench.rows[last.id].progress is Progress.CLAIMED)
    told = _names(world)
    assert told == {"A1": "-01", "k0": "t-02", "k1": "t-03", "k2": "t-04", "A6": "-05"}
    assert first.id < kit.id


def test_numbers_begin_anew_in_the_next_batch_and_a_row_that_comes_back_gets_one_of_its_own(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        assert _pattern(bench, "R{n}")
        first, second = bench.looked_up("A1"), bench.looked_up("A2")
        world.found["A1"] = (FoundDevice("A1", ClaimStatus.UNREGISTERED),)
        assert bench.claim()
        bench.until(lambda: bench.rows[second.id].progress is Progress.CLAIMED)
        bench.until(lambda: bench.rows[first.id].progress is Progress.OPEN and not bench.rows[first.id].closed)
        assert bench.rows[first.id].name == "R1"
        assert bench.looked_up("A3").name == "R2"
    assert _names(world) == {"A2": "R2"}


def test_a_half_is_named_once_it_is_whole(tmp_path: Path) -> None:
    with desk_of(tmp_path, Pins("a", World())) as bench:
        assert _pattern(bench, "{serial} #{n}")
        half = bench.scan("SN-12345").item
        assert half is not None
        assert half.name == ""
        bench.scan("4711")
        assert bench.rows[half.id].name == "SN-12345 #1"


class Few(Vendor):
    traits = replace(Vendor.traits, items_a_call=2)


def test_devices_of_a_kit_that_come_back_get_numbers_of_their_new_batch(tmp_path: Path) -> None:
    world = World()
    kit = tuple(FoundDevice(f"k{number}", ClaimStatus.UNCLAIMED) for number in range(4))
    world.found["A5"] = kit
    with desk_of(tmp_path, Few("a", world)) as bench:
        assert _pattern(bench, "R{n}")
        row = bench.looked_up("A5")

        def one_is_gone(call: Call) -> Answer:
            world.found["A5"] = (*kit[:2], replace(kit[2], status=ClaimStatus.UNREGISTERED), kit[3])
            return Answer(tuple(DeviceResult(d.device_id, CLAIMED) for d in call.devices))

        world.spoil.append(one_is_gone)
        assert bench.claim()
        assert wait_for(lambda: bench.rows[row.id].again_in is not None)
        link = bench.rows[row.id].again_in
        assert link is not None
        bench.until(lambda: bench.rows[link.item].name == "R1" or None)
        assert bench.looked_up("A6").name == "R2"
    assert _names(world) == {"k0": "R1", "k1": "R2", "k3": "R4"}


CLAIMED = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, "h")
