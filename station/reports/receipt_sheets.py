"""A receipt for spreadsheets: one row a device, with stable column names for programs and words for people."""

from collections.abc import Iterator

from station.core.receipt import Receipt
from station.words import identifier_text, say

from .cells import cell, csv_text, local, utc
from .facts import batch_facts, device_facts, left_out_why, sums

COLUMNS = (
    "row", "identifier", "device_id", "type", "product_number", "name", "state", "outcome", "outcome_code", "progress",
    "how_known", "handle", "place", "vendor_code", "vendor_text", "request_id", "at_utc", "at_local", "batch",
    "connection", "kind", "address", "account", "target", "target_title", "operator", "opened_at_utc",
    "claimed_at_utc", "claimed_at_local", "desk", "desk_id", "receipt_made_at_utc",
)
"""The columns, never renamed; ``state`` is settled, not_settled or left_out."""


def receipt_csv(receipt: Receipt) -> str:
    """One line a device, then one for each row left out; write it as UTF-8 with a byte order mark, for Excel."""
    return csv_text(COLUMNS, _rows(receipt))


def receipt_xlsx(receipt: Receipt) -> bytes:
    """A workbook with the devices on the first sheet and the batch and its sums on the second."""
    # Imported here: a workbook is asked for seldom, and the library costs a tenth of the window's start.
    import io

    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    devices = book.active
    if devices is None:
        raise RuntimeError("a new workbook has no sheet")
    devices.title = "devices"
    devices.append(list(COLUMNS))
    for row in _rows(receipt):
        devices.append([value if isinstance(value, int) else cell(value) for value in row])
    for name in devices[1]:
        name.font = Font(bold=True)
    devices.freeze_panes = "A2"
    about = book.create_sheet("batch")
    for fact in batch_facts(receipt):
        about.append([cell(text) for text in fact])
    for words, count in sums(receipt):
        about.append([cell(words), count])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _rows(receipt: Receipt) -> Iterator[tuple[object, ...]]:
    batch = receipt.batch
    about = (
        batch.name or batch.id, batch.connection, batch.kind, batch.address, batch.account, batch.target,
        batch.target_title, batch.operator, utc(batch.opened_at), utc(batch.closed_at), local(batch.closed_at),
        receipt.desk, receipt.desk_id, utc(receipt.made_at),
    )
    for line in receipt.lines:
        each = device_facts(line)
        state = "settled" if each.settled else "not_settled"
        yield (
            each.row, each.identifier, each.device_id, each.type, each.product_number, each.name, state, each.outcome,
            each.code, each.progress, each.known, each.handle, each.place, each.vendor_code, each.vendor_text,
            each.request_id, each.at_utc, each.at_local, *about,
        )
    for item in receipt.rows_left_out:
        words = left_out_why(item) or say("receipt.left_out")
        yield (
            item.number, identifier_text(item.identifier), "", item.device_type, item.product_number, item.name,
            "left_out", words, "", str(item.progress), *("",) * 8, *about,
        )
