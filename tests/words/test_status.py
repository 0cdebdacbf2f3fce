"""One sentence a row, whatever is known of it and however far it has come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.errors import Cause
from station.core.finding import ClaimStatus, Holder
from station.core.identifier import Identifier, Kind
from station.core.item import Check, Item, Link, Reason
from station.core.outcome import Outcome, OutcomeKind
from station.core.progress import Progress
from station.labels.base import Refusal
from station.labels.list_rows import ListProblem
from station.store.problems import StoreProblem
from station.ui.key_filter import KeyTrouble
from station.vision.picture import PictureProblem
from station.words import (
    Tone,
    advice,
    age,
    choose_language,
    has,
    headline,
    identifier_text,
    status,
    told_words,
    what_it_is,
    with_told_words,
)

choose_language("en")
NOW = datetime(2026, 11, 21, 14, 2, tzinfo=UTC)
CODE = Identifier.of(Kind.CODE, code="work-building-flower")
ROW = Item(9, "b", "oslo", "Oslo-West", 9, CODE, NOW, "keyboard", claim_status=ClaimStatus.UNCLAIMED, what="device",
           device_count=1)
LINK = Link(3, 4, "b", NOW)


def local(at: datetime) -> str:
    return at.astimezone().strftime("%H:%M")


SENTENCES = [
    ({}, Tone.READY, "Ready"),
    ({"what": "kit", "device_count": 25, "claimed_count": 3, "claim_status": ClaimStatus.PARTLY_CLAIMED}, Tone.READY,
     "Ready, 22 of 25 (3 claimed)"),
    ({"repeat_of": LINK}, Tone.REPEAT, "Repeat of row 4"),
    ({"repeat_of": replace(LINK, on_table=False)}, Tone.REPEAT, "Repeat of an earlier batch"),
    ({"inside": LINK}, Tone.REPEAT, "In row 4"),
    ({"claim_status": ClaimStatus.CLAIMED, "holder": Holder.ANOTHER}, Tone.PROBLEM, "Already claimed, not by us"),
    ({"claim_status": ClaimStatus.CLAIMED, "holder": Holder.NOT_TOLD}, Tone.PROBLEM, "Already claimed"),
    ({"claim_status": ClaimStatus.CLAIMED, "holder": Holder.OURS, "place": "project Oslo"}, Tone.DONE,
     "Yours already, project Oslo"),
    ({"claim_status": ClaimStatus.NOT_FOUND}, Tone.PROBLEM, "Not found"),
    ({"claim_status": ClaimStatus.UNREGISTERED}, Tone.PROBLEM, "Not registered yet"),
    ({"check": Check.CHECKING}, Tone.WAITING, "Checking…"),
    ({"claim_status": ClaimStatus.UNCHECKED, "check": Check.OFFLINE}, Tone.WAITING, "Unchecked, offline"),
    ({"check": Check.OFFLINE, "looked_up_at": NOW - timedelta(hours=3)}, Tone.WAITING,
     "Unclaimed as of 3 h ago, offline"),
    ({"progress": Progress.QUEUED, "check": Check.OFFLINE}, Tone.WAITING, "Queued, offline"),
    ({"progress": Progress.UNKNOWN, "sent_at": NOW}, Tone.UNKNOWN, f"Sent {local(NOW)}, no answer, asking again"),
    ({"progress": Progress.CLAIMED, "settled_at": NOW}, Tone.DONE, f"Yours since {local(NOW)}"),
    ({"progress": Progress.REFUSED, "tally": ((Progress.CLAIMED, 24), (Progress.REFUSED, 1))}, Tone.PROBLEM,
     "24 claimed, 1 refused"),
    ({"would_be": "claimed_now"}, Tone.READY, "Would be claimed"),
    ({"fits": "Datacake"}, Tone.UNKNOWN, "Fits Datacake, press Enter to move"),
    ({"identifier": Identifier.of(Kind.SERIAL_PIN, serial="SN1")}, Tone.UNKNOWN, "Waits for its PIN"),
    ({"identifier": Identifier.of(Kind.SERIAL_MAC, serial="SN1")}, Tone.UNKNOWN, "Waits for its MAC"),
]


@pytest.mark.parametrize(("fields", "tone", "text"), SENTENCES, ids=[text for _, _, text in SENTENCES])
def test_a_row_says(fields: dict[str, object], tone: Tone, text: str) -> None:
    told = status(replace(ROW, **fields), NOW)  # type: ignore[arg-type]
    assert (told.tone, told.text) == (tone, text)


@given(
    st.sampled_from(Progress), st.sampled_from(ClaimStatus), st.sampled_from(Check), st.sampled_from(Reason),
    st.sampled_from(Holder), st.sampled_from([None, *OutcomeKind]), st.sampled_from(["", *OutcomeKind]),
)
def test_any_row_has_a_sentence_a_headline_and_whole_advice(
    progress: Progress, claim: ClaimStatus, check: Check, reason: Reason, holder: Holder, kind: OutcomeKind | None,
    would_be: str,
) -> None:
    item = replace(ROW, progress=progress, claim_status=claim, check=check, reason=reason, holder=holder,
                   outcome=Outcome(kind) if kind else None, would_be=str(would_be))
    told = [status(item, NOW).text, headline(item, NOW).words]
    counsel = advice(item)
    if counsel is not None:
        told += [counsel.cause, counsel.meaning, counsel.next_step]
    for text in told:
        assert text
        assert "{" not in text
        assert not text.startswith(("status.", "band.", "advice.", "BAND."))


def test_what_is_claimed_by_another_says_all_that_can_be_done() -> None:
    told = advice(replace(ROW, claim_status=ClaimStatus.CLAIMED, holder=Holder.NOT_TOLD))
    assert told is not None
    text = f"{told.cause} {told.meaning} {told.next_step}"
    for part in ("cannot be claimed a second time", "your own organization", "Identify Device", "moved", "billing",
                 "support", "ID"):
        assert part in text


@pytest.mark.parametrize(("source", "asks_for_typing"), [("typed", True), ("keyboard", False)])
def test_not_found_asks_to_check_the_typing_of_what_was_typed(source: str, asks_for_typing: bool) -> None:
    told = advice(replace(ROW, claim_status=ClaimStatus.NOT_FOUND, source=source))
    assert told is not None
    assert ("letter by letter" in told.next_step) is asks_for_typing
    assert "support" in told.next_step


FAMILIES: list[tuple[str, list[StrEnum]]] = [
    ("error", list(Cause)),
    ("refusal", list(Refusal)),
    ("picture", list(PictureProblem)),
    ("list", list(ListProblem)),
    ("store", [problem for problem in StoreProblem if problem is not StoreProblem.FAULT]),
    ("trouble", [StoreProblem.FAULT, *KeyTrouble]),
]


@pytest.mark.parametrize(("family", "codes"), FAMILIES, ids=[family for family, _ in FAMILIES])
def test_every_code_has_advice_of_its_own(family: str, codes: list[StrEnum]) -> None:
    silent = [code for code in codes if not has(f"advice.{family}.{code}.cause")]
    assert silent == []


def test_identifiers_and_kits_are_named_for_people() -> None:
    pair = Identifier.of(Kind.SERIAL_PIN, serial="7788-01", pin="4711")
    assert identifier_text(pair) == "SN 7788-01"
    bare = Identifier.of(Kind.SERIAL_MAC, serial="7788-01", mac="00a122334455")
    assert identifier_text(bare) == "SN 7788-01 · MAC 00:A1:22:33:44:55"
    kit = replace(ROW, what="kit", device_count=25, device_type="temperature")
    assert what_it_is(kit) == "Kit · 25 temperature sensors"
    assert what_it_is(replace(kit, device_count=1)) == "Kit · 1 temperature sensor"
    assert what_it_is(replace(kit, device_type="flux_capacitor")) == "Kit · 25 devices"
    assert what_it_is(replace(ROW, device_type="flux_capacitor")) == "flux_capacitor"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3600, "now"), (0, "now"), (12, "12 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"),
     (86_399, "23 h"), (200_000, "2 d")],
)
def test_ages(seconds: int, text: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == text


def test_what_became_of_a_device_is_said_in_words_where_the_code_is_ours() -> None:
    assert told_words("owner_not_told", "").startswith("The vendor does not say whose device this is")
    assert told_words("E7", "not  yours") == "E7 · not yours"
    assert "plan" in told_words("claimingEnabled=false", "")
    assert with_told_words("DCP-1 revokedCount=0 req-1").startswith("DCP-1 Nobody held a claim there")
