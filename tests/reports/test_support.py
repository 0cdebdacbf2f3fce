"""The text to a vendor's support: grouped by account, with all that support asks for and nothing secret."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.finding import ClaimStatus, FoundDevice, Holder
from station.core.identifier import Identifier, Kind
from station.core.item import Device, Link
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.core.receipt import Receipt, ReceiptLine
from station.desk.support import SupportCase, Thought
from station.reports.support import ReceiptCase, cases_of, letters
from station.words import choose_language, has
from tests.reports.receipts import BATCH, item

choose_language("en")
ITEM = item(1, "work-building-flower")
AT = datetime(2026, 11, 21, 15, 2, 3, tzinfo=timezone(timedelta(hours=1)))
CASE = ReceiptCase("oslo", "disruptive", "https://api.example/v2", "acc-1", "Oslo-West", "b5rj9ed7rihk942p48og",
                   "work-building-flower", "anothers", "ALREADY_CLAIMED", "The device was previously claimed",
                   ("8d0f1a52", "77aa"), AT)
TITLES = {"oslo": "Disruptive Technologies"}


def receipt(progress: Progress, outcome: Outcome | None = None, **found: object) -> Receipt:
    device = Device(1, 1, replace(FoundDevice("dev-1", ClaimStatus.UNCLAIMED), **found), progress, outcome)  # type: ignore[arg-type]
    return Receipt(BATCH, (ReceiptLine(ITEM, device),), AT, "desk-1", "d")


def test_a_letter_says_account_address_device_time_answer_and_requests() -> None:
    (letter,) = letters([CASE], "desk-1", "Anna", TITLES)
    assert letter.title == "Disruptive Technologies"
    assert letter.subject == "1 device that we cannot claim (account acc-1)"
    for wanted in ("https://api.example/v2", "b5rj9ed7rihk942p48og (scanned as work-building-flower)", "Oslo-West",
                   "Time (UTC): 2026-11-21T14:02:03Z", "ALREADY_CLAIMED The device was previously claimed",
                   "Request ID: 8d0f1a52, 77aa", "who can release it", "Anna"):
        assert wanted in letter.body, wanted


def test_each_account_at_each_vendor_gets_a_letter_of_its_own() -> None:
    other = replace(CASE, account="acc-2", device="x")
    cake = replace(CASE, connection="cake", address="https://b", thought="closed")
    told = letters([CASE, cake, other, replace(CASE, device="y")], "desk-1", "Anna", TITLES)
    assert [(each.connection, each.cases) for each in told] == [("oslo", 2), ("cake", 1), ("oslo", 1)]
    assert "b5rj9ed7rihk942p48og" in told[0].body
    assert "y" in told[0].body
    assert "acc-2" not in told[0].text


@pytest.mark.parametrize("thought", [*Thought, "not_found", "not_registered", "over_quota"])
def test_every_thought_has_a_question_of_its_own(thought: str) -> None:
    assert has(f"support.ask.{thought}")
    (letter,) = letters([replace(CASE, thought=thought)], "d", "", {})
    assert "support.ask" not in letter.body
    assert "{" not in letter.body


def test_the_desks_own_cases_are_understood() -> None:
    case = SupportCase("oslo", "disruptive", "a", "acc", "dev", "dev", Thought.HELD, request_ids=("r1",), sent_at=AT)
    (letter,) = letters([case], "desk-1", "Anna", TITLES)
    assert "cannot see what became of it" in letter.body
    assert "r1" in letter.body


@pytest.mark.parametrize(
    ("progress", "kind", "thought"),
    [
        (Progress.REFUSED, OutcomeKind.NOT_FOUND, "not_found"),
        (Progress.REFUSED, OutcomeKind.NOT_REGISTERED, "not_registered"),
        (Progress.REFUSED, OutcomeKind.REJECTED, "rejected"),
        (Progress.HELD, OutcomeKind.UNKNOWN, "held"),
        (Progress.UNKNOWN, OutcomeKind.UNKNOWN, "no_answer"),
        (Progress.CLAIMED, OutcomeKind.CLAIMED_NOW, ""),
        (Progress.QUEUED, None, ""),
    ],
)
def test_a_receipt_knows_who_is_to_be_asked_about(progress: Progress, kind: OutcomeKind | None, thought: str) -> None:
    outcome = Outcome(kind, HowKnown.ANSWER, code="C", request_id="r") if kind else None
    assert [case.thought for case in cases_of(receipt(progress, outcome))] == ([thought] if thought else [])


@pytest.mark.parametrize(("found", "asked"), [
    ({"status": ClaimStatus.CLAIMED, "holder": Holder.ANOTHER}, True),
    ({"status": ClaimStatus.CLAIMED, "holder": Holder.OURS}, False),
    ({"status": ClaimStatus.CLAIMED, "owned": True}, False),
    ({"status": ClaimStatus.UNREGISTERED}, True),
    ({"status": ClaimStatus.UNCLAIMED}, False),
])
def test_what_nothing_was_sent_for_is_asked_about_too(found: dict[str, object], asked: bool) -> None:
    assert bool(cases_of(receipt(Progress.OPEN, None, **found))) is asked


def test_a_row_that_the_vendor_does_not_know_is_asked_about_but_not_a_repeat_of_it() -> None:
    lost = replace(ITEM, claim_status=ClaimStatus.NOT_FOUND, progress=Progress.OPEN)
    repeat = replace(lost, id=7, repeat_of=Link(1, 1, "b", AT))
    told = cases_of(Receipt(BATCH, (), AT, "desk-1", "d", (lost, repeat)))
    assert [case.thought for case in told] == ["not_found"]


def test_no_pin_is_in_a_letter() -> None:
    secret = replace(ITEM, identifier=Identifier.of(Kind.SERIAL_PIN, serial="DC-1", pin="4711-canary"),
                     claim_status=ClaimStatus.NOT_FOUND, progress=Progress.OPEN)
    cases = cases_of(Receipt(BATCH, (), AT, "desk-1", "d", (secret,)))
    (letter,) = letters(cases, "desk-1", "Anna", {})
    assert "DC-1" in letter.body
    assert "canary" not in letter.text


@dataclass(frozen=True)
class Strange:
    """A case whose texts are the outside's worst."""

    connection: str
    kind: str
    address: str
    account: str
    target: str
    device: str
    identifier: str
    thought: str
    code: str
    text: str
    request_ids: tuple[str, ...]
    sent_at: datetime | None = None


@given(st.lists(st.text(max_size=30), min_size=10, max_size=10))
def test_any_text_from_outside_stays_on_its_line(said: list[str]) -> None:
    case = Strange(said[0], said[1], said[2], said[3], said[4], said[5], said[6], said[7], said[8], said[9],
                   (said[0], said[1]), datetime.now(UTC))
    (letter,) = letters([case], said[2], said[3], {said[0]: said[4]})
    assert all(line.isprintable() for line in letter.body.split("\n"))
    assert not any(char in letter.body for char in "\r\t\x00\u202e")
