"""From a scan to a claimed device and its receipt, over the bundled server."""

from datetime import UTC, datetime

from station.core.finding import ClaimStatus, Holder
from station.core.item import Item
from station.core.news import Heard, Summary
from station.core.outcome import OutcomeKind
from station.core.progress import Progress
from station.desk.history import receipt

from .bench import Bench
from .conftest import Start

KIT = "maple-harbor-lantern"
PARTLY = "oak-river-signal"
DEVICE = "c1sample0000000000d0"


def _settled(bench: Bench, item: int) -> Item | None:
    row = bench.rows[item]
    return row if row.progress in (Progress.CLAIMED, Progress.REFUSED) else None


def test_a_scanned_kit_shows_what_is_inside(bench: Bench) -> None:
    row = bench.looked_up(KIT)
    assert (row.what, row.device_count, row.claim_status) == ("kit", 5, ClaimStatus.UNCLAIMED)
    assert bench.plan().counts.ready == 5


def test_a_partly_claimed_kit_counts_what_is_left(bench: Bench) -> None:
    row = bench.looked_up(PARTLY)
    assert (row.claim_status, row.device_count, row.claimed_count) == (ClaimStatus.PARTLY_CLAIMED, 25, 3)
    assert row.claimable == 22


def test_each_status_of_the_sample_delivery(bench: Bench) -> None:
    assert bench.looked_up("zz-unknown-zz").claim_status is ClaimStatus.NOT_FOUND
    assert bench.looked_up("c1sample0000000000d3").claim_status is ClaimStatus.UNREGISTERED
    other = bench.looked_up("c1sample0000000000d2")
    assert (other.claim_status, other.holder) == (ClaimStatus.CLAIMED, Holder.ANOTHER)
    ours = bench.looked_up("c1sample0000000000d4")
    assert (ours.claim_status, ours.holder) == (ClaimStatus.CLAIMED, Holder.OURS)


def test_a_second_scan_is_a_repeat_of_the_first_row(bench: Bench) -> None:
    bench.looked_up(DEVICE)
    heard = bench.scan(DEVICE)
    assert heard.heard is Heard.REPEAT
    assert heard.item is not None
    assert heard.item.repeat_of is not None
    assert heard.item.repeat_of.number == 1
    assert bench.plan().counts.ready == 1


def test_a_device_of_a_kit_on_the_table_is_said_to_be_in_it(bench: Bench) -> None:
    bench.looked_up(KIT)
    heard = bench.scan("c1sample0000000000a2")
    assert heard.item is not None
    assert heard.item.inside is not None
    assert heard.item.inside.number == 1
    assert not heard.item.ready


def test_a_device_scanned_before_its_kit_joins_it(bench: Bench) -> None:
    single = bench.looked_up("c1sample0000000000a2")
    bench.looked_up(KIT)
    bench.until(lambda: bench.rows[single.id].inside is not None)
    assert bench.plan().counts.ready == 5


def test_claim_settles_each_device_and_leaves_a_receipt(bench: Bench) -> None:
    bench.choose()
    kit, single = bench.looked_up(KIT), bench.looked_up(DEVICE)
    missing, other = bench.looked_up("zz-unknown-zz"), bench.looked_up("c1sample0000000000d2")
    assert bench.claim()
    for row in (kit, single):
        settled = bench.until(lambda row=row: _settled(bench, row.id))  # type: ignore[misc]
        assert settled.progress is Progress.CLAIMED
        assert settled.outcome is not None
        assert settled.outcome.kind is OutcomeKind.CLAIMED_NOW
        assert settled.outcome.handle or settled.device_count > 1
    assert bench.rows[missing.id].outcome is not None
    assert bench.rows[missing.id].outcome.kind is OutcomeKind.NOT_FOUND  # type: ignore[union-attr]
    assert bench.rows[other.id].progress is Progress.REFUSED
    summary = bench.until(lambda: bench.last(Summary))
    assert dict(summary.outcomes) == {"claimed_now": 6, "not_found": 1, "already_claimed": 1}
    assert summary.settled
    paper = bench.station.desk.read(
        lambda reader: receipt(reader, kit.batch, "desk-1", datetime.now(UTC))
    ).result(10)
    assert paper is not None
    assert len(paper.lines) == 8
    assert paper.batch.operator == "Anna"


def test_a_partly_claimed_kit_claims_the_rest(bench: Bench) -> None:
    bench.choose()
    row = bench.looked_up(PARTLY)
    assert bench.claim()
    summary = bench.until(lambda: bench.last(Summary))
    assert dict(summary.outcomes) == {"claimed_now": 22, "already_claimed": 3}
    assert dict(bench.rows[row.id].tally) == {Progress.CLAIMED: 22, Progress.REFUSED: 3}


def test_a_claimed_device_is_a_repeat_for_ever(start: Start) -> None:
    first = start()
    first.choose()
    row = first.looked_up(DEVICE)
    assert first.claim()
    first.until(lambda: _settled(first, row.id))
    first.stop()
    second = start()
    heard = second.scan(DEVICE)
    assert heard.heard is Heard.REPEAT


def test_scans_survive_the_end_of_the_process(start: Start) -> None:
    first = start()
    first.looked_up(KIT)
    first.scan("zz-unknown-zz")
    first.stop()
    second = start()
    second.until(lambda: len(second.rows) == 2)
    assert {row.identifier.text for row in second.rows.values()} == {KIT, "zz-unknown-zz"}


def test_claim_needs_an_operator_a_target_and_what_was_on_the_screen(bench: Bench) -> None:
    bench.choose()
    bench.looked_up(DEVICE)
    before = [(batch.id, batch.revision) for batch in bench.plan().batches]
    assert not bench.claim(operator=" ")
    bench.looked_up(KIT)
    from station.desk import batches

    assert not bench.station.desk.do(batches.claim, before, "Anna").result(10)
    assert bench.plan().counts.claimed == 0
    assert bench.claim()
