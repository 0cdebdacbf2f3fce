# ruff: noqa: S608 - statements are made of the store's own words
"""Whatever is done to rows in whatever order, the store agrees with a plain account of it."""

import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from station.core.finding import ClaimStatus
from station.core.progress import FOLLOWS, LIVE, Progress, WrongStepError, derive
from station.desk.ports import Order
from station.store import SqliteStore, open_store
from station.store.triggers import COUNTED, RECOUNT
from tests.store.shelf import Shelf, code, found

CODES = st.sampled_from("ABC")
STATUSES = st.sampled_from([ClaimStatus.UNCLAIMED, ClaimStatus.CLAIMED, ClaimStatus.UNREGISTERED])
NAMES = st.sampled_from(["", "Anna"])
PROGRESSES = st.sampled_from(Progress)


@dataclass
class Row:
    """What the plain account knows of a row."""

    text: str
    repeat_of: int = 0
    progress: Progress = Progress.OPEN
    devices: dict[str, Progress] = field(default_factory=dict)

    @property
    def now(self) -> Progress:
        return derive({p: list(self.devices.values()).count(p) for p in Progress}) if self.devices else self.progress

    @property
    def live(self) -> bool:
        return any(p in LIVE for p in self.devices.values()) if self.devices else self.progress in LIVE

    def set_all(self, progress: Progress) -> None:
        self.progress = progress
        self.devices = dict.fromkeys(self.devices, progress)

    def all_are(self, progress: Progress) -> bool:
        return self.now is progress and set(self.devices.values()) <= {progress}


class Rows(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.rows: dict[int, Row] = {}
        self.shelf = Shelf(self.open(), count())
        self.shelf.batch()

    def open(self) -> SqliteStore:
        store = open_store(Path(self.folder.name) / "desk.db").store
        store.connection.raw.execute("PRAGMA synchronous = OFF")
        return store

    def pick(self, number: int) -> int:
        return sorted(self.rows)[number % len(self.rows)]

    def first_live(self, text: str) -> int:
        return next((item for item, row in sorted(self.rows.items())
                     if row.text == text and row.live and not row.repeat_of), 0)

    @rule(text=CODES)
    def scan(self, text: str) -> None:
        link = self.shelf.store.live_item("local", code(text))
        assert (link.item if link else 0) == self.first_live(text)
        item = self.shelf.add(text, repeat_of=link.item if link else 0)
        self.rows[item] = Row(text, link.item if link else 0)

    @precondition(lambda self: self.rows)
    @rule(number=st.integers(0, 99), size=st.integers(0, 3), status=STATUSES)
    def look_up(self, number: int, size: int, status: ClaimStatus) -> None:
        item = self.pick(number)
        row = self.rows[item]
        names = [f"{row.text}-{n}" for n in range(size)]
        self.shelf.find(item, *found(*names, status=status))
        own = row.now
        if own in (Progress.OPEN, Progress.REMOVED) and row.all_are(own):
            row.devices = dict.fromkeys(names, own)
            row.progress = own

    @precondition(lambda self: self.rows)
    @rule(number=st.integers(0, 99), some=st.integers(1, 7), old=PROGRESSES, new=PROGRESSES, who=NAMES)
    def step(self, number: int, some: int, old: Progress, new: Progress, who: str) -> None:
        item = self.pick(number)
        row = self.rows[item]
        devices = [d for at, d in enumerate(self.shelf.store.devices(item)) if some >> at & 1]
        allowed = new in FOLLOWS[old] and (old is not Progress.HELD or bool(who))
        try:
            with self.shelf.store.transaction():
                changed = self.shelf.store.step([d.id for d in devices], old, new, self.shelf.now(), who=who, why=who)
        except WrongStepError:
            assert not allowed
            return
        assert allowed
        moved = [d.device_id for d in devices if row.devices[d.device_id] is old]
        assert changed == ([item] if moved else [])
        row.devices.update(dict.fromkeys(moved, new))

    @precondition(lambda self: self.rows)
    @rule(number=st.integers(0, 99))
    def remove(self, number: int) -> None:
        item = self.pick(number)
        row = self.rows[item]
        with self.shelf.store.transaction():
            done = self.shelf.store.remove_item(item, self.shelf.now(), "Anna", "removed")
        assert done == row.all_are(Progress.OPEN)
        if done:
            row.set_all(Progress.REMOVED)
            repeats = [at for at, other in sorted(self.rows.items()) if other.repeat_of == item]
            heir = next((at for at in repeats if self.rows[at].now is Progress.OPEN), 0)
            for at in repeats if heir else []:
                self.rows[at].repeat_of = 0 if at == heir else heir

    @precondition(lambda self: self.rows)
    @rule(number=st.integers(0, 99))
    def restore(self, number: int) -> None:
        item = self.pick(number)
        row = self.rows[item]
        with self.shelf.store.transaction():
            done = self.shelf.store.restore_item(item, self.shelf.now(), "Anna")
        assert done == row.all_are(Progress.REMOVED)
        if done:
            row.repeat_of = row.repeat_of or self.first_live(row.text)
            row.set_all(Progress.OPEN)

    @rule()
    def restart(self) -> None:
        self.shelf.store.close()
        self.shelf.store = self.open()

    @invariant()
    def agrees(self) -> None:
        store = self.shelf.store
        there = {item.id: item for item in store.items_of("b1")}
        assert there.keys() == self.rows.keys()
        for item, row in self.rows.items():
            assert there[item].progress is row.now, (there[item], row)
            link = there[item].repeat_of
            assert (link.item if link else 0) == row.repeat_of
            assert {d.device_id: d.progress for d in store.devices(item)} == row.devices
        shown = [item for item, row in self.rows.items() if row.now is not Progress.REMOVED]
        assert list(store.item_ids(Order(descending=False))) == sorted(shown)
        counts = store.counts()
        assert (counts.scanned, counts.ready) == (len(shown), sum(item.claimable for item in there.values()))
        devices = [p for row in self.rows.values() for p in row.devices.values()]
        assert (counts.queued, counts.sending, counts.claimed) == tuple(
            devices.count(p) for p in (Progress.QUEUED, Progress.SENDING, Progress.CLAIMED)
        )
        assert counts.unknown == devices.count(Progress.UNKNOWN) + devices.count(Progress.HELD)

    @invariant()
    def counters_are_what_a_count_gives(self) -> None:
        kept = f"SELECT {', '.join(COUNTED)} FROM batches"
        before = [tuple(row) for row in self.shelf.store.connection.read(kept)]
        with self.shelf.store.transaction():
            self.shelf.store.connection.write(RECOUNT)
        assert [tuple(row) for row in self.shelf.store.connection.read(kept)] == before

    def teardown(self) -> None:
        self.shelf.store.close()
        self.folder.cleanup()


TestRows = Rows.TestCase
TestRows.settings = settings(max_examples=12, stateful_step_count=30)
