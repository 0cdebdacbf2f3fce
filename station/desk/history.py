"""What was done: receipts and exports, read through a connection of their own."""

from datetime import datetime

from station.core.item import Item
from station.core.progress import Progress
from station.core.receipt import Receipt, ReceiptLine

from . import support
from .ports import Reader
from .support import SupportCase


def receipt(reader: Reader, batch_id: str, desk: str, now: datetime) -> Receipt | None:
    """A batch with all its devices as they are now; None where there is no such batch (ID or name)."""
    batch = reader.batch(batch_id) or reader.batch_named(batch_id)
    if batch is None:
        return None
    lines: list[ReceiptLine] = []
    left_out: list[Item] = []
    for item in reader.items_of(batch.id):
        if item.repeat_of is not None or item.inside is not None or item.progress is Progress.REMOVED:
            left_out.append(item)
            continue
        devices = reader.devices(item.id)
        lines += [ReceiptLine(item, device) for device in devices if device.inside is None]
        if not devices:
            left_out.append(item)
    return Receipt(batch, tuple(lines), now, desk, reader.desk_id(), tuple(left_out))


MOST_BATCHES = 1000


def support_cases(reader: Reader, batch_id: str = "") -> tuple[SupportCase, ...]:
    """The devices of a batch (ID or name; "" for all on the table) that a vendor has to be asked about.

    They come a connection at a time, so that each vendor gets one text.
    """
    one = reader.batch(batch_id) or reader.batch_named(batch_id)
    chosen = [one] if one else [] if batch_id else [each for each in reader.batches(MOST_BATCHES) if each.on_table]
    found = [case for batch in reversed(chosen) for case in support.cases(reader, batch)]
    return tuple(sorted(found, key=lambda case: (case.connection, case.kind, case.address, case.account)))
