"""One desk sends: two processes, a copied folder, a restored backup, and an account that changed under a queue."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from station.core.errors import Cause, NotSentError
from station.core.item import Item
from station.core.news import ConnectionState, LineState, Trouble
from station.core.progress import Progress
from station.core.target import Account
from station.desk import pauses
from station.folders import Folders
from tests.checker.check import FAIL, check
from tests.desk.bench import PATIENCE_S, Bench
from tests.desk.conftest import template  # noqa: F401 - a fixture
from tests.desk.scripted import MovedClock, Script, lost_before, open_station, wait_for

SINGLE = "c1sample0000000000d0"
OTHER = "c1sample0000000000d1"
DOWN = NotSentError(Cause.CONNECT, "no network")
ROOT = Path(__file__).parents[2]


class House:
    """Starts stations on data folders that may be copied and put back."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.script, self.clock = Script(), MovedClock()
        self.running: list[Bench] = []

    def folders(self, name: str = "desk", state: str = "state") -> Folders:
        base = self.home / name
        return Folders(base / "data", base, self.home / state, base / "logs")

    def open(self, folders: Folders | None = None, **how: object) -> Bench:
        bench = open_station(folders or self.folders(), self.script, self.clock, **how)  # type: ignore[arg-type]
        self.running.append(bench)
        return bench

    def queue_offline(self, bench: Bench, text: str = SINGLE) -> int:
        """Look a device up, lose the line, claim it: it is queued. Gives its row."""
        bench.choose()
        row = bench.looked_up(text).id
        self.script.down = DOWN
        assert bench.claim()
        bench.until(lambda: _row(bench, row, Progress.QUEUED))
        bench.until(lambda: _line(bench, LineState.OFFLINE))
        return row

    def line_is_back(self, bench: Bench) -> None:
        self.script.down = None
        bench.station.desk.do(pauses.try_now).result(PATIENCE_S)

    def checked(self, folders: Folders | None = None) -> list[str]:
        base = (folders or self.folders()).databases(True)
        return [str(each) for each in check(base / "desk.db", base / "server.db") if each.verdict == FAIL]


@pytest.fixture
def house(template: Path, tmp_path: Path) -> Iterator[House]:  # noqa: F811 - the fixture
    made = House(tmp_path)
    shutil.copytree(template, made.folders().data)
    yield made
    for bench in made.running:
        bench.stop()


def _row(bench: Bench, item: int, progress: Progress) -> Item | None:
    row = bench.rows.get(item)
    return row if row is not None and row.progress is progress else None


def _line(bench: Bench, state: LineState) -> ConnectionState | None:
    line = bench.last(ConnectionState)
    return line if line is not None and line.state is state else None


def _told(bench: Bench, code: str) -> Trouble | None:
    return next((each for each in bench.news if isinstance(each, Trouble) and each.code == code), None)


def _progress(bench: Bench, item: int) -> Progress:
    return bench.station.desk.read(lambda reader: reader.devices(item)[0].progress).result(PATIENCE_S)


def _paused(bench: Bench) -> list[str]:
    return bench.station.desk.read(lambda reader: [batch.paused for batch in reader.batches()]).result(PATIENCE_S)


def _stays(bench: Bench, item: int, progress: Progress, house: House, sent: int) -> None:
    """Nothing more is sent, and the device stays as it is, for longer than it would take."""
    assert not wait_for(lambda: _progress(bench, item) is not progress or len(house.script.sent) != sent, 0.8)


def _backup(folders: Folders, to: Path) -> None:
    with closing(sqlite3.connect(folders.databases(True) / "desk.db")) as now, closing(sqlite3.connect(to)) as copy:
        now.backup(copy)


def _put_back(folders: Folders, backup: Path) -> None:
    base = folders.databases(True)
    for ending in ("-wal", "-shm"):
        Path(f"{base / 'desk.db'}{ending}").unlink(missing_ok=True)
    shutil.copy(backup, base / "desk.db")


def test_only_one_of_two_processes_sends_and_the_other_takes_over(house: House) -> None:
    """The first one is another process, and is killed; what the second queued meanwhile is sent by it then."""
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.stories.holding", str(house.folders().databases(True))],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        second = house.open()
        second.choose()
        row = second.looked_up(SINGLE).id
        assert second.claim()
        second.until(lambda: _row(second, row, Progress.QUEUED))
        _stays(second, row, Progress.QUEUED, house, 0)
        holder.kill()
    second.until(lambda: _row(second, row, Progress.CLAIMED))
    assert len(house.script.sent) == 1
    assert house.checked() == []


