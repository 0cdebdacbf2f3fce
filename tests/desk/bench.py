"""A whole station without a window that a test can drive and wait on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from station.core.item import Item
from station.core.news import ItemsChanged, ItemsGone, News, Plan, ScanHeard
from station.core.outcome import HowKnown, OutcomeKind
from station.core.progress import Progress
from station.core.scan import Scan
from station.desk import batches, intake
from station.parts import Station

T = TypeVar("T")
PATIENCE_S = 20.0


def kind_of(row: Item) -> tuple[OutcomeKind, HowKnown]:
    """What came of a settled row, and how that is known."""
    assert row.outcome is not None
    return row.outcome.kind, row.outcome.how_known


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

    def until(self, wanted: Callable[[], T | None]) -> T:
        """Wait until ``wanted`` gives something true; fails with the rows as they are."""
        with self._heard:
            assert self._heard.wait_for(lambda: bool(wanted()), PATIENCE_S), self.rows
            found = wanted()
            assert found is not None
            return found

    def becomes(self, item: int, progress: Progress) -> Item:
        """Wait until a row has that progress."""
        return self.until(lambda: row if (row := self.rows.get(item)) and row.progress is progress else None)

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

    def scan_and_claim(self, *texts: str) -> list[int]:
        """Scan, look up and claim; gives the rows."""
        self.choose()
        rows = [self.looked_up(text).id for text in texts]
        assert self.claim()
        return rows

    def steps(self, item: int) -> list[str]:
        """What a row's devices became, one after the other."""
        read = self.station.desk.read(lambda reader: reader.events(item=item))
        return [event.new for event in read.result(PATIENCE_S) if event.what == "step"]

    def device(self, item: int) -> Progress:
        """The progress of a row's first device, as it is on disk."""
        return self.station.desk.read(lambda reader: reader.devices(item)[0].progress).result(PATIENCE_S)

    def choose(self, target: str = "oslo-west", title: str = "Oslo-West") -> None:
        self.station.desk.do(batches.choose, "local", target, title).result(PATIENCE_S)

    def start(self) -> None:
        self.station.desk.listen(self.hear)
        self.station.start()
        self.station.open_services()

    def stop(self) -> None:
        if self.station.desk.thread.is_alive():
            self.station.stop(5)
