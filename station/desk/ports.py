"""What the desk needs of the outside: a store, a clock, a network; each is passed in."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from station.core.batch import Batch
from station.core.call import Call, CallState
from station.core.finding import Finding, FoundDevice
from station.core.identifier import Identifier
from station.core.item import Check, Device, Event, Item, Link, Reason
from station.core.news import Counts
from station.core.outcome import Outcome
from station.core.progress import Progress
from station.core.scan import Scan


class Clock(Protocol):
    """The two clocks: ``now`` is the wall clock in UTC, ``monotonic`` counts seconds and never goes back."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


FaultHook = Callable[[str], None]
"""Called at named points with the point's name; a suite cuts the power there. The real one does nothing."""


def no_faults(_point: str) -> None:
    """The real fault hook."""


class SortBy(StrEnum):
    NUMBER = "number"
    IDENTIFIER = "identifier"
    WHAT = "what"
    NAME = "name"
    STATUS = "status"
    SCANNED = "scanned"


class Show(StrEnum):
    """Which rows of the table a filter lets through, besides its text."""

    ALL = "all"
    READY = "ready"
    PROBLEMS = "problems"
    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order and a filter of the table. ``text`` is looked for in identifier, name, title, type and target."""

    by: SortBy = SortBy.NUMBER
    descending: bool = True
    text: str = ""
    show: Show = Show.ALL


@dataclass(frozen=True, slots=True)
class NewItem:
    """A row to be written. ``shown`` is the scan as it may be shown; ``sealed`` says that its bytes hold a secret."""

    batch: str
    connection: str
    identifier: Identifier
    scan: Scan
    shown: str
    sealed: bool = False
    name: str = ""
    repeat_of: int = 0
    inside: int = 0
    again_of: int = 0
    fits: str = ""
    check: Check = Check.IDLE


class RowReader(Protocol):
    """Reading rows, their devices and what look-ups told of them."""

    def item(self, item: int) -> Item | None: ...

    def items(self, ids: Sequence[int]) -> list[Item]:
        """In the order asked for; those that do not exist are left out."""
        ...

    def items_of(self, batch: str) -> Iterator[Item]:
        """By number; streamed."""
        ...

    def item_ids(self, order: Order) -> "array[int]":
        """The rows on the table (of batches that are on it; removed ones left out), filtered and sorted."""
        ...

    def devices(self, item: int) -> list[Device]: ...

    def finding(self, connection: str, identifier: Identifier) -> Finding | None:
        """The last finding kept for this identifier, whatever its age."""
        ...

    def raw_finding(self, item: int) -> str: ...

    def counts(self) -> Counts:
        """The counters over the rows on the table; ``devices`` by title of the open batches' targets."""
        ...


class Reader(RowReader, Protocol):
    """What can be read; also from a second, read-only connection on another thread."""

    def desk_id(self) -> str:
        """The ID that this database was given when it was made."""
        ...

    def batch(self, batch: str) -> Batch | None: ...

    def batch_named(self, name: str) -> Batch | None: ...

    def batches(self, limit: int = 200) -> list[Batch]:
        """The newest first."""
        ...

    def open_batches(self) -> list[Batch]:
        """Those that Claim has not closed."""
        ...

    def events(self, *, item: int = 0, batch: str = "") -> list[Event]:
        """Oldest first."""
        ...

    def calls(self, *states: CallState, batch: str = "") -> list[Call]:
        """With their devices, oldest first; secrets unsealed."""
        ...


class Batches(Protocol):
    """Writing batches."""

    def add_batch(self, batch: Batch) -> None: ...

    def change_batch(self, batch: str, *, revision: int | None = None, **changes: object) -> bool:
        """Change fields of a batch and count its revision up; with ``revision`` only if it is still that one."""
        ...

    def put_away(self, batches: Sequence[str]) -> list[int]:
        """Take closed batches off the table; gives the rows that left it."""
        ...


