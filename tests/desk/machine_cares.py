"""What else befalls a desk: a cool-off that is cancelled, a key that is refused, a backup that is put back."""

import shutil
import sqlite3
from contextlib import closing
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from station.core.errors import Cause, SignInError
from station.core.news import Trouble
from station.desk import cooling, pauses, queue
from station.desk.house import RESTORED

from .machine import DeskMachine
from .scripted import wait_for

KEY_REFUSED = SignInError(Cause.CREDENTIALS, "401", status=401)
COOL_OFF_S = 600.0


class CaredForMachine(DeskMachine):
    """The desk of ``DeskMachine``, and an operator who cancels, changes keys and puts backups back."""

    def __init__(self) -> None:
        super().__init__()
        self.backup = self.home / "backup.db"
        self.calls_then = 0

    @rule(seconds=st.sampled_from([0.0, 60.0, COOL_OFF_S]))
    def cool_off_is_set(self, seconds: float) -> None:
        self._do(cooling.set_for, seconds)

    @rule()
    def claim_is_cancelled_in_time(self) -> None:
        """Within the cool-off nothing of the batch has left, and all of it comes back."""
        self._do(cooling.set_for, COOL_OFF_S)
        batches = [batch.id for batch in self.bench.plan().batches]
        self.claim(unseen=True)
        for batch in batches:
            self._do(queue.take_back_batch, batch, "Anna")
        assert wait_for(lambda: not self._queued(batches), 3)
        called = {batch for (batch,) in self._read("SELECT batch FROM calls")}
        assert not called & set(batches)

    def _queued(self, batches: list[str]) -> int:
        rows = self._read(
            "SELECT b.id FROM devices d JOIN items i ON i.id = d.item JOIN batches b ON b.seq = i.batch "
            "WHERE d.progress = 'queued' AND d.inside IS NULL"
        )
        return sum(batch in batches for (batch,) in rows)

    @rule(data=st.data())
    def batch_is_taken_back(self, data: st.DataObject) -> None:
        self._on_a_batch(data, queue.take_back_batch)

    @rule(data=st.data())
    def batch_is_paused(self, data: st.DataObject) -> None:
        self._on_a_batch(data, queue.pause_batch)

    @rule(data=st.data())
    def batch_goes_first(self, data: st.DataObject) -> None:
        self._on_a_batch(data, queue.send_first)

    def _on_a_batch(self, data: st.DataObject, verb: Any) -> None:
        if batches := [row[0] for row in self._read("SELECT id FROM batches ORDER BY seq")]:
            self._do(verb, data.draw(st.sampled_from(batches)), "Anna")

    @rule()
    def key_is_refused(self) -> None:
        self.script.down = KEY_REFUSED

    @rule()
    def key_is_changed(self) -> None:
        self.script.down = None
        self._do(pauses.resume, "local")

    @rule()
    def back_up(self) -> None:
        self.calls_then = self._calls()
        with closing(sqlite3.connect(self._desk_file)) as desk, closing(sqlite3.connect(self.backup)) as backup:
            desk.backup(backup)

    @precondition(lambda self: self.backup.exists())
    @rule()
    def backup_is_put_back(self) -> None:
        """What has been sent since is not known any more: all that waits in it waits for a person."""
        self.bench.stop()
        sent_since = self._calls() > self.calls_then
        for file in self._desk_file.parent.glob("desk.db*"):
            file.unlink()
        shutil.copy(self.backup, self._desk_file)
        self._open()
        if sent_since:
            self.bench.until(lambda: any(self._is_restored(news) for news in self.bench.news))
            waiting = self._read(
                "SELECT DISTINCT b.paused FROM batches b JOIN items i ON i.batch = b.seq "
                "JOIN devices d ON d.item = i.id WHERE d.progress = 'queued' AND d.inside IS NULL"
            )
            assert all(paused for (paused,) in waiting), waiting

    @rule()
    def backup_is_older_than_what_was_sent(self) -> None:
        """Chance alone seldom backs up just what then leaves."""
        self.line_goes_down()
        self.claim(unseen=True)
        self.back_up()
        self.line_comes_back()
        wait_for(lambda: self._calls() > self.calls_then, 1)
        self.backup_is_put_back()

    @staticmethod
    def _is_restored(news: object) -> bool:
        return isinstance(news, Trouble) and news.code == RESTORED

    @property
    def _desk_file(self) -> Any:
        return self.folders.databases(True) / "desk.db"

    def _calls(self) -> int:
        return int(self._read("SELECT coalesce(max(number), 0) FROM calls")[0][0])

    def _settle(self) -> None:
        self._do(cooling.set_for, 0.0)
        super()._settle()
