"""What the table asks: its order, its pages, a row's details."""

from collections.abc import Iterator, Sequence

from station.core.batch import Batch
from station.core.finding import Holder
from station.core.item import Details, Device, Item
from station.core.news import DetailsRead, Listing, Page
from station.core.progress import Progress

from .ports import Order
from .work import Work

LONGEST_PAGE = 500


def order(work: Work, ticket: int, wanted: Order) -> None:
    """Tell which rows the table shows, in which order."""
    work.tell(Listing(ticket, tuple(work.store.item_ids(wanted))))


def page(work: Work, ids: Sequence[int]) -> None:
    work.tell(Page(tuple(work.store.items(ids[:LONGEST_PAGE]))))


def details(work: Work, item: int) -> Details | None:
    """Tell all that is known of a row."""
    row = work.store.item(item)
    if row is None:
        return None
    batch, devices = work.store.batch(row.batch), work.store.devices(item)
    read = Details(
        row,
        tuple(devices),
        tuple(work.store.events(item=item)),
        batch.operator if batch else "",
        work.store.raw_finding(item),
        _page(work, row, batch, devices),
        tuple(_extra(work, row, devices)),
    )
    work.tell(DetailsRead(read))
    return read


def _page(work: Work, row: Item, batch: Batch | None, devices: Sequence[Device]) -> str:
    """The vendor's page of a device that is ours; of a kit, that of its first."""
    backend = work.backend(row.connection)
    ours = [device for device in devices if _is_ours(device)]
    if backend is None or batch is None or not ours:
        return ""
    device, target = ours[0], work.store.kept(row.id)[ours[0].id].target or batch.target
    handle = (device.outcome.handle if device.outcome else "") or device.found.handle
    return backend.page(device.device_id, handle, target)


def _is_ours(device: Device) -> bool:
    found = device.found
    return device.progress is Progress.CLAIMED or (
        device.progress is Progress.OPEN and (found.owned or found.holder is Holder.OURS)
    )


def _extra(work: Work, row: Item, devices: Sequence[Device]) -> Iterator[tuple[str, str]]:
    """What is kept beside the columns: whose it is, labels, and each name of a kit's devices."""
    kept = work.store.kept(row.id)
    if any(device.found.owned for device in devices):
        yield "owned", row.place or row.target_title
    for device in devices:
        if len(devices) > 1 and kept[device.id].name:
            yield device.device_id, kept[device.id].name
        for name, value in kept[device.id].labels:
            yield f"label {name}" if len(devices) == 1 else f"{device.device_id} label {name}", value
