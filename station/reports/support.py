"""Drafts the text to a vendor's support: which devices, when, what the vendor answered, and what we ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from station.core.finding import ClaimStatus, Holder
from station.core.item import Item
from station.core.outcome import Outcome, OutcomeKind
from station.core.progress import Progress
from station.core.receipt import Receipt, ReceiptLine
from station.words import has, identifier_text, say

from .cells import plain, utc

LONGEST_TEXT = 500
"""Letters of a vendor's own words that are quoted."""


class SupportCase(Protocol):
    """One device that support is asked about. ``thought`` is what we think of it, by its code; no secrets.

    ``sent_at`` is in UTC, None where nothing was sent; ``request_ids`` are oldest first.
    """

    @property
    def connection(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def device(self) -> str: ...
    @property
    def identifier(self) -> str: ...
    @property
    def thought(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def request_ids(self) -> Sequence[str]: ...
    @property
    def sent_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class ReceiptCase:
    """A case as a batch's receipt knows it: nothing need have been sent for it."""

    connection: str
    kind: str
    address: str
    account: str
    target: str
    device: str
    identifier: str
    thought: str
    code: str = ""
    text: str = ""
    request_ids: tuple[str, ...] = ()
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A text to one vendor's support; ``title`` names the connection, ``cases`` is how many devices it is about."""

    connection: str
    title: str
    subject: str
    body: str
    cases: int

    @property
    def text(self) -> str:
        return f"{self.subject}\n\n{self.body}"


def cases_of(receipt: Receipt) -> list[ReceiptCase]:
    """The devices of a batch that the vendor's support is the next to be asked about, claimed or not."""
    devices = [_case(receipt, line, problem) for line in receipt.lines if (problem := _problem(line))]
    return devices + [_row_case(receipt, item) for item in receipt.rows_left_out if _is_unknown_to_vendor(item)]


def letters(cases: Iterable[SupportCase], desk: str, who: str, titles: Mapping[str, str]) -> list[Letter]:
    """One letter for each account at each vendor; ``titles`` are the connections' titles by their names."""
    groups: dict[tuple[str, str, str], list[SupportCase]] = {}
    for case in cases:
        groups.setdefault((case.connection, case.address, case.account), []).append(case)
    return [_letter(group, desk, who, titles) for group in groups.values()]


def _letter(cases: Sequence[SupportCase], desk: str, who: str, titles: Mapping[str, str]) -> Letter:
    first = cases[0]
    title = titles.get(first.connection, first.connection)
    account = plain(first.account) or say("support.account_not_told")
    lines = [say("support.hello"), "", say("support.about", n=len(cases)), ""]
    about = (("account", account), ("address", plain(first.address)), ("desk", plain(desk)))
    lines += [say(f"support.{name}", value=value) for name, value in about if value]
    problems: dict[str, list[SupportCase]] = {}
    for case in cases:
        problems.setdefault(str(case.thought), []).append(case)
    for problem, those in problems.items():
        lines += ["", _ask(problem, len(those))]
        for number, case in enumerate(those, 1):
            lines += [f"{number}. {_device(case)}", *(f"   {fact}" for fact in _facts(case))]
    lines += ["", say("support.thanks"), plain(who) or say("support.nobody")]
    subject = say("support.subject", n=len(cases), account=account)
    return Letter(first.connection, title, subject, "\n".join(lines) + "\n", len(cases))


def _ask(problem: str, count: int) -> str:
    key = f"support.ask.{problem}"
    return say(key if has(key) else "support.ask.other", n=count)


def _device(case: SupportCase) -> str:
    same = case.identifier in ("", case.device)
    device = plain(case.device or case.identifier)
    return device if same else say("support.scanned_as", device=device, text=plain(case.identifier))


def _facts(case: SupportCase) -> list[str]:
    words = " ".join(plain(part) for part in (case.code, case.text) if part)
    facts = [
        ("at", utc(case.sent_at)),
        ("target", plain(case.target)),
        ("answer", words[:LONGEST_TEXT]),
        ("request", ", ".join(plain(each) for each in case.request_ids if each)),
    ]
    return [say(f"support.{name}", value=value) for name, value in facts if value]


_FOUND = {
    ClaimStatus.NOT_FOUND: "not_found",
    ClaimStatus.UNREGISTERED: "not_registered",
    ClaimStatus.CLAIMED: "anothers",
}
_OUTCOMES = {
    OutcomeKind.NOT_FOUND: "not_found",
    OutcomeKind.NOT_REGISTERED: "not_registered",
    OutcomeKind.OVER_QUOTA: "over_quota",
    OutcomeKind.ALREADY_CLAIMED: "anothers",
    OutcomeKind.WRONG_SECRET: "wrong_secret",
    OutcomeKind.CLAIMING_CLOSED: "closed",
    OutcomeKind.NOT_ALLOWED: "not_allowed",
    OutcomeKind.CLAIMED_NOW: "",
    OutcomeKind.ALREADY_OURS: "",
}


def _problem(line: ReceiptLine) -> str:
    """Why support is to be asked about a device, as a code; empty where it need not be."""
    device = line.device
    if device.progress in (Progress.HELD, Progress.UNKNOWN):
        return "held" if device.progress is Progress.HELD else "no_answer"
    if device.progress is Progress.OPEN:
        theirs = device.found.holder is not Holder.OURS and not device.found.owned
        return _FOUND.get(device.found.status, "") if theirs else ""
    if device.progress is not Progress.REFUSED or line.item.again_in is not None:
        return ""
    return _OUTCOMES.get(device.outcome.kind, "rejected") if device.outcome is not None else "rejected"


def _is_unknown_to_vendor(item: Item) -> bool:
    """Whether a row that came to nothing is one that the vendor does not know or does not let be claimed."""
    alone = item.repeat_of is None and item.inside is None and item.progress is Progress.OPEN
    return alone and item.claim_status in (ClaimStatus.NOT_FOUND, ClaimStatus.UNREGISTERED)


def _case(receipt: Receipt, line: ReceiptLine, thought: str) -> ReceiptCase:
    batch, device = receipt.batch, line.device
    outcome = device.outcome or Outcome(OutcomeKind.UNKNOWN)
    return ReceiptCase(
        batch.connection, batch.kind, batch.address, batch.account, batch.target_title or batch.target,
        device.device_id, identifier_text(line.item.identifier), thought, outcome.code, outcome.text,
        (outcome.request_id,) if outcome.request_id else (),
        device.changed_at or line.item.looked_up_at or batch.closed_at,
    )


def _row_case(receipt: Receipt, item: Item) -> ReceiptCase:
    batch = receipt.batch
    return ReceiptCase(
        batch.connection, batch.kind, batch.address, batch.account, batch.target_title or batch.target,
        "", identifier_text(item.identifier), _FOUND[item.claim_status], sent_at=item.looked_up_at or item.scanned_at,
    )
