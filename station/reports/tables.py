"""The table of scanned rows as CSV."""

from collections.abc import Iterable
from datetime import datetime

from station.core.item import Item
from station.words import advice, identifier_text, status, what_it_is

from .cells import csv_text, local, utc

COLUMNS = (
    "row", "identifier", "what", "name", "status", "claim_status", "progress", "outcome", "cause", "next_step",
    "devices", "claimed_devices", "type", "product_number", "connection", "target", "batch", "source", "symbology",
    "scanned_at_utc", "scanned_at_local", "looked_up_at_utc",
)


def table_csv(items: Iterable[Item], now: datetime) -> str:
    """One line a row, in the order given; ``now`` (UTC) for the ages in its sentences."""
    return csv_text(COLUMNS, (_row(item, now) for item in items))


def _row(item: Item, now: datetime) -> tuple[object, ...]:
    counsel = advice(item)
    return (
        item.number, identifier_text(item.identifier), what_it_is(item), item.name, status(item, now).text,
        str(item.claim_status), str(item.progress), str(item.outcome.kind) if item.outcome else "",
        counsel.cause if counsel else "", counsel.next_step if counsel else "",
        item.device_count, item.claimed_count, item.device_type, item.product_number, item.connection,
        item.target_title, item.batch, item.source, item.symbology, utc(item.scanned_at), local(item.scanned_at),
        utc(item.looked_up_at),
    )
