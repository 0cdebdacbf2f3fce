"""A desk to which people, networks, clocks and crashes do things in any order, and what holds all the while."""

import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from station.core.errors import Cause, NotSentError
from station.core.progress import LIVE, Progress
from station.desk import afterwards, batches, names, pauses, queue, releases, rows
from station.folders import Folders
from tests.checker.check import FAIL, check

from .bench import PATIENCE_S, Bench
from .scripted import MovedClock, Script, lost_after, lost_before, open_station, wait_for

CODES = (
    "maple-harbor-lantern", "c1sample0000000000a2", "c1sample0000000000d0", "c1sample0000000000d1",
    "c1sample0000000000d2", "c1sample0000000000d3", "zz-unknown-zz",
)
DOWN = NotSentError(Cause.CONNECT, "no network")


class DeskMachine(RuleBasedStateMachine):
    """One desk whose vendor is the bundled server over its native API."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="station-machine-"))
        self.folders = Folders(self.home / "data", self.home, self.home / "state", self.home / "logs")
        shutil.copytree(self.template, self.folders.data)
        self.script, self.clock = Script(), MovedClock()
        self.safe = True
        self.second: Bench | None = None

    @initialize(safe=st.booleans())
    def begin(self, safe: bool) -> None:
        self.safe = safe
        self._open()
        self.bench.choose()

    def _other(self) -> Bench:
        """A second desk with a folder of its own, on the same server."""
        if self.second is None:
            home = self.home / "other"
            folders = Folders(home / "data", home, home / "state", home / "logs")
            server = self.folders.databases(True) / "server.db"
            self.second = open_station(folders, Script(), self.clock, safe=True, server=server)
            self.second.choose("bergen-harbour", "Bergen Harbour")
        return self.second

    def _open(self) -> None:
        self.bench: Bench = open_station(self.folders, self.script, self.clock, safe=self.safe)

    def _do(self, verb: Any, *arguments: Any) -> Any:
        return self.bench.station.desk.do(verb, *arguments).result(PATIENCE_S)

    def _read(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folders.databases(True) / "desk.db")) as desk:
            return desk.execute(sql).fetchall()

    def _ids(self) -> list[int]:
        return [row[0] for row in self._read("SELECT id FROM items")]

    @rule(code=st.sampled_from(CODES))
    def scan(self, code: str) -> None:
        self.bench.scan(code)

    @rule()
    def look_ups_come_in(self) -> None:
        with suppress(AssertionError):
            wait_for(lambda: not self.bench.plan().counts.checking, 0.5)

    @rule()
    def undo(self) -> None:
        self._do(rows.undo, "Anna")

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        self._do(rows.remove, self._pick(data), "Anna")

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        self._do(rows.restore, self._pick(data), "Anna")

    @rule(data=st.data(), name=st.text(max_size=8))
    def rename(self, data: st.DataObject, name: str) -> None:
        for item in self._pick(data):
            self._do(rows.rename, item, name)

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        self._do(queue.take_back, self._pick(data), "Anna")

    @rule(data=st.data())
    def try_again(self, data: st.DataObject) -> None:
        self._do(rows.try_again, self._pick(data), "Anna")

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        self._do(releases.release, self._pick(data), "Anna")

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        self._do(afterwards.move, self._pick(data), "bergen-harbour", "Bergen Harbour", "Anna")

    @rule(data=st.data(), name=st.sampled_from(["Hall", "Hall {n:02}", "{"]))
    def rename_what_is_claimed(self, data: st.DataObject, name: str) -> None:
        for item in self._pick(data):
            self._do(afterwards.rename, item, name, "Anna")

    @rule(pattern=st.sampled_from(["", "Room {n}", "{type} {n:03}", "{n"]))
    def name_by_a_pattern(self, pattern: str) -> None:
        self._do(names.set_pattern, "local", pattern)

    def _pick(self, data: st.DataObject) -> list[int]:
        ids = self._ids()
        return [data.draw(st.sampled_from(ids))] if ids else []

    @rule(unseen=st.booleans())
    def claim(self, unseen: bool) -> None:
        revisions = [(batch.id, batch.revision) for batch in self.bench.plan().batches]
        self._do(batches.claim, revisions, "Anna", unseen)

    @rule()
    def line_goes_down(self) -> None:
        self.script.down = DOWN

    @rule()
    def line_comes_back(self) -> None:
        self.script.down = None
        self._do(pauses.try_now)

    @rule(after=st.booleans())
    def next_answer_is_lost(self, after: bool) -> None:
        self.script.claims = [lost_after if after else lost_before]

    @rule()
    def pause(self) -> None:
        self._do(pauses.pause, "local")

    @rule()
    def resume(self) -> None:
        self._do(pauses.resume, "local")

    @rule(seconds=st.sampled_from([1, 130, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.clock.ahead_s += seconds

    @rule(seconds=st.sampled_from([-86400, -60, 3600]))
    def wall_clock_is_set(self, seconds: int) -> None:
        self.clock.wall_off_s = float(seconds)

    @rule()
    def restart(self) -> None:
        self.bench.stop()
        self._open()

    @rule()
    def crash(self) -> None:
        """Answers that are on their way reach nobody; the disk is as it is."""
        self.bench.station.desk._outside.post = lambda *_args: None
        self.bench.stop()
        self._open()

    @rule(code=st.sampled_from(CODES))
    def another_desk_claims_it(self, code: str) -> None:
        other = self._other()
        item = other.scan(code).item
        assert item is not None
        wait_for(lambda: not other.plan().counts.checking, 3)
        other.claim("Bert")
        wait_for(lambda: not other.plan().counts.queued and not other.plan().counts.sending, 3)

    @invariant()
    def rows_and_counters_agree(self) -> None:
        if not hasattr(self, "bench"):
            return
        counted = self._read(
            "SELECT (SELECT coalesce(sum(scanned), 0) FROM batches), "
            "(SELECT count(*) FROM items WHERE progress != 'removed'), "
            "(SELECT coalesce(sum(queued), 0) FROM batches), "
            "(SELECT count(*) FROM devices WHERE progress = 'queued' AND inside IS NULL)"
        )[0]
        assert counted[0] == counted[1], counted
        assert counted[2] == counted[3], counted

    @invariant()
    def each_device_lives_in_one_row(self) -> None:
        if not hasattr(self, "bench"):
            return
        found = Counter(device for device, progress in self._read(
            "SELECT d.device_id, d.progress FROM devices d JOIN items i ON i.id = d.item WHERE d.inside IS NULL "
            "AND i.repeat_of IS NULL AND i.inside IS NULL"
        ) if progress in LIVE - {Progress.OPEN})
        assert all(count == 1 for count in found.values()), found

    @invariant()
    def no_number_is_in_two_names_of_a_batch(self) -> None:
        if hasattr(self, "bench"):
            found = self._read(
                "SELECT i.batch, d.name_number, count(*) FROM devices d JOIN items i ON i.id = d.item "
                "WHERE d.name_number > 0 GROUP BY i.batch, d.name_number HAVING count(*) > 1"
            )
            assert found == []

    @invariant()
    def history_and_ledger_agree(self) -> None:
        if not hasattr(self, "bench"):
            return
        base = self.folders.databases(True)
        # The server may be ahead of the desk by an answer that is on its way; that is "sending", and no failure.
        assert wait_for(lambda: not [e for e in check(base / "desk.db", base / "server.db") if e.verdict == FAIL], 2), [
            str(each) for each in check(base / "desk.db", base / "server.db") if each.verdict == FAIL
        ]

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self._settle()
            self.bench.stop()
        if self.second is not None:
            self.second.stop()
        shutil.rmtree(self.home)

    def _settle(self) -> None:
        """With the line back and time passing, nothing is left unknown but what a person must decide."""
        self.script.down, self.script.claims = None, []
        self._do(pauses.resume, "local")
        assert wait_for(self._all_settled), self._read("SELECT device_id, progress, item FROM devices")
        self.history_and_ledger_agree()

    def _all_settled(self) -> bool:
        waiting = self._read("SELECT count(*) FROM devices WHERE progress IN ('queued', 'sending', 'unknown') "
                             "AND inside IS NULL")[0][0]
        return not waiting or self.clock.leap(10)
