"""A claim without a clear answer: what was sent when, what came back and what the account showed, before a decision."""

from datetime import timedelta

import pytest
from PySide6.QtWidgets import QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from station.core.finding import ClaimStatus, FoundDevice
from station.core.item import Details, Device, Event
from station.core.outcome import Outcome, OutcomeKind
from station.core.progress import Progress
from station.ui.evidence import evidence_of
from tests.ui.panel_bench import PanelBench, part, texts
from tests.ui.rows import NOW, row

LOST = Outcome(OutcomeKind.UNKNOWN, code="timeout", text="read timed out", request_id="r-1")


def details(progress: Progress, *more: Event, outcome: Outcome = LOST) -> Details:
    item = row(3, "b5rj9ed7rihk942p48og", progress=progress)
    found = FoundDevice("D-1", ClaimStatus.UNCLAIMED)
    at = NOW - timedelta(minutes=9)
    steps = (
        Event(at, "step", item=3, device_id="D-1", old="queued", new="sending", who="Anna", why="call"),
        Event(at, "step", item=3, device_id="D-1", old="sending", new="unknown", why="timeout", detail="unknown"),
    )
    return Details(item, (Device(1, 3, found, progress, outcome),), (*steps, *more))


def read_back(state: str) -> Event:
    return Event(NOW, "read_back", item=3, device_id="D-1", new=state)


def held_by(state: str) -> Event:
    return Event(NOW, "step", item=3, device_id="D-1", old="unknown", new="held", why=f"read_back.{state}")


@pytest.fixture
def bench(qtbot: QtBot) -> PanelBench:
    return PanelBench(qtbot)


def test_an_unknown_row_shows_its_evidence_and_can_be_asked_about_now(bench: PanelBench) -> None:
    shown = bench.show_details(details(Progress.UNKNOWN, read_back("cannot_tell")))
    said = texts(shown)
    assert "by Anna" in said
    assert "Disruptive · Oslo did not answer in time" in said
    assert "In its own words: timeout read timed out" in said
    assert "It is not in your account" in said
    assert "r-1" in said
    assert not [each for each in shown.findChildren(QRadioButton) if each.isVisibleTo(shown)]
    part(shown, QPushButton, "Ask now").click()
    assert bench.source.wished("try_now") == [("oslo",)]


def test_a_held_row_shows_its_evidence_above_the_choices(bench: PanelBench) -> None:
    shown = bench.show_details(details(Progress.HELD, read_back("free"), held_by("free")))
    said = texts(shown)
    assert said.index("What the account showed afterwards") < said.index("Nobody can tell whether this was claimed")
    assert "Nobody has it" in said
    assert len([each for each in shown.findChildren(QRadioButton) if each.isVisibleTo(shown)]) == 4


@pytest.mark.parametrize(
    ("why", "detail", "words"),
    [("confirm", "already_claimed", "answered that it is claimed already"), ("confirm", "unknown", "not clearly"),
     ("left out of the answer", "", "did not name it"), ("restart", "unknown", "The station stopped"),
     ("never heard of", "", "makes no sense")],
)
def test_what_came_back_is_said_in_words(why: str, detail: str, words: str) -> None:
    told = details(Progress.UNKNOWN, Event(NOW, "step", device_id="D-1", new="unknown", why=why, detail=detail))
    assert words in dict(evidence_of(told, NOW, "Disruptive"))["What came back"]


def test_a_wish_to_ask_again_is_told_with_its_reason() -> None:
    told = details(Progress.UNKNOWN, Event(NOW, "step", device_id="D-1", new="unknown", who="Per", why="Studio is up"))
    assert "Asked again by Per: Studio is up" in dict(evidence_of(told, NOW, "Disruptive"))["What came back"]


def test_what_nobody_doubts_has_no_evidence(bench: PanelBench) -> None:
    shown = bench.show_details(details(Progress.CLAIMED))
    assert "What came back" not in texts(shown)
