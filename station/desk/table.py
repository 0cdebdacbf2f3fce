"""What the table asks: its order, its pages, a row's details."""

from collections.abc import Sequence

from station.core.item import Details
from station.core.news import DetailsRead, Listing, Page

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
    batch = work.store.batch(row.batch)
    read = Details(
        row,
        tuple(work.store.devices(item)),
        tuple(work.store.events(item=item)),
        batch.operator if batch else "",
        work.store.raw_finding(item),
    )
    work.tell(DetailsRead(read))
    return read
