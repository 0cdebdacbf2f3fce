"""What the disk and other processes do: power cuts, damage, no room, no rights, two writers."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest

from station.core.batch import Batch
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.desk.ports import Order
from station.store import StoreError, StoreProblem, open_store
from tests.store.shelf import START, Open, Shelf

ROOT = Path(__file__).parents[2]
NOBODY = 65534


def adding(path: Path, name: str, most: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.store.adding", str(path), name, str(most)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_everything_is_there_after_a_restart(opened: Open, shelf: Shelf) -> None:
    kit = shelf.kit("K", 3)
    shelf.bring(kit, Progress.SENDING)
    one = shelf.store.devices(kit)[0].id
    with shelf.store.transaction():
        done = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, "h")
        shelf.store.step([one], Progress.SENDING, Progress.CLAIMED, shelf.now(), outcome=done)
    shelf.add("A", name="name", repeat_of=kit)

    def all_of(shelf: Shelf) -> object:
        ids = shelf.store.item_ids(Order())
        return (
            shelf.store.items(ids), shelf.store.devices(kit), shelf.store.events(batch="b1"), shelf.store.counts(),
            shelf.store.batches(), shelf.store.desk_id(),
        )

    before = all_of(shelf)
    shelf.store.close()
    assert all_of(Shelf(opened(), count())) == before


def test_what_was_said_to_be_on_disk_is_there_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with adding(path, "b1", -1) as child:
        assert child.stdout is not None
        printed = [int(child.stdout.readline()) for _ in range(40)]
        child.kill()
        printed += [int(line) for line in child.stdout.read().split("\n") if line]
    opened = open_store(path)
    with closing(opened.store) as store:
        assert opened.problem is None
        kept = {item.id: item for item in store.items_of("b1")}
        assert set(printed) <= set(kept)
        assert store.counts().scanned == len(kept)
        assert sorted(item.number for item in kept.values()) == list(range(1, len(kept) + 1))


def test_two_processes_write_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with closing(open_store(path).store) as store:
        assert not store.changed_elsewhere()
        children = [adding(path, name, 60) for name in ("b1", "b2")]
        for child in children:
            child.communicate(timeout=60)
            assert child.returncode == 0
        assert store.changed_elsewhere()
        assert not store.changed_elsewhere()
        numbers = [item.number for batch in ("b1", "b2") for item in store.items_of(batch)]
        assert sorted(numbers) == list(range(1, 121))
        assert store.counts().scanned == 120


def test_a_database_that_another_process_keeps_locked_is_said_to_be(shelf: Shelf) -> None:
    shelf.store.connection.raw.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(shelf.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as locked:
            shelf.add("A")
    assert locked.value.problem is StoreProblem.LOCKED
    assert shelf.add("A") > 0


def test_a_full_disk_loses_nothing_that_was_kept(shelf: Shelf) -> None:
    kept = [shelf.add(f"A{number}") for number in range(20)]
    raw = shelf.store.connection.raw
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages + 2}")

    def fill() -> None:
        for number in range(1000):
            kept.append(shelf.add(f"B{number}" * 50))  # noqa: PERF401 - those before the last fit are kept

    with pytest.raises(StoreError) as full:
        fill()
    assert full.value.problem is StoreProblem.DISK_FULL
    assert [item.id for item in shelf.store.items_of("b1")] == kept
    raw.execute("PRAGMA max_page_count = 100000")
    kept.append(shelf.add("C"))
    assert shelf.store.counts().scanned == len(kept)


@pytest.mark.parametrize("where", ["head", "middle"])
def test_a_damaged_file_is_kept_aside_and_what_can_be_read_comes_over(shelf: Shelf, where: str) -> None:
    for number in range(400):
        shelf.add(f"A{number}")
    with shelf.store.transaction():
        shelf.store.put("chosen", "local")
    path, desk = shelf.store.path, shelf.store.desk_id()
    shelf.store.close()
    data = bytearray(path.read_bytes())
    at = 0 if where == "head" else len(data) * 2 // 3 // 4096 * 4096
    data[at : at + 4096] = os.urandom(4096)
    path.write_bytes(data)
    opened = open_store(path, now=lambda: START)
    with closing(opened.store) as store:
        assert opened.problem is StoreProblem.DAMAGED_KEPT_ASIDE
        assert store.path == path
        assert store.check() == ""
        aside = path.with_name("desk.damaged-20260504T083000.db")
        assert aside.read_bytes()[at : at + 4096] == data[at : at + 4096]
        assert aside.name in opened.detail
        assert store.desk_id() != desk
        if where == "middle":
            assert store.get("chosen") == "local"
            assert store.counts().scanned == len(list(store.items_of("b1"))) > 200
        with store.transaction():
            store.add_batch(Batch("new", "local", "local", START))


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to look at" * 50])
def test_a_file_without_a_database_makes_room_for_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(content)
    opened = open_store(path)
    with closing(opened.store):
        assert opened.problem is (StoreProblem.DAMAGED_KEPT_ASIDE if content else None)


def test_a_newer_programs_data_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with closing(open_store(path).store) as store:
        store.connection.raw.execute("PRAGMA user_version = 99")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(StoreError) as refused:
        open_store(path)
    assert refused.value.problem is StoreProblem.NEWER_VERSION
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE birds (name)")
    with pytest.raises(StoreError) as refused:
        open_store(path)
    assert refused.value.problem is StoreProblem.NOT_OURS


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account of this machine may read."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """Nobody may write in the folder; where the tests run as root, as another account."""
    for path in (folder, *folder.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in another way")
@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_that_cannot_be_written_is_said_at_the_start(open_folder: Path, exists: bool) -> None:
    path = open_folder / "desk.db"
    if exists:
        open_store(path).store.close()
    with without_rights(open_folder), pytest.raises(StoreError) as refused:
        open_store(path)
    assert refused.value.problem is (StoreProblem.READ_ONLY if exists else StoreProblem.NO_ACCESS)


def test_a_cut_at_each_point_of_a_commit_keeps_all_or_nothing(tmp_path: Path) -> None:
    class PowerCut(Exception):
        pass

    armed = ""

    def faults(point: str) -> None:
        if point == armed:
            raise PowerCut(point)

    path = tmp_path / "desk.db"
    store = open_store(path, faults=faults).store
    for armed in ("store.before_commit", "store.after_commit"):  # the hook reads it
        with pytest.raises(PowerCut), store.transaction():
            store.put(armed, "kept")
    armed = ""
    assert store.get("store.before_commit") == ""
    assert store.get("store.after_commit") == "kept"
    store.close()


class Failing:
    """A disk that gives an error at the first ``times`` steps of a database's making."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self, point: str) -> None:
        if point.startswith("store.migrate.") and self.left:
            self.left -= 1
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error


def test_a_disk_that_fails_for_a_moment_does_not_cost_the_day(tmp_path: Path) -> None:
    opened = open_store(tmp_path / "desk.db", faults=Failing(2))
    with closing(opened.store) as store:
        assert opened.problem is None
        assert store.desk_id()


def test_a_disk_that_goes_on_failing_is_said_to_fail(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as failed:
        open_store(tmp_path / "desk.db", faults=Failing(100))
    assert failed.value.problem is StoreProblem.DISK_ERROR
    with closing(open_store(tmp_path / "desk.db").store) as store:
        assert store.desk_id()