class Items(Protocol):
    """Writing rows, and finding the live one."""

    def add_item(self, new: NewItem) -> int:
        """Write a scan and its row at once, numbered above all on the table; counts the batch's revision up."""
        ...

    def add_refused_scan(self, scan: Scan, shown: str, refusal: str, *, sealed: bool) -> None:
        """Keep a scan that is no device: the journal has all that was scanned."""
        ...

    def live_item(self, connection: str, identifier: Identifier) -> Link | None:
        """The row with this identifier that makes a second scan a repeat: live, not itself a repeat."""
        ...

    def live_device(self, connection: str, device_id: str, *, other_than: int = 0) -> Link | None:
        """The row of another item that holds this device, live."""
        ...

    def waiting_half(self, batch: str, since: datetime) -> Item | None:
        """The newest open row of the batch whose identifier still lacks fields, scanned since then."""
        ...

    def last_open(self) -> Item | None:
        """The newest row on the table that is open, in an open batch and not removed: what undo takes back."""
        ...

    def change_item(
        self,
        item: int,
        *,
        identifier: Identifier | None = None,
        name: str | None = None,
        check: Check | None = None,
        reason: Reason | None = None,
        repeat_of: int | None = None,
        inside: int | None = None,
        again_in: int | None = None,
        batch: str | None = None,
        fits: str | None = None,
    ) -> None:
        """Change what is given; 0 takes a link away. A row that moves to another batch gets a new number there."""
        ...

    def remove_item(self, item: int, at: datetime, who: str, why: str) -> bool:
        """Open -> removed for the row and its devices; False if it was not open any more. Rows inside it are freed."""
        ...

    def restore_item(self, item: int, at: datetime, who: str) -> bool:
        """Removed -> open again."""
        ...

    def open_items(self, *, unchecked_only: bool = False) -> list[Item]:
        """All open rows of open batches that are whole, and neither a repeat, inside another row nor removed."""
        ...

    def forget_secrets(self, items: Sequence[int]) -> None:
        """Erase what was sealed for rows that are settled or removed."""
        ...


class Findings(Protocol):
    """Writing what look-ups told, and the devices inside rows."""

    def keep_finding(self, connection: str, finding: Finding) -> None:
        """Keep it as the last one for its identifier (a cache with an age, also for other batches)."""
        ...

    def apply_finding(self, item: int, finding: Finding, *, check: Check = Check.IDLE) -> None:
        """Show a finding on a row: its columns, and its devices replaced while all of them are open."""
        ...

    def put_devices(self, item: int, found: Sequence[FoundDevice]) -> None:
        """Give a row that nobody could look up its placeholder device, or a queued one its real devices."""
        ...

    def update_devices(self, item: int, found: Sequence[FoundDevice]) -> None:
        """Refresh what is known (status, holder, ref, type) of devices that a row has, by device ID."""
        ...

    def move_devices(self, devices: Sequence[int], item: int) -> None:
        """Hang devices under another row; both rows' columns are derived anew."""
        ...

    def link_device(self, device: int, inside: int) -> None:
        """Say that another row holds this device, so that it is not sent from here."""
        ...


class Calls(Protocol):
    """What waits to be sent, the calls, and the history."""

    def queued(self, connection: str, limit: int) -> list[tuple[Batch, Item, Device]]:
        """The next queued devices of the oldest batch of this connection that is not paused, at most ``limit``."""
        ...

    def queued_connections(self) -> list[str]:
        """The connections that have queued devices in batches that are not paused."""
        ...

    def add_call(self, call: Call) -> None: ...

    def next_call_number(self) -> int: ...

    def change_call(
        self,
        key: str,
        *,
        state: CallState | None = None,
        tries: int | None = None,
        sent_at: datetime | None = None,
        answer: str | None = None,
    ) -> None: ...

    def devices_of_call(self, key: str) -> list[Device]:
        """The devices that still point to this call."""
        ...

    def add_event(self, event: Event) -> None: ...


class Store(Reader, Batches, Items, Findings, Calls, Protocol):
    """The desk's database. Only the desk's thread calls it, and changes only inside ``transaction``."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, on disk at the end (SQLite ``synchronous`` FULL)."""
        ...

    def close(self) -> None: ...

    def changed_elsewhere(self) -> bool:
        """Whether another process has written since this was last asked."""
        ...

    def get(self, name: str) -> str:
        """A value of the desk's own (its ID, the chosen connection …), or an empty text."""
        ...

    def put(self, name: str, value: str) -> None: ...

    def step(
        self,
        devices: Sequence[int],
        old: Progress,
        new: Progress,
        at: datetime,
        *,
        outcome: Outcome | None = None,
        call: str | None = None,
        who: str = "",
        why: str = "",
    ) -> list[int]:
        """The only way to change a device's progress: by the table of ``core.progress``, and only for devices that
        still have ``old``; writes the history and derives the rows' columns. Gives the rows (item IDs) that changed.
        """
        ...

    def read_only(self) -> AbstractContextManager[Reader]:
        """A reader of its own for another thread: history, export, reports."""
        ...
