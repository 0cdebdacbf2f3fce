"""What was done: receipts and exports, read through a connection of their own."""

from datetime import datetime

from station.core.item import Item
from station.core.progress import Progress
from station.core.receipt import Receipt, ReceiptLine

from .ports import Reader


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
