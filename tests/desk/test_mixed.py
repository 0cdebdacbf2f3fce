"""A box for several systems at once: each label goes where it fits, and Claim sends all of it off together."""

from pathlib import Path

from station.core.item import Item
from station.core.news import Heard, Plan, Refused, Summary
from station.core.progress import Progress
from station.desk import batches, names, rehearsals

from .bench import PATIENCE_S, Bench
from .vendors import Macs, Pins, Vendor, World, desk_of


class Others(Vendor):
    kind = "others"
    pattern = r"[A-Z]\d+|B-\w+"


def _until_claimed(bench: Bench, *items: Item) -> None:
    for item in items:
        bench.until(lambda item=item: bench.rows[item.id].progress is Progress.CLAIMED)  # type: ignore[misc]


def _mix(bench: Bench, on: bool = True) -> None:
    bench.station.desk.do(batches.mix, on).result(PATIENCE_S)


def _row(bench: Bench, text: str) -> Item:
    item = bench.scan(text).item
    assert item is not None
    return item


def test_a_label_that_only_another_system_takes_goes_there_once_deliveries_are_mixed(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World()), Others("b", World())) as bench:
        assert _row(bench, "B-one").fits == "b"
        _mix(bench)
        row = _row(bench, "B-two")
        assert (row.connection, row.fits) == ("b", "")
        assert _row(bench, "A7").connection == "a"  # where both take it, the chosen one does
        plan = bench.plan()
        assert plan.mixed
        assert [batch.connection for batch in plan.batches] == ["a", "b"]


def test_mixed_is_kept_and_counts_more_than_the_setting(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World()), mixed=True) as bench:
        assert bench.plan().mixed
        _mix(bench, False)
    with desk_of(tmp_path, Vendor("a", World()), mixed=True) as bench:
        assert not bench.plan().mixed


def test_claim_closes_every_open_batch_and_each_goes_its_own_way(tmp_path: Path) -> None:
    one, two = World(), World(account="other")
    with desk_of(tmp_path, Vendor("a", one), Others("b", two), mixed=True) as bench:
        first, second = bench.looked_up("A1"), bench.looked_up("B-2")
        for connection in "ba":
            bench.station.desk.do(batches.choose, connection, "t1", "Oslo").result(PATIENCE_S)
        assert bench.plan().counts.devices == (("Oslo", 1), ("Oslo", 1))
        assert bench.claim()
        _until_claimed(bench, first, second)
        assert [[each.device_id for each in call.devices] for call in (*one.calls, *two.calls)] == [["A1"], ["B-2"]]
        bench.until(lambda: len([each for each in bench.news if isinstance(each, Summary)]) == 2)
        sums = {each.batch.connection: dict(each.outcomes) for each in bench.news if isinstance(each, Summary)}
        assert sums == {"a": {"claimed_now": 1}, "b": {"claimed_now": 1}}
        assert bench.plan().batches == ()


def test_an_empty_batch_beside_the_others_does_not_hold_claim_up(tmp_path: Path) -> None:
    homeless = Macs("m", World())
    homeless.settings = type(homeless.settings)(base_url="https://vendor.example")
    with desk_of(tmp_path, Vendor("a", World()), homeless, mixed=True) as bench:
        bench.station.desk.do(lambda work: work.store.put("target.m", "")).result(PATIENCE_S)
        row = bench.looked_up("A1")
        half = _row(bench, "XY-1")
        assert half.connection == "m"
        assert bench.claim()
        _until_claimed(bench, row)
        assert bench.rows[half.id].progress is Progress.OPEN


def test_what_was_scanned_for_another_account_of_the_same_system_is_a_repeat(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World()), Vendor("b", World()), Others("c", World())) as bench:
        _row(bench, "A1")
        bench.station.desk.do(batches.choose, "b", "", "").result(PATIENCE_S)
        heard = bench.scan("A1")
        assert heard.heard is Heard.REPEAT
        assert heard.item is not None
        assert heard.item.repeat_of is not None
        bench.station.desk.do(batches.choose, "c", "", "").result(PATIENCE_S)
        assert bench.scan("A1").heard is Heard.KEPT  # the same text at another system is another device


def test_a_rehearsal_tells_each_target_and_says_whose_checks_they_are(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World()), Pins("p", World()), mixed=True) as bench:
        bench.looked_up("A1")
        bench.scan("SN-12345")
        pin = bench.scan("4711").item
        assert pin is not None
        bench.until(lambda: bench.rows[pin.id].looked_up_at)
        assert bench.station.desk.do(rehearsals.rehearse).result(PATIENCE_S)
        sums = [each for each in bench.news if isinstance(each, Summary) and each.rehearsal]
        assert {each.batch.connection: (each.outcomes, each.unsettled) for each in sums} == {
            "a": ((("claimed_now", 1),), (("own_checks", 1),)), "p": ((("claimed_now", 1),), (("own_checks", 1),)),
        }
        assert bench.until(lambda: bench.rows[pin.id].would_be) == "claimed_now"


def test_the_plan_has_the_chosen_connections_pattern(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World()), Others("b", World())) as bench:
        assert bench.station.desk.do(names.set_pattern, "b", "Room {n}").result(PATIENCE_S)
        assert bench.plan().pattern == ""
        bench.station.desk.do(batches.choose, "b", "", "").result(PATIENCE_S)
        assert isinstance(bench.last(Plan), Plan)
        assert bench.plan().pattern == "Room {n}"
        assert bench.last(Refused) is None
