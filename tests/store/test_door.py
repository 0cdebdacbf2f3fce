"""The store is what the desk asks for, and says no to what it must not take."""

import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from station.core.batch import Batch
from station.core.item import Event
from station.desk import ports
from station.store import StoreError, StoreProblem
from tests.store.shelf import START, Open, Shelf

ROOT = Path(__file__).parents[2]


def test_it_is_the_store_that_the_desk_asks_for(opened: Open) -> None:
    store: ports.Store = opened()  # what mypy says of this line is the test
    with store.transaction():
        store.put("chosen", "local")
    with store.read_only() as reader:
        only: ports.Reader = reader
        assert only.desk_id() == store.desk_id() != ""
    assert store.get("chosen") == "local"
    assert store.get("never put") == ""


def test_a_change_outside_a_transaction_is_refused(opened: Open) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        opened().put("name", "value")


def test_a_transaction_that_fails_leaves_nothing(shelf: Shelf) -> None:
    def cut() -> None:
        with shelf.store.transaction():
            shelf.store.put("name", "value")
            raise KeyError("cut")

    with pytest.raises(KeyError):
        cut()
    assert shelf.store.get("name") == ""
    assert shelf.add("A") > 0


def test_a_time_without_a_zone_is_refused(shelf: Shelf) -> None:
    with pytest.raises(ValueError, match="zone"), shelf.store.transaction():
        shelf.store.add_event(Event(datetime(2026, 5, 4, 8, 30), "x"))  # noqa: DTZ001 - the point of the test


def test_a_word_that_is_none_of_ours_is_refused(shelf: Shelf) -> None:
    item = shelf.add("A")
    with pytest.raises(StoreError) as refused, shelf.store.transaction():
        shelf.store.connection.write("UPDATE items SET progress = 'lost' WHERE id = ?", item)
    assert refused.value.problem is StoreProblem.CONSTRAINT


@pytest.mark.parametrize(
    "change", ["DELETE FROM events", "UPDATE events SET who = 'x'", "DELETE FROM items", "DELETE FROM batches"]
)
def test_what_happened_is_never_changed(shelf: Shelf, change: str) -> None:
    shelf.kit("K")
    with shelf.store.transaction():
        shelf.store.add_event(Event(START, "claim", batch="b1"))
    with pytest.raises(StoreError) as refused, shelf.store.transaction():
        shelf.store.connection.write(change)
    assert refused.value.problem is StoreProblem.CONSTRAINT


def test_batches_change_only_as_they_were_seen(shelf: Shelf) -> None:
    seen = shelf.store.batch("b1")
    assert seen is not None
    shelf.add("A")
    with shelf.store.transaction():
        assert not shelf.store.change_batch("b1", revision=seen.revision, closed_at=START)
        assert shelf.store.change_batch("b1", revision=seen.revision + 1, closed_at=START, paused="by_person")
        assert not shelf.store.change_batch("none", operator="Anna")
        with pytest.raises(TypeError, match="weight"):
            shelf.store.change_batch("b1", weight=3)
    changed = shelf.store.batch("b1")
    assert changed is not None
    assert (changed.closed_at, changed.paused, changed.revision) == (START, "by_person", seen.revision + 2)
    assert shelf.store.open_batches() == []


def test_a_batch_comes_back_as_it_was(shelf: Shelf) -> None:
    batch = Batch(
        "b2", "oslo", "disruptive", START, "https://x", "acc", "t", "Oslo", "Anna", 0, None, "why", "order-7", "digest",
        True, True, True,
    )
    with shelf.store.transaction():
        shelf.store.add_batch(batch)
    assert shelf.store.batch("b2") == batch == shelf.store.batch_named("order-7")
    assert shelf.store.batches(1) == [batch]
    assert shelf.store.batch_named("") is None


def test_texts_that_utf8_does_not_know_are_kept_with_question_marks(shelf: Shelf) -> None:
    item = shelf.store.item(shelf.add("A", name="half \ud83d emoji \0 and a NUL"))
    assert item is not None
    assert item.name == "half ? emoji \0 and a NUL"


def test_a_reader_sees_one_moment_and_cannot_write(shelf: Shelf) -> None:
    with shelf.store.read_only() as reader:
        shelf.add("A")
        assert reader.counts().scanned == 0
        assert not hasattr(reader, "transaction")
    assert shelf.store.counts().scanned == 1
    assert not shelf.store.changed_elsewhere()


def test_errors_that_are_not_sqlites_own_are_not_hidden(shelf: Shelf) -> None:
    with pytest.raises(StoreError) as refused:
        shelf.store.connection.read("SELECT nonsense")
    assert refused.value.problem is StoreProblem.FAULT
    assert isinstance(refused.value.__cause__, sqlite3.OperationalError)


def test_a_start_imports_nothing_that_is_slow(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from station.store import choose_seal, open_store\n"
        "open_store(Path(sys.argv[1]), choose_seal(lambda _: None)).store.close()\n"
        "print(sorted({'sqlalchemy', 'alembic', 'keyring', 'cryptography'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "desk.db")]
    for _ in ("a new database", "one that is there"):
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert run.stdout.strip() == "[]"
