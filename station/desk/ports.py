"""What the desk needs of the outside: a store, a clock, a network; each is passed in."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from station.core.batch import Batch
from station.core.call import Call, CallState
from station.core.finding import Finding
from station.core.identifier import Identifier
from station.core.item import Device, Event, Item
from station.core.news import Counts
from station.core.outcome import Outcome
from station.core.progress import Progress

from .sorting import Order, Show, SortBy
from .sums import Sums
from .writing import Batches, Calls, Facts, Findings, Items, Kept

__all__ = ["Clock", "FaultHook", "Order", "Reader", "RowReader", "Show", "SortBy", "Store", "no_faults"]


class Clock(Protocol):
    """The two clocks: ``now`` is the wall clock in UTC, ``monotonic`` counts seconds and never goes back."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


FaultHook = Callable[[str], None]
"""Called at named points with the point's name; a suite cuts the power there. The real one does nothing."""


def no_faults(_point: str) -> None:
    """The real fault hook."""


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

    def devices_by_id(self, ids: Sequence[int]) -> list[Device]: ...

    def finding(self, connection: str, identifier: Identifier) -> Finding | None:
        """The last finding kept for this identifier, whatever its age."""
        ...

    def findings_kept(self, connection: str) -> tuple[int, datetime | None, datetime | None]:
        """How many findings of a connection are kept, and when the oldest and the newest of them was answered."""
        ...

    def under_way(self, batches: Sequence[str]) -> int:
        """How many devices of these batches are queued or sending."""
        ...

    def unfinished(self, connection: str) -> int:
        """How many devices of a connection are queued, sending, unknown or held, in whichever batch."""
        ...

    def raw_finding(self, item: int) -> str: ...

    def kept(self, item: int) -> Mapping[int, Kept]:
        """Names, moves and labels of a row's devices, by device."""
        ...

    def made_name(self, item: int) -> tuple[bool, int]:
        """Whether a row's name was made by a pattern, and the number that it was given for that (0: none)."""
        ...

    def counts(self) -> Counts:
        """The counters over the rows on the table; ``devices`` by title of the open batches' targets."""
        ...


class Reader(RowReader, Sums, Protocol):
    """What can be read; also from a second, read-only connection on another thread."""

    def desk_id(self) -> str:
        """The ID that this database was given when it was made."""
        ...

    def sorts_long(self, order: Order) -> bool:
        """Whether there are so many rows on the table that ``item_ids`` takes longer than a scan may wait."""
        ...

    def batch(self, batch: str) -> Batch | None: ...

    def batch_named(self, name: str) -> Batch | None: ...

    def batches(self, limit: int = 200) -> list[Batch]:
        """The newest first."""
        ...

    def open_batches(self) -> list[Batch]:
        """Those that Claim has not closed."""
        ...

    def waiting_batches(self, limit: int = 200) -> list[Batch]:
        """Those that are closed and have devices queued, under way, unknown or held; the oldest first."""
        ...

    def tally(self, batch: str) -> Mapping[Progress, int]:
        """How many devices of a batch stand where; without those that other rows hold."""
        ...

    def attempts(self, batch: str) -> tuple[int, datetime | None]:
        """How often a claim of this batch was sent or tried to be sent, and when last."""
        ...

    def events(self, *, item: int = 0, batch: str = "") -> list[Event]:
        """Oldest first."""
        ...

    def calls(self, *states: CallState, batch: str = "") -> list[Call]:
        """With their devices, oldest first; secrets unsealed."""
        ...


class Store(Reader, Batches, Items, Findings, Calls, Facts, Protocol):
    """The desk's database. Only the desk's thread calls it, and changes only inside ``transaction``."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, on disk at the end (SQLite ``synchronous`` FULL)."""
        ...

    def close(self) -> None: ...

    def keeps_secrets(self) -> bool:
        """Whether secrets are sealed on disk; else they are gone with this process."""
        ...

    def seal_waiting(self) -> int:
        """Seal what was in memory only until now; gives how many rows that were."""
        ...

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
