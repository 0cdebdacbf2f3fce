"""What the desk writes into its store, by subject."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from station.core.batch import Batch
from station.core.call import Call, CallState
from station.core.finding import Finding, FoundDevice
from station.core.identifier import Identifier
from station.core.item import Check, Device, Event, Item, Link, Reason
from station.core.scan import Scan


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

    def live_item(
        self, connection: str, identifier: Identifier, *, kind: str = "", address: str = "", other_than: int = 0
    ) -> Link | None:
        """The row with this whole identifier that makes a second scan a repeat: live, not itself a repeat.

        It is one of this connection, or of any that goes to the same kind of system at the same address.
        """
        ...

    def live_device(
        self, connection: str, device_id: str, *, other_than: int = 0, kind: str = "", address: str = ""
    ) -> Link | None:
        """The row of another item that holds this device, live; of which connections, as above."""
        ...

    def halves(self, batch: str) -> list[Item]:
        """The open rows of the batch whose identifier still lacks fields, the newest first (20 at most)."""
        ...

    def newest(self, batch: str, most: int) -> list[Item]:
        """The newest open rows of a batch that stand on their own, so many at most."""
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
        would_be: str | None = None,
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

    def hide_scan(self, item: int, shown: str) -> None:
        """What was scanned for a row has turned out to be a secret: it is sealed, and shown in this way."""
        ...

    def forget_log(self) -> None:
        """After a commit: no file holds any more what was overwritten by it."""
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


class Kept(Protocol):
    """What is kept of a device beside its progress."""

    @property
    def name(self) -> str: ...
    @property
    def number(self) -> int:
        """The number in its name, 0 for none."""
        ...

    @property
    def target(self) -> str:
        """The ID of the target that it was moved to, empty while it is where it was claimed."""
        ...

    @property
    def labels(self) -> tuple[tuple[str, str], ...]: ...


class Facts(Protocol):
    """Writing names and what changes after a claim."""

    def next_name_number(self, batch: str) -> int:
        """A number that no name of this batch was given before."""
        ...

    def put_made_name(self, item: int, name: str, number: int, *, made: bool = True) -> None:
        """Name a row by a pattern, or (``made`` false) take note that a person named it."""
        ...

    def change_device(
        self,
        device: int,
        *,
        name: str | None = None,
        number: int | None = None,
        target: str | None = None,
        place: str | None = None,
        handle: str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """Change what is kept of a device; ``place`` and ``handle`` are its outcome's."""
        ...

    def derive_again(self, item: int) -> None:
        """A row's columns once more from its devices."""
        ...


class Calls(Protocol):
    """What waits to be sent, the calls, and the history."""

    def queued(
        self, connection: str, limit: int, first: Sequence[str] = (), without: Collection[str] = ()
    ) -> list[tuple[Batch, Identifier, Device]]:
        """The next queued devices of one batch of this connection that is not paused, each with its row's identifier,
        at most ``limit``.

        Batches go as ``first`` says, then the oldest; those in ``without`` are passed over.
        """
        ...

    def queued_connections(self) -> list[str]:
        """The connections that have queued devices in batches that are not paused."""
        ...

    def add_call(self, call: Call) -> None: ...

    def next_call_number(self) -> int: ...

    def overtaking(self, call: Call) -> list[Call]:
        """The newer calls that name one of its rows, oldest first; those that were surely not sent left out."""
        ...

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
