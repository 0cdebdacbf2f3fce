"""A store on a real file, and short ways to put rows into it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from station.core.batch import Batch
from station.core.finding import ClaimStatus, Finding, FoundDevice, status_of
from station.core.identifier import Identifier, Kind
from station.core.item import Check
from station.core.progress import Progress
from station.core.scan import Scan
from station.desk.writing import NewItem
from station.store import SqliteStore

START = datetime(2026, 5, 4, 8, 30, 0, 123456, tzinfo=UTC)
WAYS: dict[Progress, tuple[Progress, ...]] = {
    Progress.OPEN: (),
    Progress.QUEUED: (Progress.QUEUED,),
    Progress.SENDING: (Progress.QUEUED, Progress.SENDING),
    Progress.UNKNOWN: (Progress.QUEUED, Progress.SENDING, Progress.UNKNOWN),
    Progress.HELD: (Progress.QUEUED, Progress.SENDING, Progress.UNKNOWN, Progress.HELD),
    Progress.CLAIMED: (Progress.QUEUED, Progress.SENDING, Progress.CLAIMED),
    Progress.REFUSED: (Progress.QUEUED, Progress.SENDING, Progress.REFUSED),
    Progress.RELEASED: (Progress.QUEUED, Progress.SENDING, Progress.CLAIMED, Progress.RELEASED),
}
"""How a device comes to each progress; removed is reached by ``remove_item`` alone."""


def code(text: str) -> Identifier:
    return Identifier.of(Kind.CODE, code=text)


def found(*devices: str, status: ClaimStatus = ClaimStatus.UNCLAIMED) -> tuple[FoundDevice, ...]:
    return tuple(FoundDevice(device, status, ref=f"ref-{device}") for device in devices)


@dataclass
class Shelf:
    """A store with one open batch, and a clock that goes on by a second each time it is asked."""

    store: SqliteStore
    _seconds: Iterator[int]

    def now(self) -> datetime:
        return START + timedelta(seconds=next(self._seconds))

    def batch(self, name: str = "b1", connection: str = "local", title: str = "Oslo") -> str:
        with self.store.transaction():
            self.store.add_batch(Batch(name, connection, "local", self.now(), target="t", target_title=title))
        return name

    def add(self, identifier: Identifier | str, batch: str = "b1", **more: object) -> int:
        """Write a row, as the desk does for a scan that is no repeat."""
        named = code(identifier) if isinstance(identifier, str) else identifier
        scan = Scan(named.text.encode(), "typed", self.now())
        connection = self.store.batch(batch)
        assert connection is not None
        with self.store.transaction():
            return self.store.add_item(
                NewItem(batch, connection.connection, named, scan, named.text, **more)  # type: ignore[arg-type]
            )

    def find(self, item: int, *devices: FoundDevice, what: str = "kit", check: Check = Check.IDLE) -> None:
        """Show a finding with these devices on a row."""
        row = self.store.item(item)
        assert row is not None
        status = status_of(devices) if devices else ClaimStatus.NOT_FOUND
        with self.store.transaction():
            finding = Finding(row.identifier, status, self.now(), what, devices=devices)
            self.store.apply_finding(item, finding, check=check)

    def bring(self, item: int, to: Progress) -> None:
        """Bring all devices of a row to a progress, by the way that leads there."""
        ids = [device.id for device in self.store.devices(item)]
        old = Progress.OPEN
        with self.store.transaction():
            for new in WAYS[to]:
                self.store.step(ids, old, new, self.now())
                old = new

    def kit(self, text: str, size: int = 2) -> int:
        item = self.add(text)
        self.find(item, *found(*(f"{text}-{number}" for number in range(size))))
        return item


Open = Callable[..., SqliteStore]
"""Opens the test's database, with the seal that is given."""
