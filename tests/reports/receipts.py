"""Receipts with everything in them that can go wrong on paper or in a spreadsheet."""

from dataclasses import replace
from datetime import UTC, datetime

from station.core.batch import Batch
from station.core.finding import ClaimStatus, FoundDevice
from station.core.identifier import Identifier, Kind
from station.core.item import Device, Item, Link
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.core.receipt import Receipt, ReceiptLine

AT = datetime(2026, 5, 4, 12, 30, 5, tzinfo=UTC)
PIN = "471147"
EVIL = '=HYPERLINK("http://x","<b>1</b>")'
BATCH = Batch("5f0c1a2b-aaaa", "oslo", "disruptive", AT, address="https://api.example.com", account="org-1",
              target="p1", target_title="Oslo-West", operator="Anna", closed_at=AT)


def item(number: int, text: str, **fields: object) -> Item:
    identifier = Identifier.of(Kind.CODE, code=text)
    made = Item(number, BATCH.id, "oslo", "Oslo-West", number, identifier, AT, "keyboard", name=f"Name {number}")
    return replace(made, **fields)  # type: ignore[arg-type]


def device(of: Item, device_id: str, progress: Progress, outcome: Outcome | None = None) -> ReceiptLine:
    found = FoundDevice(device_id, ClaimStatus.UNCLAIMED, type="temperature", product_number="100151")
    return ReceiptLine(of, Device(of.id, of.id, found, progress, outcome, changed_at=AT))


def receipt() -> Receipt:
    """A kit in part, a device with a PIN and a vendor's hostile words, one held, and two rows left out."""
    kit = item(1, "work-building-flower", what="kit")
    pinned = item(2, "x", identifier=Identifier.of(Kind.SERIAL_PIN, serial="SN-7", pin=PIN), name=EVIL)
    claimed = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, handle="claim-9", place="Oslo-West")
    refused = Outcome(OutcomeKind.REJECTED, HowKnown.ANSWER, code="E42", text=EVIL, request_id="req-77")
    repeat = item(4, "work-building-flower", repeat_of=Link(1, 1, BATCH.id, AT))
    removed = item(5, "zz-top", progress=Progress.REMOVED)
    return Receipt(
        BATCH,
        (
            device(kit, "dev-a", Progress.CLAIMED, claimed),
            device(kit, "dev-b", Progress.HELD),
            device(pinned, "SN-7", Progress.REFUSED, refused),
        ),
        AT, "desk-1", "d-1", (repeat, removed),
    )
