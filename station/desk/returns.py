"""Ways back to open: what has changed since Claim, what was taken back, what is tried again."""

from collections.abc import Sequence
from dataclasses import replace

from station.core.batch import Batch
from station.core.item import Device, Item, Reason
from station.core.progress import Progress
from station.core.scan import Scan

from . import batches, naming
from .work import Work
from .writing import NewItem


def to_open(work: Work, item: Item, devices: Sequence[Device], reason: Reason, who: str = "") -> int:
    """Queued devices go back to open, in the open batch, with the reason; gives the row that now holds them.

    A row none of whose devices was ever sent moves as it is; else its waiting devices move to a new, linked row.
    """
    if not devices:
        return item.id
    now = work.clock.now()
    work.store.step([device.id for device in devices], Progress.QUEUED, Progress.OPEN, now, who=who, why=str(reason))
    batch = batches.open_for(work, item.connection, work.store.batch(item.batch))
    whole = all(device.progress in _NEVER_SENT for device in work.store.devices(item.id))
    row = item.id if whole else again(work, item, batch)
    if whole:
        work.store.change_item(item.id, batch=batch.id, reason=reason)
    else:
        work.store.move_devices([device.id for device in devices], row)
        work.store.change_item(row, reason=reason)
    naming.anew(work, row)
    work.touch(item.id, row)
    return row


_NEVER_SENT = frozenset({Progress.OPEN, Progress.QUEUED, Progress.REMOVED})


def again(work: Work, item: Item, batch: Batch) -> int:
    """A new row in the open batch for what another row was scanned as, linked both ways."""
    # What was erased when the row was settled must be given again.
    kept = tuple((name, secret) for name, secret in item.identifier.secrets if secret)
    identifier = replace(item.identifier, secrets=kept)
    scan = Scan(item.identifier.text.encode("utf-8", "replace"), item.source, work.clock.now(), item.symbology)
    made, _ = work.store.made_name(item.id)
    row = work.store.add_item(
        NewItem(
            batch.id, item.connection, identifier, scan, item.shown,
            sealed=bool(kept), name="" if made else item.name, again_of=item.id,
        )
    )
    work.store.change_item(item.id, again_in=row)
    return row
