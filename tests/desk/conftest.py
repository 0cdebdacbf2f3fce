"""A whole station without a window: real database files, the bundled server inside, real threads."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from station.core.item import Item
from station.core.news import ItemsChanged, ItemsGone, News, Plan, ScanHeard
from station.core.scan import Scan
from station.desk import batches, intake
from station.folders import find_folders
from station.parts import Station, assemble
from station.settings import Settings

T = TypeVar("T")
PATIENCE_S = 20.0


@dataclass
class Bench:
    """A started station that remembers its news and can be waited on."""

    station: Station
    news: list[News] = field(default_factory=list)
    rows: dict[int, Item] = field(default_factory=dict)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, news: News) -> None:
        with self._heard:
            self.news.append(news)
            if isinstance(news, ItemsChanged):
                self.rows.update({item.id: item for item in news.items})
            elif isinstance(news, ItemsGone):
                for gone in news.ids:
                    self.rows.pop(gone, None)
            self._heard.notify_all()

    def until(self, wanted: Callable[[], T]) -> T:
        """Wait until ``wanted`` gives something true; fails with the rows as they are."""
        with self._heard:
            assert self._heard.wait_for(lambda: bool(wanted()), PATIENCE_S), self.rows
            return wanted()

    def last(self, kind: type[T]) -> T | None:
        return next((each for each in reversed(self.news) if isinstance(each, kind)), None)

    def scan(self, text: str, source: str = "practice") -> ScanHeard:
        return self.station.desk.do(intake.keep, Scan(text.encode(), source, datetime.now(UTC))).result(PATIENCE_S)

    def looked_up(self, text: str) -> Item:
        """Scan and wait for the finding."""
        item = self.scan(text).item
        assert item is not None
        return self.until(lambda: self._found(item.id))

    def _found(self, item: int) -> Item | None:
        row = self.rows.get(item)
        return row if row is not None and row.looked_up_at is not None and not row.check else None

    def row(self, number: int) -> Item:
        return next(item for item in self.rows.values() if item.number == number)

    def plan(self) -> Plan:
        self.station.desk.do(batches.plan).result(PATIENCE_S)
        plan = self.last(Plan)
        assert plan is not None
        return plan

    def claim(self, operator: str = "Anna") -> bool:
        revisions = [(batch.id, batch.revision) for batch in self.plan().batches]
        return self.station.desk.do(batches.claim, revisions, operator).result(PATIENCE_S)

    def choose(self, target: str = "oslo-west", title: str = "Oslo-West") -> None:
        self.station.desk.do(batches.choose, "local", target, title).result(PATIENCE_S)

    def stop(self) -> None:
        self.station.stop(5)


Start = Callable[..., Bench]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start stations on one data folder, one after the other or together; all are stopped at the end."""
    monkeypatch.setenv("STATION_HOME", str(tmp_path))
    running: list[Bench] = []

    def begin(**how: object) -> Bench:
        station = assemble(Settings(), find_folders(), **how)  # type: ignore[arg-type]
        bench = Bench(station)
        station.desk.listen(bench.hear)
        station.start()
        station.open_services()
        running.append(bench)
        return bench

    yield begin
    for bench in running:
        if bench.station.desk.thread.is_alive():
            bench.stop()


@pytest.fixture
def bench(start: Start) -> Bench:
    return start()
