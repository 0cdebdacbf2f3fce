"""Rows, batches and connections as the desk tells them, for tests of the window."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from station.core.batch import Batch
from station.core.finding import ClaimStatus, Holder
from station.core.identifier import Identifier, Kind
from station.core.item import Check, Item, Link
from station.core.news import ConnectionState, Counts, LineState, Plan
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress

NOW = datetime.now(UTC)
BATCH = Batch("b-1", "oslo", "disruptive", NOW, target="p1", target_title="Oslo-West", operator="Anna", revision=9)
OTHER = replace(BATCH, id="b-2", connection="xyte", kind="xyte", target_title="Room 12", opened_at=NOW - timedelta(1))
LINE = ConnectionState("oslo", "Disruptive · Oslo", LineState.ONLINE, noun="project")


def code(text: str) -> Identifier:
    return Identifier.of(Kind.CODE, code=text)


def row(number: int, text: str | Identifier, ago: float = 0, **fields: object) -> Item:
    """A row that was looked up and is ready, unless ``fields`` say otherwise."""
    identifier = text if isinstance(text, Identifier) else code(text)
    item = Item(number, "b-1", "oslo", "Oslo-West", number, identifier, NOW - timedelta(seconds=ago), "Honeywell 1950g",
                claim_status=ClaimStatus.UNCLAIMED, what="device", device_count=1, looked_up_at=NOW)
    return replace(item, **fields)  # type: ignore[arg-type]


def mixed() -> list[Item]:
    """Nine rows of all kinds, oldest first."""
    at = NOW - timedelta(minutes=4)
    outcome = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER)
    pair = Identifier.of(Kind.SERIAL_MAC, serial="7788-01", mac="00:11:22:33:44:55")
    return [
        row(1, "b5rj9ed7rihk942p46a0", 300, device_type="waterDetector", progress=Progress.QUEUED, check=Check.OFFLINE),
        row(2, "b5rj9ed7rihk942p47v0", 240, device_type="ccon", name="Gateway 1", progress=Progress.CLAIMED,
            outcome=outcome, settled_at=at),
        row(3, "b5rj9ed7rihk942p48og", 180, device_type="proximity", name="Door 4", progress=Progress.UNKNOWN,
            sent_at=at),
        row(4, "zz-unknown-zz", 90, claim_status=ClaimStatus.NOT_FOUND, what="", device_count=0),
        row(5, "b5rj9ed7rihk942p490g", 70, device_type="humidity", claim_status=ClaimStatus.CLAIMED,
            holder=Holder.ANOTHER, claimed_count=1),
        row(6, pair, 41, device_type="screen", name="Auditorium"),
        row(7, "b5rj9ed7rihk942p48og", 20, device_type="proximity", repeat_of=Link(3, 3, "b-1", at)),
        row(8, "b5rj9ed7rihk942p48p0", 12, device_type="temperature", name="Fridge 3"),
        row(9, "work-building-flower", 1, device_type="temperature", what="kit", device_count=25,
            name="Meeting room 001–025"),
    ]


def plan_of(items: list[Item], **counts: object) -> Plan:
    devices = sum(item.claimable for item in items)
    numbers = Counts(
        scanned=len(items),
        ready=devices,
        problems=sum(item.claim_status in (ClaimStatus.NOT_FOUND, ClaimStatus.CLAIMED) for item in items),
        queued=sum(item.progress is Progress.QUEUED for item in items),
        unknown=sum(item.progress is Progress.UNKNOWN for item in items),
        claimed=sum(item.progress is Progress.CLAIMED for item in items),
        devices=(("Oslo-West", devices),) if devices else (),
    )
    numbers = replace(numbers, **counts)  # type: ignore[arg-type]
    return Plan((BATCH,), numbers, connection="oslo", target="p1", target_title="Oslo-West", operator="Anna")
