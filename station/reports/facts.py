"""What a receipt says, in words: of the batch, of each device, and in sum."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from station.core.item import Item
from station.core.outcome import Outcome, OutcomeKind
from station.core.progress import SETTLED, Progress
from station.core.receipt import Receipt, ReceiptLine
from station.words import has, identifier_text, say

from .cells import local, utc


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """One device of a receipt in words; ``code`` and ``progress`` are the codes behind them."""

    row: int
    identifier: str
    device_id: str
    type: str
    product_number: str
    name: str
    outcome: str
    code: str
    progress: str
    known: str
    handle: str
    place: str
    vendor_code: str
    vendor_text: str
    request_id: str
    at_utc: str
    at_local: str
    settled: bool


def device_facts(line: ReceiptLine) -> DeviceFacts:
    """What is said of one device."""
    item, device = line.item, line.device
    outcome = device.outcome or Outcome(OutcomeKind.UNKNOWN)
    told = device.outcome is not None and device.progress in SETTLED
    words = say(f"outcome.{outcome.kind}") if told else say(f"receipt.progress.{device.progress}")
    if device.progress is Progress.RELEASED:
        words = say("receipt.progress.released")
    return DeviceFacts(
        row=item.number,
        identifier=identifier_text(item.identifier),
        device_id=device.device_id,
        type=type_words(device.found.type or item.device_type),
        product_number=device.found.product_number or item.product_number,
        name=item.name,
        outcome=words,
        code=str(outcome.kind) if told else "",
        progress=str(device.progress),
        known=say(f"receipt.known.{outcome.how_known}") if outcome.how_known else "",
        handle=outcome.handle or device.found.handle,
        place=outcome.place or device.found.place,
        vendor_code=outcome.code,
        vendor_text=outcome.text,
        request_id=outcome.request_id,
        at_utc=utc(device.changed_at),
        at_local=local(device.changed_at),
        settled=device.progress in SETTLED,
    )


def type_words(name: str) -> str:
    """A device type in words; one that nobody translated as it stands."""
    return say(f"type.{name}") if has(f"type.{name}") else name


def batch_facts(receipt: Receipt) -> list[tuple[str, str]]:
    """What is said of the batch: name and value, in the order in which a person reads them."""
    batch = receipt.batch
    facts = [
        ("desk", f"{receipt.desk} ({receipt.desk_id})"),
        ("batch", f"{batch.name} ({batch.id})" if batch.name else batch.id),
        ("connection", f"{batch.connection} ({batch.kind})"),
        ("address", batch.address),
        ("account", batch.account),
        ("target", batch.target_title if batch.target_title in ("", batch.target)
         else f"{batch.target_title} ({batch.target})"),
        ("operator", batch.operator),
        ("opened", both(batch.opened_at)),
        ("claimed", both(batch.closed_at) or say("receipt.not_yet")),
        ("made", both(receipt.made_at)),
    ]
    return [(say(f"receipt.{name}"), value) for name, value in facts if value]


def both(at: datetime | None) -> str:
    """A time in UTC and as the computer's clock shows it."""
    return f"{utc(at)} · {local(at)}" if at is not None else ""


def sums(receipt: Receipt) -> list[tuple[str, int]]:
    """How many devices came to what, in words; what is settled first."""
    facts = [device_facts(line) for line in receipt.lines]
    settled = Counter(each.outcome for each in facts if each.settled)
    waiting = Counter(each.outcome for each in facts if not each.settled)
    return [*settled.most_common(), *waiting.most_common()]


def left_out_why(item: Item) -> str:
    """Why a row is not part of what was sent."""
    if item.progress is Progress.REMOVED:
        return say("receipt.left_out_removed")
    if item.repeat_of is not None:
        return say("receipt.left_out_repeat", row=item.repeat_of.number)
    if item.inside is not None:
        return say("receipt.left_out_inside", row=item.inside.number)
    return ""
