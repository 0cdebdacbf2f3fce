"""A database of version 1, with a delivery in it, is one of this version with nothing lost."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from station.core.call import Call, CallState, Verb
from station.core.finding import ClaimStatus, FoundDevice, Holder
from station.core.progress import Progress
from station.core.secret import Secret
from station.store import StoreError, open_store
from station.store.migration import APPLICATION_ID
from station.store.migrations import VERSION, steps
from tests.store.shelf import START, Shelf, code

AT = START.isoformat(timespec="microseconds")


def version_1(path: Path) -> None:
    """A refused row that was tried again, the row that it is tried in, its call, its history and a finding."""
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        for statement in steps()[0].STATEMENTS:
            old.execute(statement)
        old.execute("PRAGMA user_version = 1")
        old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        old.execute("INSERT INTO meta VALUES ('desk_id', 'd-1'), ('seal_salt', '00ff'), ('chosen', 'local')")
        old.execute("BEGIN")
        old.execute(
            "INSERT INTO batches (id, connection, kind, opened_at, target, target_title) VALUES "
            "('b1', 'local', 'local', ?, 't', 'Oslo')", (AT,)
        )
        old.execute(
            "INSERT INTO calls (key, number, verb, connection, kind, made_at, batch, state, answer) VALUES "
            "('k1', 1, 'claim', 'local', 'local', ?, 'b1', 'settled', 'raw')", (AT,)
        )
        add = (
            "INSERT INTO items (id, batch, number, connection, kind, fields, key, text, source, scanned_at, progress, "
            "live, again_of, again_in, refused_devices, open_devices, claim_status, device_count, scan) "
            "VALUES (?, 1, ?, 'local', 'code', ?, ?, ?, 'typed', ?, ?, ?, ?, ?, ?, ?, 'unclaimed', 1, ?)"
        )
        fields = '[["code","A"]]'
        old.execute(add, (1, 1, fields, "code:A", "A", AT, "refused", 0, None, 2, 1, 0, b"A"))
        old.execute(add, (2, 2, fields, "code:A", "A", AT, "open", 1, 1, None, 0, 1, b"A"))
        old.execute("INSERT INTO devices (item, device_id, progress, call, outcome) VALUES "
                    "(1, 'A', 'refused', 'k1', 'rejected'), (2, 'A', 'open', NULL, NULL)")
        old.execute("INSERT INTO call_devices (call, device, item, device_id, kind, fields) VALUES "
                    "('k1', 1, 1, 'A', 'code', ?)", (fields,))
        old.execute("INSERT INTO events (at, what, batch, item) VALUES (?, 'step', 'b1', 1)", (AT,))
        old.execute("INSERT INTO findings (connection, key, status, at, devices) VALUES ('local', 'code:A', 'claimed', "
                    "?, '[[\"A\",\"r\",\"claimed\",\"ours\",\"Oslo\",\"t\",\"p\",\"h\"]]')", (AT,))
        old.execute("COMMIT")
        assert old.execute("SELECT problems, ready FROM batches").fetchone() == (1, 1)


def test_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    version_1(path)
    with closing(open_store(path).store) as store:
        assert store.connection.value("PRAGMA user_version") == VERSION
        assert store.desk_id() == "d-1"
        assert store.check() == ""
        first, again = store.items([1, 2])
        assert (first.progress, first.again_in and first.again_in.item) == (Progress.REFUSED, 2)
        assert (again.ready, again.again_of and again.again_of.item) == (True, 1)
        assert [(device.call, device.found.owned) for device in store.devices(1)] == [("k1", False)]
        (call,) = store.calls()
        assert (call.verb, call.state, call.answer, call.values) == (Verb.CLAIM, CallState.SETTLED, "raw", ())
        assert [named.device_id for named in call.devices] == ["A"]
        assert len(store.events(item=1)) == 1
        kept = store.finding("local", code("A"))
        assert kept is not None
        assert kept.devices == (FoundDevice("A", ClaimStatus.CLAIMED, "r", "t", "p", Holder.OURS, "Oslo", "h"),)
        # What was tried again is looked at where it goes on: it is no problem any more.
        assert (store.counts().problems, store.counts().ready, store.counts().scanned) == (0, 1, 2)
        assert store.kept(2)[2].labels == ()


def test_the_rules_still_hold_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    version_1(path)
    with closing(open_store(path).store) as store:
        for statement in ("DELETE FROM items", "DELETE FROM calls", "UPDATE events SET why = 'x'"):
            with pytest.raises(StoreError), store.transaction():
                store.connection.write(statement)
        with store.transaction():
            assert store.remove_item(2, START, "Anna", "test")
        assert store.counts().ready == 0


def test_a_changes_values_are_kept_and_its_secrets_only_named(shelf: Shelf) -> None:
    store = shelf.store
    call = Call(
        "k1", 1, Verb.OPEN_CLAIMING, "local", "local", "", "", "t", (), "Anna", "r1", START, "b1",
        values=(("serial", "S1"),), secrets=(("pin", Secret("8253-8253")),),
    )
    with store.transaction():
        store.add_call(call)
    (kept,) = store.calls()
    assert kept == call
    assert kept.value("serial") == "S1"
    assert [(name, bool(secret)) for name, secret in kept.secrets] == [("pin", False)]
    assert b"8253-8253" not in b"".join(each.read_bytes() for each in store.path.parent.iterdir() if each.is_file())


def test_names_moves_and_labels_of_a_device(shelf: Shelf) -> None:
    store = shelf.store
    item = shelf.kit("A")
    first, second = (device.id for device in store.devices(item))
    with store.transaction():
        numbers = [store.next_name_number("b1"), store.next_name_number("b1")]
        store.put_made_name(item, "R1 … R2", numbers[0])
        store.change_device(first, name="R1", number=numbers[0], labels={"room": "4 B"})
        store.change_device(second, target="t2", place="Bergen", handle="h9")
    assert numbers == [1, 2]
    assert store.made_name(item) == (True, 1)
    kept = store.kept(item)
    assert (kept[first].name, kept[first].number, kept[first].labels) == ("R1", 1, (("room", "4 B"),))
    assert (kept[second].target, kept[second].name) == ("t2", "")
    revision = store.batch("b1").revision  # type: ignore[union-attr]
    with store.transaction():
        store.put_made_name(item, "R1 … R2", 1)
    assert store.batch("b1").revision == revision  # type: ignore[union-attr]
    found = store.item(item)
    assert found is not None
    assert found.name == "R1 … R2"
