"""Claimed devices labelled, named, moved and given back through a network that spoils exchanges."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from station.core.call import CallState, Verb
from station.core.news import Refused
from station.desk import afterwards, releases

from . import accounts, matrix
from .accounts import Standing
from .fault import Fault
from .plan import Spoiling
from .protocols import LABEL, MOVE, RELEASE, RENAME, Protocol
from .scene import Size, opened

AT_ONCE = 24
"""Rows that are asked for at a time."""
AGAIN = 40
"""Rows that are labelled, named and moved, once more while faults are still asked for; all are given back."""
SETTLES_WITHIN_S = 600.0
READS_WITHIN_S = 5.0
_UNDER_WAY = (CallState.SENDING, CallState.UNANSWERED, CallState.ANSWERED)


def work_a_shift(protocol: Protocol, folder: Path, spoiling: Spoiling, size: Size) -> matrix.Shift:
    """Claim devices in peace, ask for each change of each until it is said to be done, and look into the ledger."""
    shift, begun = matrix.Shift(protocol.kind, devices=size.devices), time.monotonic()
    names = [f"v{number}" for number in range(size.ways)]
    spoiling.on = False
    with opened(protocol, folder, spoiling, size, names) as (bench, _):
        person = matrix.Person(bench, spoiling, names)
        person.scan(protocol, protocol.devices(size.devices), folder / "server.db")
        person.claim_to_the_end(time.monotonic())
        spoiling.counts.clear()
        wish = Wish(protocol, folder, person, size)
        for change in protocol.changes:
            wish.have_done(change)
            shift.progress[change] += sum(map(bool, wish.asked.values()))
            shift.wrong += wrong(protocol, folder)
    shift.wrong += person.wrong
    shift.spoiled = +Counter({key: n for key, n in spoiling.counts.items() if key[1] is not Fault.NONE})
    shift.seconds = time.monotonic() - begun
    return shift


@dataclass
class Wish:
    """What a person wants of claimed devices. ``asked``: by row, what was asked for last; each time another value, so
    that one which lands late is told from the newest."""

    protocol: Protocol
    folder: Path
    person: matrix.Person
    size: Size
    asked: dict[int, str] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=lambda: count(1))

    def have_done(self, change: str) -> None:
        """Ask for one change of the rows until all are said to be done, and no fault is left to be met by it."""
        spoiling, end = self.person.spoiling, time.monotonic() + self.size.faults_for_s
        self.asked = {}
        while rows := self._left(change):
            late_s = time.monotonic() - end
            spoiling.on = late_s < 0 or (self._is_forced(change) and late_s < matrix.PATIENCE_S)
            if late_s > SETTLES_WITHIN_S:
                self.person.wrong.append(f"{change}: it never ends")
                break
            before = accounts.last_call(self.folder / "data" / "desk.db"), len(self.person.bench.news)
            self._ask(change, rows[:AT_ONCE])
            self._wait(end, rows[:AT_ONCE], *before)
            if change != RELEASE and not self._left(change) and self._is_forced(change) and late_s < 0:
                self.asked = {}
        spoiling.on = False

    def _is_forced(self, change: str) -> bool:
        return any(what == change for what, _ in self.person.spoiling.forced)

    def _left(self, change: str) -> list[int]:
        """Rows of which the desk does not say yet that the change is done."""
        found = [row for row in accounts.at_desk(self.folder / "data" / "desk.db") if row.live]
        if change == RELEASE:
            return [row.item for row in found]
        return [row.item for row in found[:AGAIN] if _said(change, row) != self.asked.get(row.item, "nothing")]

    def _ask(self, change: str, rows: list[int]) -> None:
        desk, value = self.person.bench.station.desk, f"Room {next(self._number)}"
        if change == MOVE:
            value = self._elsewhere(rows)
            desk.do(afterwards.move, rows, value, "", "Anna").result(matrix.PATIENCE_S)
        elif change == RENAME:
            for row in rows:
                desk.do(afterwards.rename, row, value, "Anna").result(matrix.PATIENCE_S)
        elif change == LABEL:
            values = {"label": "room", "value": value}
            desk.do(afterwards.change, rows, Verb.LABEL, values, {}, "Anna").result(matrix.PATIENCE_S)
        else:
            desk.do(releases.release, rows, "Anna").result(matrix.PATIENCE_S)
        self.asked |= dict.fromkeys(rows, value)

    def _elsewhere(self, rows: list[int]) -> str:
        """The target that the first of the rows is not in."""
        server = self.folder / "server.db"
        home, other = self.protocol.target_at(server), self.protocol.other_target_at(server)
        standing = {row.item: row.target for row in accounts.at_desk(self.folder / "data" / "desk.db")}
        return home if standing[rows[0]] == other else other

    def _wait(self, end: float, rows: list[int], last_call: int, heard: int) -> None:
        """Until no change of these rows is under way; where no call was made for some of them, as a read before it
        failed, until nothing has been under way for so long as such a read may take."""
        settled_since = time.monotonic()
        while time.monotonic() - settled_since < READS_WITHIN_S and time.monotonic() - end < SETTLES_WITHIN_S:
            self.person.see_to_pauses()
            called = set(rows) <= accounts.rows_of_calls(self.folder / "data" / "desk.db", last_call)
            if self._is_under_way():  # asked after that, so that the last of them is not missed
                settled_since = time.monotonic()
            elif called or (time.monotonic() - settled_since > 2 * matrix.CALM_S and self._was_refused(heard)):
                return
            time.sleep(0.1)

    def _was_refused(self, heard: int) -> bool:
        """Whether the person was told, since so many pieces of news, that something was not done."""
        return any(isinstance(each, Refused) for each in self.person.bench.news[heard:])

    def _is_under_way(self) -> bool:
        calls = self.person.bench.station.desk.read(lambda reader: reader.calls(*_UNDER_WAY)).result(matrix.PATIENCE_S)
        return any(call.verb is not Verb.CLAIM for call in calls)


def _said(change: str, row: Standing) -> str:
    return {LABEL: row.room, RENAME: row.called, MOVE: row.target}[change]


def wrong(protocol: Protocol, folder: Path) -> list[str]:
    """Hold what the desk says of each device against the server's ledger."""
    found = []
    ledger = accounts.at_server(folder / "server.db", protocol)
    home = protocol.target_at(folder / "server.db")
    for row in accounts.at_desk(folder / "data" / "desk.db"):
        there = ledger.get(protocol.ledger_name(row.name))
        if row.live is (there is None):
            said = "claimed" if row.live else "released"
            found.append(f"{row.name}: said {said}, and the server has {'no' if there is None else 'our'} claim")
        if not row.live or there is None:
            continue
        told = {RENAME: row.called or there.called, LABEL: row.room, MOVE: row.target or home}
        for change, text in told.items():
            if change in protocol.changes and text != _said(change, there):
                found.append(f"{row.name}: after a {change} said {text!r}, and the server has {_said(change, there)!r}")
    return found
