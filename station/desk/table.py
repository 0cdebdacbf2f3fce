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
AGAIN_S = 1.0
"""A long table that changes all the time is sorted anew after so long."""
NEWEST = 50


def order(work: Work, ticket: int, wanted: Order) -> None:
    """Tell which rows the table shows, in which order; a long table is sorted beside the desk, which keeps scans all
    the while."""
    if not work.store.sorts_long(wanted):
        work.state.order_wanted = None
        work.tell(Listing(ticket, tuple(work.store.item_ids(wanted))))
    elif work.state.ordering:
        work.state.order_wanted = (ticket, wanted)
    else:
        work.after.append(lambda: _sort_beside(work, ticket, wanted))


def _sort_beside(work: Work, ticket: int, wanted: Order) -> None:
    work.state.ordering = True
    work.outside.read(lambda reader: tuple(reader.item_ids(wanted)), _sorted, ticket, wanted)


def _sorted(work: Work, ticket: int, wanted: Order, ids: tuple[int, ...] | None) -> None:
    """Tell what was sorted, if no other order was asked for meanwhile."""
    following, work.state.order_wanted, work.state.ordering = work.state.order_wanted, None, False
    if following is not None and following[1] != wanted:
        order(work, *following)
        return
    if ids is not None:
        work.tell(Listing(following[0] if following else ticket, ids))
        # Rows that came while it was sorted are not among them.
        work.after.append(lambda: work.outside.later(0, _tell_newest))
    if following is not None:
        again = following
        work.after.append(lambda: work.outside.later(AGAIN_S, _sort_again, *again))


def _sort_again(work: Work, ticket: int, wanted: Order) -> None:
    if not work.state.ordering:  # else another order was asked for since
        order(work, ticket, wanted)


def _tell_newest(work: Work) -> None:
    for batch in work.store.open_batches():
        work.touch(*(item.id for item in work.store.newest(batch.id, NEWEST)))


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
