"""What the summary says of a batch, put together on the reading thread."""

from dataclasses import dataclass
from datetime import datetime

from station.core.batch import Batch
from station.core.item import Item
from station.core.outcome import OutcomeKind
from station.core.progress import SETTLED, Progress
from station.core.receipt import Receipt
from station.desk import history
from station.desk.ports import Reader
from station.reports.facts import sums
from station.reports.support import cases_of
from station.words import advice, identifier_text, say, time_of_day

from .band_sums import ONE_PRESS
from .panel_list import Row

MOST_BATCHES, MOST_PROBLEMS = 20, 50


@dataclass(frozen=True, slots=True)
class SummaryFacts:
    """A batch's receipt with its sums, reasons for what is not settled, and problem rows (title, cause, next step).

    ``together`` are all batches that went with the same press of Claim, this one among them, where there are several.
    """

    receipt: Receipt
    sums: tuple[tuple[int, str], ...]
    waiting: tuple[str, ...]
    problems: tuple[tuple[str, str, str], ...]
    batches: tuple[Row, ...]
    together: tuple[tuple[Batch, int], ...] = ()

    @property
    def needs_support(self) -> bool:
        """Whether something of it is left to ask the vendor's support about."""
        return bool(cases_of(self.receipt))

    @property
    def claimed(self) -> int:
        """Devices that this batch claimed; those that were ours before are not among them."""
        return _claimed(self.receipt)


def read_summary(reader: Reader, batch: str, desk: str, now: datetime) -> SummaryFacts | None:
    """The facts of a batch, of the last one that was claimed without an ID; None where there is none."""
    closed = [each for each in reader.batches() if each.closed_at is not None][:MOST_BATCHES]
    wanted = batch or (closed[0].id if closed else "")
    receipt = history.receipt(reader, wanted, desk, now) if wanted else None
    if receipt is None:
        return None
    rows = tuple(_row(each, wanted, now) for each in closed)
    pressed = [each for each in closed if _one_press(each, receipt.batch)]
    counted = []
    for each in pressed if len(pressed) > 1 else ():
        other = receipt if each.id == receipt.batch.id else history.receipt(reader, each.id, desk, now)
        counted.append((each, _claimed(other) if other is not None else 0))
    return SummaryFacts(receipt, _sums(receipt), _waiting(receipt), _problems(receipt), rows, tuple(counted))


def _one_press(one: Batch, other: Batch) -> bool:
    a, b = one.closed_at, other.closed_at
    return one.id == other.id or (a is not None and b is not None and abs(a - b) <= ONE_PRESS)


def _claimed(receipt: Receipt) -> int:
    outcomes = (line.device.outcome for line in receipt.lines if line.device.progress is Progress.CLAIMED)
    return sum(outcome is None or outcome.kind is OutcomeKind.CLAIMED_NOW for outcome in outcomes)


def _sums(receipt: Receipt) -> tuple[tuple[int, str], ...]:
    return tuple((count, words) for words, count in sums(receipt))


def _waiting(receipt: Receipt) -> tuple[str, ...]:
    """Why something is not settled, a sentence for each state that there is."""
    found = {line.device.progress for line in receipt.lines} - SETTLED
    reasons = [say(f"summary.why.{progress}") for progress in Progress if progress in found]
    return tuple(reasons)


def _problems(receipt: Receipt) -> tuple[tuple[str, str, str], ...]:
    rows: dict[int, Item] = {}
    for line in receipt.lines:
        if line.device.progress in (Progress.REFUSED, Progress.HELD):
            rows[line.item.id] = line.item
    found = []
    for item in list(rows.values())[:MOST_PROBLEMS]:
        counsel = advice(item)
        title = say("summary.row", row=item.number, identifier=identifier_text(item.identifier))
        cause = counsel.cause if counsel is not None else say("summary.part_refused")
        found.append((title, cause, counsel.next_step if counsel is not None else say("summary.see_details")))
    return tuple(found)


def _row(batch: Batch, chosen: str, now: datetime) -> Row:
    at = time_of_day(batch.closed_at, now) if batch.closed_at is not None else ""
    line = " · ".join(part for part in (at, batch.operator, batch.name or batch.id[:8]) if part)
    return Row(batch.id, batch.target_title or batch.target, line, chosen=batch.id == chosen)
