"""A database of any earlier version says after its migration what it said before, in less room."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.finding import ClaimStatus, FoundDevice
from station.core.identifier import Identifier, Kind
from station.core.progress import Progress
from station.desk.ports import Order
from station.store import SqliteStore, StoreProblem, open_store
from station.store.migrations import VERSION
from station.store.values import read_time, time_number
from tests.store.older import LATER, QUOTED, ROWS, make_older
from tests.store.shelf import START

EARLIER = range(1, VERSION)


@pytest.fixture(params=EARLIER)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteStore]:
    make_older(tmp_path / "desk.db", request.param)
    with closing(open_store(tmp_path / "desk.db").store) as store:
        yield store


def of(text: str) -> Identifier:
    return Identifier.of(Kind.CODE, code=text)


def says_the_same(store: SqliteStore) -> None:
    """All that was written of the rows, where the programs that look at the file from outside read it too."""
    kept = store.connection.read("SELECT kind, fields, key, text, shown, name, scan, sealed FROM items ORDER BY id")
    assert [(row["kind"], row["fields"], row["text"], row["shown"], row["name"], row["sealed"]) for row in kept] == [
        (kind, fields, text, shown, name, sealed) for kind, fields, text, shown, name, _, sealed in ROWS
    ]
    assert [row["key"] for row in kept] == [f"{row[0]}:{row[2]}" for row in ROWS]
    # Where nothing was kept of an open scan, that nothing is kept.
    assert [row["scan"] for row in kept] == [row[5] if row[5] or row[6] else b"" for row in ROWS]
    items = store.items(range(1, len(ROWS) + 1))
    assert [item.identifier.fields for item in items] == [
        tuple((name, value) for name, value in json.loads(row[1])) for row in ROWS
    ]
    assert {item.scanned_at for item in items} == {START}
    claimed, seen = items[0], items[1]
    assert (claimed.progress, claimed.sent_at, claimed.settled_at) == (Progress.CLAIMED, START, later())
    assert (seen.looked_up_at, seen.settled_at) == (later(), None)
    (device,) = store.devices(1)
    assert (device.call, device.changed_at, store.devices(2)[0].changed_at) == ("k1", later(), None)
    (event,) = store.events(item=1)
    assert (event.at, event.batch, event.device_id, event.new) == (later(), "b1", "A-1", "sending")


def later() -> datetime:
    return datetime.fromisoformat(LATER)


def test_it_says_the_same(store: SqliteStore) -> None:
    assert store.check() == ""
    says_the_same(store)


def test_what_follows_from_the_text_is_not_written_beside_it(store: SqliteStore) -> None:
    own = store.connection.read("SELECT own_fields, own_shown, own_scan, search FROM items ORDER BY id")
    assert tuple(own[0]) == (None, None, None, "")
    assert tuple(own[1]) == (None, None, ROWS[1][5], "strasse 7")
    assert tuple(own[7]) == (None, None, None, "øl-8")
    assert own[6]["own_fields"] == ROWS[6][1]
    times = "SELECT typeof(scanned_at) FROM items UNION SELECT typeof(at) FROM events"
    assert [row[0] for row in store.connection.read(times)] == ["integer"]


def test_rows_are_found_and_looked_for_as_before(store: SqliteStore) -> None:
    assert [link.item for text in ("B-2", QUOTED, "ØL-8") if (link := store.live_item("local", of(text)))] == [2, 7, 8]
    assert store.live_item("local", of("A-1")) is None  # claimed: no row waits for it
    for text, rows in (("b-2", [2]), ("STRASSE", [2]), ("øL", [8]), ("s4,MAC", [4]), ("oslo", list(range(1, 10)))):
        assert list(store.item_ids(Order(descending=False, text=text))) == rows


def test_a_changed_row_keeps_its_scan_and_no_number_is_given_twice(store: SqliteStore) -> None:
    whole = Identifier.of(Kind.SERIAL_MAC, serial="S4", mac="BB")
    plain = Identifier.of(Kind.CODE, code="A-1b")
    with store.transaction():
        store.change_item(4, identifier=whole)
        store.change_item(8, identifier=plain)
        store.put_devices(9, [FoundDevice("N-9", ClaimStatus.UNCHECKED), FoundDevice("N-9b", ClaimStatus.UNCHECKED)])
        store.hide_scan(2, "hidden")
    kept = {row["id"]: row for row in store.connection.read("SELECT * FROM items")}
    assert (kept[4]["scan"], kept[4]["fields"]) == (b"S4;AA", '[["serial","S4"],["mac","BB"]]')
    assert (kept[8]["scan"], kept[8]["shown"], kept[8]["key"]) == ("ØL-8".encode(), "ØL-8", "code:A-1b")
    assert (kept[2]["scan"], kept[2]["shown"]) == (None, "hidden")  # there is no seal to keep it with
    assert [device.id for device in store.devices(9)] == [9, 11]  # 10 was a device that is gone


def test_the_file_is_no_longer_than_it_needs_to_be(store: SqliteStore) -> None:
    assert store.connection.value("PRAGMA freelist_count") == 0
    assert not list(store.path.parent.glob("*-journal"))
    (copy,) = store.path.parent.glob("desk.version-*.db")
    assert copy.stat().st_size > 0


@pytest.mark.parametrize("version", EARLIER)
def test_what_a_damaged_one_still_says_comes_over(tmp_path: Path, version: int) -> None:
    path = tmp_path / "desk.db"
    make_older(path, version)
    with closing(sqlite3.connect(path)) as whole:
        (page,) = whole.execute("SELECT rootpage FROM sqlite_master WHERE name = 'findings'").fetchone()
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xee" * 4096
    path.write_bytes(data)
    opened = open_store(path, now=lambda: START)
    with closing(opened.store) as store:
        assert opened.problem is StoreProblem.DAMAGED_KEPT_ASIDE
        says_the_same(store)
        assert {row[0] for row in store.connection.read("SELECT typeof(scanned_at) FROM items")} == {"integer"}


@given(st.datetimes(timezones=st.timezones()))
def test_a_time_keeps_its_last_microsecond(at: datetime) -> None:
    assert read_time(time_number(at)) == at.astimezone(UTC)
