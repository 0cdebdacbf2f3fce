"""Rows: numbers, repeats, halves, links, moves, removal and return."""


import pytest

from station.core.finding import ClaimStatus, Finding, FoundDevice, Holder
from station.core.identifier import Identifier, Kind
from station.core.item import Check, Item, Link, Reason
from station.core.progress import Progress
from station.core.scan import Scan
from tests.store.shelf import Open, Shelf, code, found


def row(shelf: Shelf, item: int) -> Item:
    there = shelf.store.item(item)
    assert there is not None
    return there


def live(shelf: Shelf, text: str, connection: str = "local") -> int:
    link = shelf.store.live_item(connection, code(text))
    return link.item if link else 0


def test_a_row_comes_back_as_it_was_scanned(shelf: Shelf) -> None:
    item = shelf.add("ocean-table-blue", name="Boiler room", fits="other", check=Check.CHECKING)
    there = row(shelf, item)
    assert (there.id, there.batch, there.connection, there.number) == (item, "b1", "local", 1)
    assert there.identifier == code("ocean-table-blue")
    assert (there.name, there.fits, there.check) == ("Boiler room", "other", Check.CHECKING)
    assert (there.shown, there.target_title, there.source) == ("ocean-table-blue", "Oslo", "typed")
    assert there.scanned_at.microsecond == 123456
    assert shelf.store.items([99, item, 98]) == [there]
    assert shelf.store.item(99) is None


def test_numbers_go_on_over_all_batches_on_the_table(shelf: Shelf) -> None:
    shelf.batch("b2", "oslo")
    numbers = [row(shelf, shelf.add(text, batch)).number for text, batch in (("A", "b1"), ("B", "b2"), ("C", "b1"))]
    assert numbers == [1, 2, 3]
    with shelf.store.transaction():
        shelf.store.change_batch("b1", closed_at=shelf.now())
        assert len(shelf.store.put_away(["b1", "b2"])) == 2  # b2 is open: it stays
    assert row(shelf, shelf.add("D", "b2")).number == 3
    assert [item.number for item in shelf.store.items_of("b1")] == [1, 3]


def test_a_batch_that_is_not_there_takes_no_row(shelf: Shelf) -> None:
    with pytest.raises(LookupError), shelf.store.transaction():
        shelf.store.change_item(shelf.add("A"), batch="none")


def test_a_second_scan_finds_the_row_that_it_repeats(shelf: Shelf) -> None:
    first = shelf.add("A")
    second = shelf.add("A", repeat_of=first)
    assert live(shelf, "A") == first
    assert live(shelf, "A", "other") == 0
    there = row(shelf, second)
    assert there.repeat_of == Link(first, 1, "b1", row(shelf, first).scanned_at)
    assert not there.ready


@pytest.mark.parametrize(
    ("progress", "repeats"),
    [(Progress.OPEN, True), (Progress.QUEUED, True), (Progress.SENDING, True), (Progress.UNKNOWN, True),
     (Progress.HELD, True), (Progress.CLAIMED, True), (Progress.REFUSED, False), (Progress.RELEASED, False)],
)
def test_what_is_live_makes_a_repeat(shelf: Shelf, progress: Progress, repeats: bool) -> None:
    item = shelf.kit("K")
    shelf.bring(item, progress)
    assert live(shelf, "K") == (item if repeats else 0)
    link = shelf.store.live_device("local", "K-1")
    assert (link.item if link else 0) == (item if repeats else 0)
    assert shelf.store.live_device("local", "K-1", other_than=item) is None
    assert shelf.store.live_device("other", "K-1") is None


def test_two_halves_become_one_identifier(shelf: Shelf) -> None:
    half = Identifier.of(Kind.SERIAL_MAC, serial="S1")
    item = shelf.add(half)
    assert [waiting.id for waiting in shelf.store.halves("b1")] == [item]
    assert shelf.store.counts().problems == 1
    assert shelf.store.open_items() == []
    with shelf.store.transaction():
        shelf.store.change_item(item, identifier=half.join(Identifier.of(Kind.SERIAL_MAC, mac="aa11")))
    assert shelf.store.halves("b1") == []
    assert row(shelf, item).identifier.text == "serial=S1,mac=aa11"
    assert [open_row.id for open_row in shelf.store.open_items(unchecked_only=True)] == [item]


