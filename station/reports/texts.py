"""A receipt as plain text, for a mail or a chat."""

from station.core.receipt import Receipt
from station.words import identifier_text, say

from .cells import plain
from .facts import batch_facts, device_facts, left_out_why, sums


def receipt_text(receipt: Receipt) -> str:
    """The batch, its sums and its devices, a line each."""
    lines = [say("receipt.title"), ""]
    lines += [f"{name}: {plain(value)}" for name, value in batch_facts(receipt)]
    lines += ["", *(f"{count} × {words}" for words, count in sums(receipt)), ""]
    for line in receipt.lines:
        each = device_facts(line)
        parts = (each.identifier, each.device_id if each.device_id != each.identifier else "", each.name,
                 each.outcome, each.handle, each.vendor_code, each.vendor_text, each.request_id)
        lines.append(f"{each.row}\t" + "\t".join(plain(part) for part in parts if part))
    for item in receipt.rows_left_out:
        lines.append(f"{item.number}\t{plain(identifier_text(item.identifier))}\t{left_out_why(item)}")
    return "\n".join(lines) + "\n"
