"""What a person keeps of a batch: who claimed what, where, when, and what is not settled."""

from dataclasses import dataclass
from datetime import datetime

from .batch import Batch
from .item import Device, Item


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One device of a batch with the row that it was scanned in."""

    item: Item
    device: Device


@dataclass(frozen=True, slots=True)
class Receipt:
    """A batch with all its devices as they are at ``made_at`` (UTC), at the desk named ``desk`` (ID ``desk_id``)."""

    batch: Batch
    lines: tuple[ReceiptLine, ...]
    made_at: datetime
    desk: str
    desk_id: str
    rows_left_out: tuple[Item, ...] = ()
    """Repeats and removed rows: shown for completeness, never sent."""