def test_removed_rows_make_room_and_free_what_they_held(shelf: Shelf) -> None:
    kit = shelf.kit("K")
    inside = shelf.add("K-0", inside=kit)
    second, third = shelf.add("K", repeat_of=kit), shelf.add("K", repeat_of=kit)
    with shelf.store.transaction():
        assert shelf.store.remove_item(kit, shelf.now(), "Anna", "removed")
        assert not shelf.store.remove_item(kit, shelf.now(), "Anna", "removed")
    assert row(shelf, inside).inside is None
    assert live(shelf, "K") == second  # the first repeat is the row now, the other repeats that one
    link = row(shelf, third).repeat_of
    assert link is not None
    assert link.item == second
    assert {device.progress for device in shelf.store.devices(kit)} == {Progress.REMOVED}
    assert shelf.store.live_device("local", "K-0") is None
    with shelf.store.transaction():
        assert shelf.store.restore_item(kit, shelf.now(), "Anna")
    again = row(shelf, kit).repeat_of
    assert again is not None
    assert again.item == second


def test_only_open_rows_can_be_removed(shelf: Shelf) -> None:
    kit = shelf.kit("K")
    shelf.bring(kit, Progress.QUEUED)
    with shelf.store.transaction():
        assert not shelf.store.remove_item(kit, shelf.now(), "Anna", "removed")
        assert not shelf.store.restore_item(kit, shelf.now(), "Anna")
        assert not shelf.store.remove_item(99, shelf.now(), "Anna", "removed")


def test_undo_takes_the_newest_open_row(shelf: Shelf) -> None:
    assert shelf.store.last_open() is None
    first, second = shelf.add("A"), shelf.add("B")
    for expected in (second, first):
        last = shelf.store.last_open()
        assert last is not None
        assert last.id == expected
        with shelf.store.transaction():
            shelf.store.remove_item(last.id, shelf.now(), "Anna", "undo")
    assert shelf.store.last_open() is None
    assert row(shelf, shelf.add("C")).number == 3  # no number names two rows


def test_links_are_set_and_taken_away(shelf: Shelf) -> None:
    first, second = shelf.add("A"), shelf.add("B")
    with shelf.store.transaction():
        shelf.store.change_item(second, repeat_of=first, again_in=first, reason=Reason.TAKEN_BACK)
        shelf.store.change_item(second, name="x", fits="oslo")
    there = row(shelf, second)
    assert (there.reason, there.name, there.fits) == (Reason.TAKEN_BACK, "x", "oslo")
    assert there.again_in is not None
    with shelf.store.transaction():
        shelf.store.change_item(second, repeat_of=0, fits="")
    assert row(shelf, second).repeat_of is None


def test_a_finding_shows_on_its_row_and_is_kept_with_its_age(shelf: Shelf) -> None:
    item = shelf.add("K")
    devices = (
        FoundDevice("d1", ClaimStatus.CLAIMED, "r1", "temp", "100", Holder.ANOTHER, "Bergen", "h"),
        FoundDevice("d2", ClaimStatus.UNCLAIMED, "r2", "temp", "101"),
    )
    at = shelf.now()
    would_be = (("d2", "claimed_now"),)
    finding = Finding(
        code("K"), ClaimStatus.PARTLY_CLAIMED, at, "kit", "Ocean", devices, (3, 1), would_be, '{"raw": 1}'
    )
    with shelf.store.transaction():
        shelf.store.keep_finding("local", finding)
        shelf.store.apply_finding(item, finding)
    there = row(shelf, item)
    assert (there.claim_status, there.what, there.title) == (ClaimStatus.PARTLY_CLAIMED, "kit", "Ocean")
    assert (there.device_type, there.product_number) == ("temp", "")
    assert (there.device_count, there.claimed_count, there.counts_differ) == (2, 1, True)
    assert (there.holder, there.place, there.looked_up_at) == (Holder.ANOTHER, "Bergen", at)
    assert there.would_be == "claimed_now"
    assert there.claimable == 1 == shelf.store.counts().ready
    assert [device.found for device in shelf.store.devices(item)] == list(devices)
    assert shelf.store.finding("local", code("K")) == finding
    assert shelf.store.finding("other", code("K")) is None
    assert shelf.store.raw_finding(item) == '{"raw": 1}'


