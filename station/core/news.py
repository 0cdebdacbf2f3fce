"""What the desk tells everybody else, after it is on disk."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .batch import Batch
from .errors import Cause
from .item import Details, Item
from .target import Account, Target


class Heard(StrEnum):
    """What became of a scan, at once: three sounds, three symbols."""

    KEPT = "kept"
    REPEAT = "repeat"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Ready:
    """The database is open: from now on a scan can be kept."""

    desk_id: str


@dataclass(frozen=True, slots=True)
class ScanHeard:
    """A scan is on disk. ``item`` is its row, or None for a label that is no device (``refusal`` then says why)."""

    heard: Heard
    item: Item | None
    shown: str
    source: str
    refusal: str = ""
    command: str = ""
    argument: str = ""


@dataclass(frozen=True, slots=True)
class ItemsChanged:
    """Rows that are new or changed, whole; newest number last."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ItemsGone:
    """Rows that left the table (removed or put away)."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows that a filter and a sort order show: item IDs in order. ``ticket`` is the asker's own number."""

    ticket: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The rows asked for by their IDs, for a table that keeps only some of them in memory."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class DetailsRead:
    details: Details


@dataclass(frozen=True, slots=True)
class Counts:
    """The counters that are always in view; ``devices`` are those that Claim would claim now, by target title."""

    scanned: int = 0
    ready: int = 0
    problems: int = 0
    queued: int = 0
    unknown: int = 0
    claimed: int = 0
    sending: int = 0
    waiting_since: datetime | None = None
    devices: tuple[tuple[str, int], ...] = ()
    checking: int = 0
    unchecked: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a press of Claim would do: the open batches as they are (with their revisions), and the counters."""

    batches: tuple[Batch, ...]
    counts: Counts
    undo: int = 0
    """The number of the row that undo would take back, 0 for none."""
    connection: str = ""
    """The chosen connection; with ``target`` (and its title) where the next scans go."""
    target: str = ""
    target_title: str = ""
    operator: str = ""
    mixed: bool = False
    """Whether a label that only another connection accepts joins that connection's batch."""
    pattern: str = ""
    """How devices of the chosen connection are named that nobody has named: ``"Meeting room {n:03}"``."""


class LineState(StrEnum):
    """What is known of the way to a vendor, by trying."""

    UNTRIED = "untried"
    ONLINE = "online"
    OFFLINE = "offline"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """A connection's line: ``cause`` why it is offline or paused, ``retry_at`` when it is tried again."""

    connection: str
    title: str
    state: LineState
    cause: Cause | None = None
    detail: str = ""
    since: datetime | None = None
    retry_at: datetime | None = None
    account: Account | None = None
    clock_off: float | None = None
    practice: bool = False
    noun: str = "project"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionGone:
    """A connection was taken away."""

    connection: str


@dataclass(frozen=True, slots=True)
class ConnectionTried:
    """What a test call told of a connection, set up already or not: who we are and what it sees, or what failed."""

    connection: str
    account: Account | None = None
    targets: tuple[Target, ...] = ()
    cause: Cause | None = None
    detail: str = ""
    clock_off: float | None = None


@dataclass(frozen=True, slots=True)
class TargetsRead:
    connection: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class TargetCreated:
    """A target's path was made where it was missing; it is chosen now."""

    connection: str
    target: Target


@dataclass(frozen=True, slots=True)
class Claiming:
    """A claim in progress: devices settled of all."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a batch: device counts by outcome word, and by progress for what is not settled."""

    batch: Batch
    outcomes: tuple[tuple[str, int], ...]
    unsettled: tuple[tuple[str, int], ...]
    rehearsal: bool = False

    @property
    def settled(self) -> bool:
        return not self.unsettled


@dataclass(frozen=True, slots=True)
class Refused:
    """A wish of the operator's that was not carried out, and why (a code that the screen makes a sentence of)."""

    wish: str
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """The last scan was taken back: what it was, for the 10 s in which it is shown."""

    item: Item


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """A list or a folder of pictures on its way in: entries read, kept, and the bad ones so far."""

    name: str
    read: int
    kept: int
    bad: int
    done: bool = False


@dataclass(frozen=True, slots=True)
class FetchedAhead:
    """How far the findings of a delivery are fetched: of ``total`` codes so many were asked about, known and not found.

    ``devices`` are those of the kits among them; ``bad`` lines held no code of these connections. ``problem`` is the
    cause (a code) for which the rest waits; ``done``: nothing waits and nothing is under way.
    """

    name: str
    total: int = 0
    known: int = 0
    not_found: int = 0
    failed: int = 0
    bad: int = 0
    devices: int = 0
    problem: str = ""
    connection: str = ""
    done: bool = False

    @property
    def asked(self) -> int:
        return self.known + self.not_found + self.failed


@dataclass(frozen=True, slots=True)
class BadInput:
    """One thing in a list or a picture that could not be used."""

    name: str
    row: int
    problem: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something of ours or of the machine's went wrong; the part concerned goes on. ``code`` makes the sentence."""

    code: str
    detail: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The desk is leaving: calls in flight that are waited for."""

    calls: int


News = (
    Ready | ScanHeard | ItemsChanged | ItemsGone | Listing | Page | DetailsRead | Plan | ConnectionState | TargetsRead
    | ConnectionGone | ConnectionTried | TargetCreated
    | Claiming | Summary | Refused | Undone | ImportProgress | FetchedAhead | BadInput | Trouble | Stopping
)
