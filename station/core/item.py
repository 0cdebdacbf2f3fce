"""One row of the preview, and the devices inside it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .finding import ClaimStatus, FoundDevice, Holder
from .identifier import Identifier
from .outcome import Outcome
from .progress import Progress


class Check(StrEnum):
    """What a row's look-up is doing; the screen says it, the life of a device does not know it."""

    IDLE = ""
    CHECKING = "checking"
    OFFLINE = "offline"
    FAILED = "failed"
    NONE = "none"
    """This backend cannot be asked before claiming."""


class Reason(StrEnum):
    """Why a device came back to *open*, is paused or waits; the screen makes a sentence of it."""

    NOTHING = ""
    NOW_CLAIMED = "now_claimed"
    NOW_UNREGISTERED = "now_unregistered"
    NOW_NOT_FOUND = "now_not_found"
    KIT_CHANGED = "kit_changed"
    KIT_UNSEEN = "kit_unseen"
    TAKEN_BACK = "taken_back"
    TRIED_AGAIN = "tried_again"
    LEFT_OUT = "left_out"
    RESTARTED = "restarted"
    NEEDS_SECRET = "needs_secret"  # noqa: S105 - the name of a reason


@dataclass(frozen=True, slots=True)
class Link:
    """Another row that this one points to: its item, its number on the table, its batch and when it was scanned."""

    item: int
    number: int
    batch: str
    at: datetime
    on_table: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """One row. Times are UTC. ``tally`` counts its devices by progress; empty while nothing is known of them."""

    id: int
    batch: str
    connection: str
    target_title: str
    number: int
    identifier: Identifier
    scanned_at: datetime
    source: str
    symbology: str = ""
    shown: str = ""
    name: str = ""
    # what the finding told
    claim_status: ClaimStatus = ClaimStatus.UNCHECKED
    what: str = ""
    title: str = ""
    device_type: str = ""
    product_number: str = ""
    device_count: int = 0
    claimed_count: int = 0
    holder: Holder = Holder.NOBODY
    place: str = ""
    looked_up_at: datetime | None = None
    counts_differ: bool = False
    would_be: str = ""
    check: Check = Check.IDLE
    # how far it has come
    progress: Progress = Progress.OPEN
    tally: tuple[tuple[Progress, int], ...] = ()
    outcome: Outcome | None = None
    settled_at: datetime | None = None
    sent_at: datetime | None = None
    reason: Reason = Reason.NOTHING
    repeat_of: Link | None = None
    inside: Link | None = None
    again_of: Link | None = None
    again_in: Link | None = None
    closed: bool = False
    fits: str = ""
    """The connection that this label fits, where it is not the one that it was scanned into."""
    practice: bool = False

    @property
    def ready(self) -> bool:
        """Whether Claim would claim something of this row."""
        return (
            self.progress is Progress.OPEN
            and not self.closed
            and not self.identifier.missing
            and self.repeat_of is None
            and self.inside is None
            and not self.fits
            and self.claim_status in (ClaimStatus.UNCLAIMED, ClaimStatus.PARTLY_CLAIMED, ClaimStatus.UNCHECKED)
        )

    @property
    def claimable(self) -> int:
        """How many devices Claim would claim of this row; an unchecked one counts as one."""
        if not self.ready:
            return 0
        if self.claim_status is ClaimStatus.UNCHECKED:
            return 1
        return max(self.device_count - self.claimed_count, 0)


@dataclass(frozen=True, slots=True)
class Device:
    """One device of an item, as the desk keeps it."""

    id: int
    item: int
    found: FoundDevice
    progress: Progress = Progress.OPEN
    outcome: Outcome | None = None
    call: str = ""
    inside: Link | None = None
    changed_at: datetime | None = None

    @property
    def device_id(self) -> str:
        return self.found.device_id


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a batch, an item or a device: never changed, never deleted."""

    at: datetime
    what: str
    batch: str = ""
    item: int = 0
    device_id: str = ""
    old: str = ""
    new: str = ""
    who: str = ""
    why: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """All that the details panel shows of a row."""

    item: Item
    devices: tuple[Device, ...] = ()
    history: tuple[Event, ...] = ()
    operator: str = ""
    raw_finding: str = ""
    page: str = ""
    """The address of the device's page at the vendor, or empty."""
    extra: tuple[tuple[str, str], ...] = field(default=())