def test_devices_are_replaced_only_while_all_are_open(shelf: Shelf) -> None:
    kit = shelf.kit("K", 2)
    first = shelf.store.devices(kit)[0]
    shelf.find(kit, *found("K-0", "K-9"))
    assert [device.device_id for device in shelf.store.devices(kit)] == ["K-0", "K-9"]
    assert shelf.store.devices(kit)[0] == first
    shelf.bring(kit, Progress.QUEUED)
    shelf.find(kit, *found("K-0", "K-5", status=ClaimStatus.CLAIMED))
    told = {device.device_id: device.found.status for device in shelf.store.devices(kit)}
    assert told == {"K-0": ClaimStatus.CLAIMED, "K-9": ClaimStatus.UNCLAIMED}


def test_a_removed_row_stays_removed_when_its_finding_comes_late(shelf: Shelf) -> None:
    item = shelf.add("K")
    with shelf.store.transaction():
        shelf.store.remove_item(item, shelf.now(), "Anna", "undo")
    shelf.find(item, *found("d1"))
    assert row(shelf, item).progress is Progress.REMOVED
    assert live(shelf, "K") == 0
    with shelf.store.transaction():
        assert shelf.store.restore_item(item, shelf.now(), "Anna")
    assert shelf.store.devices(item)[0].progress is Progress.OPEN


def test_a_placeholder_makes_room_for_the_real_devices(shelf: Shelf) -> None:
    item = shelf.add("K")
    with shelf.store.transaction():
        shelf.store.put_devices(item, found("K", status=ClaimStatus.UNCHECKED))
    shelf.bring(item, Progress.QUEUED)
    with shelf.store.transaction():
        shelf.store.put_devices(item, found("d1", "d2"))
    assert {device.progress for device in shelf.store.devices(item)} == {Progress.QUEUED}
    assert (row(shelf, item).device_count, shelf.store.counts().queued) == (2, 2)
    with shelf.store.transaction():
        shelf.store.update_devices(item, [FoundDevice("d1", ClaimStatus.CLAIMED, "new", holder=Holder.OURS)])
    assert shelf.store.devices(item)[0].found.ref == "new"
    assert row(shelf, item).claim_status is ClaimStatus.PARTLY_CLAIMED


def test_a_device_that_another_row_holds_is_neither_counted_nor_sent(shelf: Shelf) -> None:
    other, kit = shelf.kit("A", 1), shelf.kit("K", 2)
    device = shelf.store.devices(kit)[0]
    with shelf.store.transaction():
        shelf.store.link_device(device.id, other)
    link = shelf.store.devices(kit)[0].inside
    assert link is not None
    assert link.item == other
    assert row(shelf, kit).claimable == 1
    with shelf.store.transaction():
        shelf.store.step([shelf.store.devices(kit)[1].id], Progress.OPEN, Progress.QUEUED, shelf.now())
    assert row(shelf, kit).progress is Progress.QUEUED
    assert [queued.device_id for _, _, queued in shelf.store.queued("local", 9)] == ["K-1"]


def test_devices_move_to_another_row_and_both_are_told_anew(shelf: Shelf) -> None:
    old, new = shelf.kit("K", 3), shelf.add("K", again_of=1)
    with shelf.store.transaction():
        shelf.store.move_devices([device.id for device in shelf.store.devices(old)][:2], new)
    assert [row(shelf, item).device_count for item in (old, new)] == [1, 2]
    assert row(shelf, new).claim_status is ClaimStatus.UNCLAIMED
    assert shelf.store.counts().ready == 3


def test_refused_scans_are_kept(opened: Open, shelf: Shelf) -> None:
    with shelf.store.transaction():
        shelf.store.add_refused_scan(Scan(b"4006381333931", "keyboard", shelf.now(), "]E0"), "40…", "ean", sealed=False)
    kept = shelf.store.connection.one("SELECT data, symbology, refusal FROM refused_scans")
    assert tuple(kept) == (b"4006381333931", "]E0", "ean")