def test_the_holder_sends_what_the_other_queued(house: House) -> None:
    first = house.open()
    first.choose()
    second = house.open()
    row = second.looked_up(SINGLE).id
    assert second.claim()
    assert wait_for(lambda: _progress(second, row) is Progress.CLAIMED)
    assert len(house.script.sent) == 1
    assert not second.station.lock.take()


def test_a_restored_backup_is_told_and_sends_nothing_until_a_person_resumes(house: House) -> None:
    first = house.open()
    row = house.queue_offline(first)
    _backup(house.folders(), house.home / "backup.db")
    house.line_is_back(first)
    first.until(lambda: _row(first, row, Progress.CLAIMED))
    first.stop()
    _put_back(house.folders(), house.home / "backup.db")
    second = house.open()
    second.until(lambda: _told(second, "restored"))
    _stays(second, row, Progress.QUEUED, house, 1)
    assert "restored" in _paused(second)
    second.stop()
    third = house.open()  # a restart does not make it forget
    _stays(third, row, Progress.QUEUED, house, 1)
    third.station.desk.do(pauses.resume, "local").result(PATIENCE_S)
    assert wait_for(lambda: _progress(third, row) is Progress.OPEN)
    assert third.station.desk.read(lambda reader: reader.item(row)).result(PATIENCE_S).reason == "now_claimed"  # type: ignore[union-attr]
    assert len(house.script.sent) == 1


def test_an_unknown_call_of_a_restored_backup_is_read_back_and_not_sent_again(house: House) -> None:
    house.script.claims = [lost_before]
    first = house.open()
    first.choose()
    row = first.looked_up(SINGLE).id
    assert first.claim()
    first.until(lambda: house.script.confirms or None)
    first.stop()
    confirms = house.script.confirms
    second = house.open(house.folders(state="another-state"), safe=True, machine="another machine")
    second.until(lambda: _told(second, "restored"))
    assert wait_for(lambda: house.script.confirms > confirms)
    assert wait_for(lambda: _progress(second, row) is Progress.HELD or house.clock.leap(20))
    assert len(house.script.sent) == 1


@pytest.mark.parametrize(("state", "machine"), [("state", "another machine"), ("another-state", "")])
def test_a_copied_folder_waits_for_a_person(house: House, state: str, machine: str) -> None:
    first = house.open()
    first.choose()
    done = first.looked_up(OTHER).id
    assert first.claim()
    first.until(lambda: _row(first, done, Progress.CLAIMED))
    row = house.queue_offline(first)
    first.stop()
    copied = house.folders("copy", state)
    shutil.copytree(house.folders().data, copied.data)
    house.script.down = None
    second = house.open(copied, machine=machine)
    second.until(lambda: _told(second, "restored"))
    _stays(second, row, Progress.QUEUED, house, 1)
    second.station.desk.do(pauses.resume, "local").result(PATIENCE_S)
    second.until(lambda: _row(second, row, Progress.CLAIMED))


def test_a_queue_is_not_sent_under_another_account(house: House) -> None:
    first = house.open()
    row = house.queue_offline(first)
    first.stop()
    house.script.down = None
    house.script.account = lambda _ours: Account("somebody-else", "Somebody else")
    second = house.open()
    told = second.until(lambda: _told(second, "account_changed"))
    assert "somebody-else" in told.detail
    _stays(second, row, Progress.QUEUED, house, 0)
    assert "account_changed" in _paused(second)
    second.station.desk.do(pauses.resume, "local").result(PATIENCE_S)
    _stays(second, row, Progress.QUEUED, house, 0)
    second.stop()
    house.script.account = None
    third = house.open()
    third.station.desk.do(pauses.resume, "local").result(PATIENCE_S)
    assert wait_for(lambda: _progress(third, row) is Progress.CLAIMED)


def test_a_lost_answer_is_not_read_back_under_another_account(house: House) -> None:
    house.script.claims = [lost_before]
    first = house.open()
    first.choose()
    row = first.looked_up(SINGLE).id
    assert first.claim()
    first.until(lambda: house.script.confirms or None)
    first.stop()
    confirms = house.script.confirms
    house.script.account = lambda ours: replace(ours, id="somebody-else")
    second = house.open()
    second.until(lambda: _line(second, LineState.PAUSED))
    _stays(second, row, Progress.UNKNOWN, house, 1)
    assert house.script.confirms == confirms


def test_a_queue_for_another_address_is_not_sent(house: House) -> None:
    first = house.open()
    row = house.queue_offline(first)
    first.stop()
    house.script.down = None
    second = house.open(base_url="https://elsewhere.example")
    second.until(lambda: _told(second, "account_changed"))
    _stays(second, row, Progress.QUEUED, house, 0)
