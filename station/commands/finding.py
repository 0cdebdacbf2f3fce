"""``station check`` and the dry run: what things are and what a claim would do, without any effect."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from station.backends.base import Backend
from station.core.call import Answer, Call, CallDevice, Verb
from station.core.errors import CallError, NotSentError, SignInError
from station.core.finding import ClaimStatus, Finding, FoundDevice, Holder
from station.core.outcome import DONE, OutcomeKind
from station.desk import orders
from station.desk.orders import Entry, Standing
from station.words import say

from .answers import Exit, note, put_answer, worst
from .entries import entries_of, read_fields
from .running import Session, running, why

_WOULD = frozenset({OutcomeKind.CLAIMED_NOW, *DONE})
REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Would:
    """What a claim would do with one device; ``outcome`` is empty where nobody can tell."""

    entry: Entry
    found: FoundDevice
    outcome: str
    reason: str = ""

    @property
    def status(self) -> Exit:
        if self.reason == REPEAT:
            return Exit.DONE
        if not self.outcome:
            return Exit.UNKNOWN
        return Exit.DONE if self.outcome in _WOULD else Exit.REFUSED


def check(
    ids: Sequence[str], file: str, field: Sequence[str], backend: str, as_json: bool, keep: bool = False
) -> Exit:
    """Look up what the IDs name; with ``keep`` only say how many findings are kept for scans without a network."""
    fields = read_fields(field)
    with running() as session:
        standing = session.stand(backend)
        entries = entries_of(ids, file, fields, standing.accept)
        try:
            entries = look_up(session, standing, entries)
        except CallError as error:
            note(why(error, standing.title))
            return Exit.UNKNOWN if isinstance(error, SignInError) else Exit.QUEUED
    told = [each for entry in entries for each in from_finding(entry)]
    if keep:
        note(say("cli.findings_kept", n=sum(entry.finding is not None for entry in entries), all=len(entries)))
    if keep and not as_json:
        return worst(each.status for each in told)
    put_answer(as_json, [_found_record(each) for each in told], _headers(), [_found_row(each) for each in told])
    return worst(each.status for each in told)


def look_up(session: Session, standing: Standing, entries: Sequence[Entry]) -> list[Entry]:
    """The entries with their findings, where the backend has a look-up. Raises ``CallError``."""
    if not standing.traits.look_up:
        return list(entries)
    identifiers = [entry.identifier for entry in entries]
    found = session.ask(standing.connection, lambda backend: orders.look_up(backend, identifiers, standing.target))
    session.do(orders.keep_findings, standing.connection, found)
    return [replace(entry, finding=finding) for entry, finding in zip(entries, found, strict=True)]


def rehearse(session: Session, standing: Standing, entries: Sequence[Entry], operator: str) -> list[Would]:
    """What a claim of these entries would do, by the vendor's own dry run or else by what was found."""
    before = session.do(orders.repeats, standing.connection, [entry.identifier for entry in entries])
    told = [
        replace(each, reason=REPEAT) if again else each
        for entry, again in zip(entries, before, strict=True)
        for each in from_finding(entry)
    ]
    asked = [each for each in told if each.outcome == OutcomeKind.CLAIMED_NOW and not each.reason]
    if not asked or not standing.traits.dry_run:
        return told
    calls = [_call(standing, part, operator) for part in _parts(asked, standing.traits.items_a_call)]

    async def run(backend: Backend) -> list[Answer]:
        return [await backend.dry_run(call) for call in calls]

    answers = session.ask(standing.connection, run)
    codes = {one.device_id: str(one.outcome.kind) for answer in answers for one in answer.results}
    return [
        replace(each, outcome=codes.get(each.found.device_id, "")) if each in asked else each for each in told
    ]


def from_finding(entry: Entry) -> list[Would]:
    """A line for each device of an entry, by what was found alone."""
    finding = entry.finding
    if finding is None:
        return [Would(entry, FoundDevice(entry.identifier.text, ClaimStatus.UNCHECKED), "")]
    if not finding.devices:
        return [Would(entry, FoundDevice(entry.identifier.text, finding.status), _code(finding.status, Holder.NOBODY))]
    return [Would(entry, each, _code(each.status, each.holder)) for each in finding.devices]


def _code(status: ClaimStatus, holder: Holder) -> str:
    if status is ClaimStatus.CLAIMED:
        return OutcomeKind.ALREADY_OURS if holder is Holder.OURS else OutcomeKind.ALREADY_CLAIMED
    return {
        ClaimStatus.NOT_FOUND: OutcomeKind.NOT_FOUND,
        ClaimStatus.UNREGISTERED: OutcomeKind.NOT_REGISTERED,
        ClaimStatus.UNCLAIMED: OutcomeKind.CLAIMED_NOW,
    }.get(status, "")


def _parts(asked: Sequence[Would], size: int) -> list[Sequence[Would]]:
    return [asked[start : start + size] for start in range(0, len(asked), size)]


def _call(standing: Standing, part: Sequence[Would], operator: str) -> Call:
    """What a claim would send; never written down, with a key of its own."""
    devices = tuple(
        CallDevice(number, each.found.device_id, each.found.ref, each.entry.identifier, each.entry.name)
        for number, each in enumerate(part, 1)
    )
    return Call(
        str(uuid4()), 0, Verb.CLAIM, standing.connection, standing.kind, "", "", standing.target, devices, operator,
        str(uuid4()), datetime.now(UTC),
    )


def _found_record(each: Would) -> dict[str, object]:
    finding: Finding | None = each.entry.finding
    return {
        "identifier": each.entry.identifier.text,
        "device": each.found.device_id,
        "status": str(each.found.status),
        "holder": str(each.found.holder),
        "place": each.found.place,
        "type": each.found.type,
        "product_number": each.found.product_number,
        "what": finding.what if finding else "",
        "title": finding.title if finding else "",
        "at": finding.at.isoformat() if finding else "",
    }


def _headers() -> tuple[str, ...]:
    return tuple(say(f"cli.column.{name}") for name in ("identifier", "device", "what", "status", "holder", "place"))


def _found_row(each: Would) -> tuple[str, ...]:
    return (
        each.entry.identifier.text,
        each.found.device_id,
        each.found.type,
        say(f"cli.found.{each.found.status}"),
        say(f"cli.holder.{each.found.holder}") if each.found.holder is not Holder.NOBODY else "",
        each.found.place,
    )


def is_cut_off(error: CallError) -> bool:
    """Whether an order can wait in the queue for this to pass."""
    return isinstance(error, NotSentError | SignInError)
