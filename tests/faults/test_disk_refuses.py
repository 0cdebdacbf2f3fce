"""A disk that is full, read-only, damaged or gone: said in a code, nothing kept is lost, no success is made up."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from station.core.item import Item
from station.core.news import ConnectionState, ItemsChanged, ScanHeard, Trouble
from station.core.progress import Progress
from station.desk.ports import FaultHook, no_faults
from station.desk.witness import Witness
from station.desk.work import Work
from station.folders import Folders
from station.parts import assemble
from station.settings import Settings
from tests.checker.check import FAIL, check
from tests.desk.bench import PATIENCE_S, Bench
from tests.desk.conftest import template  # noqa: F401 - a fixture
from tests.desk.scripted import wait_for

KIT = "maple-harbor-lantern"
SINGLE = "c1sample0000000000d0"


class Shop:
    """Starts stations on one data folder."""

    def __init__(self, home: Path) -> None:
        self.folders = Folders(home / "data", home, home / "state", home / "logs")
        self.running: list[Bench] = []

    @property
    def base(self) -> Path:
        return self.folders.databases(True)

    def open(self, faults: FaultHook = no_faults) -> Bench:
        self.running.append(Bench(assemble(Settings(), self.folders, faults=faults)))
        self.running[-1].start()
        return self.running[-1]


@pytest.fixture
def shop(template: Path, tmp_path: Path) -> Iterator[Shop]:  # noqa: F811 - the fixture
    made = Shop(tmp_path)
    shutil.copytree(template, made.folders.data)
    yield made
    for bench in made.running:
        bench.stop()


def _troubles(bench: Bench) -> list[str]:
    return [each.code for each in bench.news if isinstance(each, Trouble)]


def _row(bench: Bench, item: int, progress: Progress) -> Item | None:
    row = bench.rows.get(item)
    return row if row is not None and row.progress is progress else None


def _room(work: Work, pages: int) -> None:
    """Let the database grow by so many pages, and no more; many for as much as it likes."""
    raw = work.store.connection.raw  # type: ignore[attr-defined]
    now = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {now + pages}")


def _kept(base: Path) -> set[str]:
    with closing(sqlite3.connect(base / "desk.db")) as desk:
        return {row[0] for row in desk.execute("SELECT text FROM items")}


def test_a_full_disk_keeps_what_beeped_and_beeps_for_nothing_else(shop: Shop) -> None:
    bench = shop.open()
    bench.choose()
    bench.looked_up(SINGLE)
    bench.station.desk.do(_room, 4).result(PATIENCE_S)
    beeped, refused = set(), 0
    for number in range(120):
        text = f"sensor-{number:04}"
        try:
            beeped.add(bench.scan(text).shown)
        except Exception as error:
            refused += getattr(error, "problem", "") == "disk_full"
    heard = {each.shown for each in bench.news if isinstance(each, ScanHeard)}
    assert beeped
    assert refused
    assert heard == beeped | {SINGLE}
    assert "disk_full" in _troubles(bench)
    bench.station.desk.do(_room, 10_000).result(PATIENCE_S)
    bench.scan("afterwards")
    bench.stop()
    assert beeped | {SINGLE, "afterwards"} == _kept(shop.base)


@pytest.mark.parametrize("refusals", [1, 4])
def test_an_outcome_that_the_disk_refuses_is_written_once_it_can_be(shop: Shop, refusals: int) -> None:
    """Meanwhile no call starts and no scan is heard."""

    class Full(Exception):
        problem = "disk_full"

    settled: list[str] = []

    def faults(point: str) -> None:
        if point == "settle.begin":
            settled.append(point)
            if len(settled) <= refusals:
                raise Full("no room")

    bench = shop.open(faults)
    bench.choose()
    row = bench.looked_up(KIT).id
    assert bench.claim()
    done = bench.until(lambda: _row(bench, row, Progress.CLAIMED))
    assert done.outcome is not None
    assert done.outcome.kind == "claimed_now"
    assert len(settled) == refusals + 1
    assert _troubles(bench) == ["disk_full"]
    assert [str(each) for each in check(shop.base / "desk.db", shop.base / "server.db") if each.verdict == FAIL] == []


def test_no_scan_is_heard_while_an_outcome_waits_for_the_disk(shop: Shop) -> None:
    class Full(Exception):
        problem = "disk_full"

    full = [True]

    def faults(point: str) -> None:
        if point == "settle.begin" and full[0]:
            raise Full("no room")

    bench = shop.open(faults)
    bench.choose()
    row, other = bench.looked_up(SINGLE).id, bench.looked_up("c1sample0000000000d1").id
    assert bench.claim()
    assert wait_for(lambda: "disk_full" in _troubles(bench))
    with pytest.raises(Full):
        bench.scan(KIT)
    assert KIT not in {each.shown for each in bench.news if isinstance(each, ScanHeard)}
    assert bench.rows[row].progress is Progress.SENDING
    full[0] = False
    bench.until(lambda: _row(bench, row, Progress.CLAIMED))
    bench.until(lambda: _row(bench, other, Progress.CLAIMED))
    assert bench.looked_up(KIT)


@pytest.mark.parametrize("visit", range(1, 9))
def test_a_commit_that_fails_anywhere_loses_nothing(shop: Shop, visit: int) -> None:
    """The n-th commit after Claim is refused once; all is settled all the same, and each device is claimed once."""

    class Broken(Exception):
        problem = "disk_error"

    seen = [-1]

    def faults(point: str) -> None:
        if point == "store.before_commit" and seen[0] >= 0:
            seen[0] += 1
            if seen[0] == visit:
                raise Broken("input/output error")

    bench = shop.open(faults)
    bench.choose()
    row, other = bench.looked_up(KIT).id, bench.looked_up(SINGLE).id
    plan = [(batch.id, batch.revision) for batch in bench.plan().batches]
    seen[0] = 0
    from station.desk import batches

    claimed = bench.station.desk.do(batches.claim, plan, "Anna")
    if claimed.exception(PATIENCE_S) is not None:
        assert bench.station.desk.do(batches.claim, plan, "Anna").result(PATIENCE_S)
    bench.until(lambda: _row(bench, row, Progress.CLAIMED))
    bench.until(lambda: _row(bench, other, Progress.CLAIMED))
    assert [str(each) for each in check(shop.base / "desk.db", shop.base / "server.db") if each.verdict == FAIL] == []


def test_a_damaged_database_is_kept_aside_and_said(shop: Shop) -> None:
    first = shop.open()
    for number in range(400):
        first.scan(f"sensor-{number:04}")
    first.stop()
    path = shop.base / "desk.db"
    with closing(sqlite3.connect(path)) as desk:
        desk.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xa5" * 8192)
    second = shop.open()
    assert wait_for(lambda: "damaged_kept_aside" in _troubles(second))
    assert list(shop.base.glob("desk.damaged-*.db"))
    assert second.scan("afterwards").item is not None
    told = next(each for each in second.news if isinstance(each, Trouble) and each.code == "damaged_kept_aside")
    assert "items" in told.detail


def test_a_database_of_a_newer_version_is_refused_and_untouched(shop: Shop) -> None:
    first = shop.open()
    first.scan(SINGLE)
    first.stop()
    with closing(sqlite3.connect(shop.base / "desk.db")) as desk:
        desk.execute("PRAGMA user_version = 999")
        desk.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (shop.base / "desk.db").read_bytes()
    second = shop.open()
    assert wait_for(lambda: "newer_version" in _troubles(second))
    with pytest.raises(Exception, match="newer_version"):
        second.scan(SINGLE)
    second.stop()
    with pytest.raises(BaseException):  # noqa: B017, PT011 - a cancelled future, or the same refusal
        second.scan(SINGLE)
    assert (shop.base / "desk.db").read_bytes() == before


def test_a_read_only_database_is_said_and_nothing_beeps(shop: Shop) -> None:
    bench = shop.open()
    bench.choose()

    def forbid(work: Work) -> None:
        raw = work.store.connection.raw  # type: ignore[attr-defined]
        work.after.append(lambda: raw.execute("PRAGMA query_only = 1"))

        def allow(news: object) -> None:
            if isinstance(news, Trouble):
                raw.execute("PRAGMA query_only = 0")

        bench.station.desk.listen(allow)

    bench.station.desk.do(forbid).result(PATIENCE_S)
    with pytest.raises(Exception, match="read_only"):
        bench.scan(SINGLE)
    assert "read_only" in _troubles(bench)
    assert not [each for each in bench.news if isinstance(each, ScanHeard)]
    assert bench.looked_up(SINGLE)
    assert any(isinstance(each, ItemsChanged) for each in bench.news)


def test_a_server_that_could_not_begin_begins_anew(shop: Shop) -> None:
    """The disk refused the bundled server its database for a moment: the day goes on as soon as it is let."""
    path = shop.base / "server.db"
    kept = path.rename(path.with_name("server.kept"))
    path.mkdir()
    bench = shop.open()
    bench.choose()
    row = bench.scan(SINGLE).item
    assert row is not None
    bench.until(lambda: any(isinstance(each, ConnectionState) and each.cause for each in bench.news))
    path.rmdir()
    kept.rename(path)
    bench.until(lambda: bench.rows[row.id].looked_up_at)
    assert bench.claim()
    bench.until(lambda: _row(bench, row.id, Progress.CLAIMED))


def test_a_number_that_was_refused_once_is_written_down_later(tmp_path: Path) -> None:
    state = tmp_path / "state"
    witness = Witness(state, "this machine")
    assert witness.agrees("desk", 0)
    state.write_text("in the way")
    witness.saw_call(1)
    witness.catch_up()
    state.unlink()
    witness.catch_up()
    assert Witness(state, "this machine").agrees("desk", 1)


def test_a_data_folder_that_is_gone_is_said(shop: Shop) -> None:
    bench = shop.open()
    bench.looked_up(SINGLE)
    bench.stop()
    shutil.rmtree(shop.base)
    shop.base.write_text("not a folder")
    with pytest.raises((FileExistsError, NotADirectoryError)):
        shop.open()
