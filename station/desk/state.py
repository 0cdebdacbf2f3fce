"""What the desk keeps in memory: nothing that would be missed after a crash."""

from dataclasses import dataclass, field
from datetime import datetime

from station.backends.base import Backend
from station.core.outcome import Outcome

from .sorting import Order
from .state_parts import Ahead, Line, Pace


@dataclass
class State:
    backends: dict[str, Backend] = field(default_factory=dict)
    practice: frozenset[str] = frozenset()
    chosen: str = ""
    operator: str = ""
    mixed: bool = False
    sends: bool = True
    """Whether this process holds the lock that allows it to send."""
    settled_in: bool = False
    """Whether this process, since it holds the lock, has taken up what was left: nothing is sent before."""
    disk_ok: bool = True
    stopping: bool = False
    lines: dict[str, Line] = field(default_factory=dict)
    wanted: dict[str, dict[int, None]] = field(default_factory=dict)
    """Rows that wait for a look-up, by connection, in order."""
    looking: dict[str, int] = field(default_factory=dict)
    """Look-up requests under way, by connection."""
    busy: dict[str, str] = field(default_factory=dict)
    """Connections with a call in the making or in flight, and which."""
    limits: dict[str, int] = field(default_factory=dict)
    """How many devices the next call takes, after the vendor refused a larger one as a whole."""
    claimed_at: dict[str, float] = field(default_factory=dict)
    """When (monotonic) a person pressed Claim for a batch in this run."""
    sent_at: dict[str, float] = field(default_factory=dict)
    """When (monotonic) a call was last sent in this run, by its key."""
    reading_back: dict[str, float] = field(default_factory=dict)
    """Keys of the calls whose read-back or repeat is under way, and when (monotonic) it was begun."""
    shown_as: dict[int, str] = field(default_factory=dict)
    """What the last read-back said of a device that it did not settle, by the device's row."""
    refused: dict[int, Outcome] = field(default_factory=dict)
    """What a repeat was refused for, by the device's row, until a read-back tells of the first time."""
    again_at: dict[str, float] = field(default_factory=dict)
    """When (monotonic) an unanswered call may be asked about again, by its key."""
    part_at: dict[int, datetime] = field(default_factory=dict)
    """When a row that lacked something was last given a part of it."""
    watched: dict[str, int] = field(default_factory=dict)
    """Batches whose progress is shown, and how many devices they sent off."""
    pace: dict[str, Pace] = field(default_factory=dict)
    """How fast each connection settles what waits for it, as measured."""
    cool_off_s: float = 0.0
    """How long after Claim a batch can still be cancelled before anything of it is sent."""
    cooling: set[str] = field(default_factory=set)
    """Batches whose cool-off has a timer that ends it."""
    ahead: Ahead | None = None
    """The delivery whose findings are fetched before it is scanned."""
    ordering: bool = False
    """Whether the rows of a long table are being sorted, beside the desk."""
    order_wanted: tuple[int, Order] | None = None
    """The order that was asked for last meanwhile, and its ticket."""
    left: dict[str, int] = field(default_factory=dict)
    """How many of those were queued or sending when that was last told."""
    chunks: dict[str, int] = field(default_factory=dict)
    """How many rows are looked up at once, after a larger look-up failed on its way."""
    unsettled: set[str] = field(default_factory=set)
    """Batches that were summed up while some of their devices were not settled."""

    def line(self, connection: str) -> Line:
        return self.lines.setdefault(connection, Line())
