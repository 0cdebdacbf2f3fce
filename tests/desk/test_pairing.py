"""Identifiers in parts: scanned one after the other in either order, or typed; and a PIN that nobody sees."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.core.identifier import Identifier, Kind
from station.core.item import Item
from station.core.news import Heard, Refused, ScanHeard
from station.core.progress import Progress
from station.core.scan import Scan
from station.desk import batches, intake, rows, table

from .bench import PATIENCE_S, Bench
from .scripted import MovedClock, wait_for
from .vendors import Macs, Pins, Vendor, World, desk_of

CANARY = "8253"


def _row(bench: Bench, text: str) -> Item:
    item = bench.scan(text).item
    assert item is not None
    return item


def _do(bench: Bench, verb, *args):  # type: ignore[no-untyped-def]
    return bench.station.desk.do(verb, *args).result(PATIENCE_S)


def _written(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


@pytest.mark.parametrize(
    "codes", [("XY-1", "0123456789ab"), ("0123456789ab", "XY-1"), ("MAC: 0123456789ab", "SN: XY-1")]
)
def test_two_labels_make_one_row_in_either_order(tmp_path: Path, codes: tuple[str, str]) -> None:
    with desk_of(tmp_path, Macs("m", World())) as bench:
        half = _row(bench, codes[0])
        assert len(half.identifier.missing) == 1
        assert not half.ready
        whole = _row(bench, codes[1])
        assert (whole.id, whole.identifier.text) == (half.id, "serial=XY-1,mac=0123456789ab")
        assert whole.ready
        assert len(bench.rows) == 1


def test_after_ten_seconds_a_second_label_begins_a_row_and_the_first_still_says_what_it_lacks(tmp_path: Path) -> None:
    clock = MovedClock()
    with desk_of(tmp_path, Macs("m", World()), clock=clock) as bench:
        half = _row(bench, "XY-1")
        at = datetime.now(UTC).timestamp() + 11
        later = Scan(b"0123456789ab", "practice", datetime.fromtimestamp(at, UTC))
        other = _do(bench, intake.keep, later).item
        assert other.id != half.id
        before = len(bench.news)
        clock.leap(11)
        bench.until(lambda: any(each for each in bench.news[before:] if half.id in _told(each)))
        assert bench.rows[half.id].identifier.missing == ("mac",)


def _told(news: object) -> list[int]:
    return [item.id for item in getattr(news, "items", ())]


def test_what_is_typed_fills_a_half_row_whenever_it_comes(tmp_path: Path) -> None:
    with desk_of(tmp_path, Macs("m", World())) as bench:
        half = _row(bench, "XY-1")
        assert not _do(bench, intake.fill, half.id, {"serial": "XY-2", "nonsense": "x"})
        assert bench.last(Refused) == Refused("fill", "does_not_fit")
        assert _do(bench, intake.fill, half.id, {"mac": " 0123456789ab "})
        assert bench.rows[half.id].identifier.text == "serial=XY-1,mac=0123456789ab"
        assert not _do(bench, intake.fill, half.id, {"mac": "0123456789ac"})
        assert bench.last(Refused) == Refused("fill", "nothing_lacks")


def test_a_label_that_says_all_fills_the_row_that_has_a_part(tmp_path: Path) -> None:
    with desk_of(tmp_path, Macs("m", World())) as bench:
        half = _row(bench, "XY-1")
        whole = _do(bench, intake.keep, Scan(b"XY-1;01:23:45:67:89:ab", "practice", datetime(2030, 1, 1, tzinfo=UTC)))
        assert whole.item.id == half.id
        assert bench.rows[half.id].ready


def test_the_same_half_read_twice_is_one_row_and_lone_halves_and_pins_are_no_repeats(tmp_path: Path) -> None:
    with desk_of(tmp_path, Pins("p", World())) as bench:
        first, again = bench.scan("SN-12345"), bench.scan("SN-12345")
        assert (first.heard, again.heard) == (Heard.KEPT, Heard.REPEAT)
        assert first.item is not None
        assert again.item is not None
        assert first.item.id == again.item.id
        _do(bench, rows.remove, [first.item.id], "Anna")
        one, two, three = _row(bench, "4711"), _row(bench, "5922"), _row(bench, "4711")
        assert len({one.id, two.id, three.id}) == 3
        assert [each.repeat_of for each in (one, two, three)] == [None] * 3
        assert _row(bench, "SN-77777").id == three.id


@pytest.mark.parametrize("order", [(CANARY, "SN-12345"), ("SN-12345", CANARY)])
def test_a_pin_is_sealed_and_never_shown(tmp_path: Path, order: tuple[str, str]) -> None:
    world = World()
    with desk_of(tmp_path, Pins("p", world)) as bench:
        for code in order:
            assert bench.scan(code).shown == ("***" if code == CANARY else code)
        again = bench.scan(CANARY)  # a scanner that reads twice
        assert (again.heard, again.shown) == (Heard.REPEAT, "***")
        (row,) = bench.rows.values()
        assert row.identifier.secret("pin") is not None
        bench.until(lambda: bench.rows[row.id].looked_up_at)
        _do(bench, table.details, row.id)
        assert CANARY not in repr(bench.news)
        assert CANARY.encode() not in _written(tmp_path)
        assert bench.claim()
        bench.until(lambda: bench.rows[row.id].progress is Progress.CLAIMED)
        pin = world.calls[0].devices[0].identifier.secret("pin")
        assert pin is not None
        assert pin.reveal() == CANARY
    assert CANARY.encode() not in _written(tmp_path)


def test_what_was_shown_as_a_serial_number_and_is_the_pin_is_hidden_in_every_file(tmp_path: Path) -> None:
    canary = "82538253"
    with desk_of(tmp_path, Pins("p", World())) as bench:
        taken = bench.scan(canary)
        assert taken.shown == canary  # nobody can know yet
        heard = bench.scan("SN-12345")
        assert heard.item is not None
        assert heard.item.identifier.text == "serial=SN-12345"
        assert canary not in heard.item.shown
        after = bench.news.index(heard)
        bench.until(lambda: bench.rows[heard.item.id].looked_up_at if heard.item else None)
        assert canary not in repr(bench.news[after:])
        assert canary.encode() not in _written(tmp_path)


def test_a_forms_fields_go_to_their_connection_and_a_typed_pin_is_sealed(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World()), Pins("p", World())) as bench:
        now = datetime.now(UTC)
        named = Identifier.of(Kind.SERIAL_PIN, serial="SN-12345", pin=CANARY)
        heard = _do(bench, intake.keep_typed, Scan(f"SN-12345 {CANARY}".encode(), "typed", now), "p", named, "Hall")
        assert (heard.heard, heard.item.connection, heard.item.name) == (Heard.KEPT, "p", "Hall")
        assert isinstance(bench.last(ScanHeard), ScanHeard)
        assert bench.plan().connection == "a"
        half = _do(
            bench, intake.keep_typed, Scan(b"SN-1", "typed", now), "p", Identifier.of(Kind.SERIAL_PIN, serial="SN-1")
        ).item
        assert _do(bench, intake.fill, half.id, {"pin": CANARY})
        assert bench.rows[half.id].ready
        refused = _do(
            bench, intake.keep_typed, Scan(b"x", "typed", now), "a", Identifier.of(Kind.SERIAL_PIN, serial="x", pin="1")
        )
        assert (refused.heard, refused.refusal) == (Heard.PROBLEM, "fits_nowhere")
        assert _do(bench, intake.keep_typed, Scan(b"x", "typed", now), "z", named).heard is Heard.PROBLEM
        assert CANARY not in repr(bench.news)
    assert CANARY.encode() not in _written(tmp_path)


def test_named_values_of_a_label_count_before_what_its_code_is_taken_for(tmp_path: Path) -> None:
    with desk_of(tmp_path, Macs("m", World())) as bench:
        row = _row(bench, '{"device_id": "XY-77", "serial": "S-9", "mac": "01:23:45:67:89:ab", "name": "Hall"}')
        assert row.identifier.text == "serial=S-9,mac=0123456789ab"
        assert row.name == "Hall"


def test_in_a_mixed_delivery_a_half_of_another_connection_gets_its_second_code(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World()), Pins("p", World()), mixed=True) as bench:
        half = _row(bench, "SN-12345")
        assert half.connection == "p"
        assert _row(bench, CANARY).id == half.id
        assert _row(bench, "A1").connection == "a"


def test_a_row_that_was_refused_is_tried_again_with_its_pin_given_anew(tmp_path: Path) -> None:
    world = World(anothers={"serial=SN-12345"})
    with desk_of(tmp_path, Pins("p", world)) as bench:
        row = _row(bench, "SN-12345")
        _row(bench, CANARY)
        bench.until(lambda: bench.rows[row.id].looked_up_at)
        assert bench.claim()
        bench.until(lambda: bench.rows[row.id].progress is Progress.REFUSED)
        assert bench.plan().counts.problems == 1
        (again,) = _do(bench, rows.try_again, [row.id], "Anna")
        assert bench.rows[again].identifier.missing == ("pin",)
        assert bench.plan().counts.problems == 1  # the old row is looked at no more, the new one lacks its PIN
        world.anothers.clear()
        assert _do(bench, intake.fill, again, {"pin": CANARY})
        bench.until(lambda: bench.rows[again].looked_up_at)
        assert bench.plan().counts.problems == 0
        assert bench.claim()
        bench.until(lambda: bench.rows[again].progress is Progress.CLAIMED)


def test_a_kept_target_title_is_the_vendors(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World())) as bench:
        assert wait_for(lambda: bench.plan().target_title == "Oslo")
        _do(bench, batches.choose, "a", "t2", "Bergen")
        assert bench.plan().target_title == "Bergen"
