"""Labels of the station's own: obeyed from any scanner, asked about where it matters, and shown on the band."""

from dataclasses import replace
from typing import cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station.core.news import Heard, ScanHeard, TargetsRead
from station.core.target import Target
from station.ui import commands
from station.ui.window import Window
from tests.ui.rows import LINE, mixed, plan_of
from tests.ui.source import Source


@pytest.fixture(autouse=True)
def _rows(window: Window, source: Source, qtbot: QtBot) -> None:
    items = mixed()
    source.items = {item.id: item for item in items}
    source.tell(LINE, replace(plan_of(items, devices=(("Oslo-West", 12),), ready=12), undo=1))
    qtbot.waitUntil(lambda: window.state.plan.counts.ready == 12)


def order(source: Source, command: str, argument: str = "", scanner: str = "serial: COM3") -> None:
    source.tell(ScanHeard(Heard.KEPT, None, "", scanner, command=command, argument=argument))
    for _ in range(4):
        QApplication.processEvents()


def words(window: Window) -> tuple[str, str]:
    head = window.parts.band.shown.headline
    return head.words, head.line


def test_a_claim_is_confirmed_by_its_own_label_or_by_the_one_for_that(window: Window, source: Source) -> None:
    for answer in ("claim", "confirm"):
        order(source, "claim")
        assert words(window)[0] == "CLAIM 12 DEVICES?"
        assert "within 10 seconds" in words(window)[1]
        before = len(source.wished("claim"))
        order(source, answer, scanner="camera: desk")  # any scanner may answer
        assert len(source.wished("claim")) == before + 1
        assert words(window)[0] != "CLAIM 12 DEVICES?"


def test_a_question_nobody_answers_is_taken_back(window: Window, source: Source, qtbot: QtBot) -> None:
    order(source, "claim")
    assert window.conduct._commands._forget.interval() == commands.ASKED_S * 1000 == 10_000
    window.conduct._commands._forget.start(20)
    qtbot.waitUntil(lambda: words(window)[0] != "CLAIM 12 DEVICES?", timeout=5_000)
    order(source, "confirm")
    assert source.wished("claim") == []
    assert window.parts.banner.shown is not None
    assert window.parts.banner.shown.text.startswith("Nothing waits")


@pytest.mark.parametrize("other", ["undo", "clear", "help"])
def test_another_command_in_between_takes_the_question_back(window: Window, source: Source, other: str) -> None:
    order(source, "claim")
    order(source, other)
    assert words(window)[0] != "CLAIM 12 DEVICES?"
    order(source, "claim")
    assert source.wished("claim") == []


def test_a_device_in_between_takes_the_question_back(window: Window, source: Source) -> None:
    order(source, "claim")
    source.tell(ScanHeard(Heard.KEPT, mixed()[0], "abc", "keyboard"))
    QApplication.processEvents()
    order(source, "confirm")
    assert source.wished("claim") == []


def test_a_question_about_other_rows_is_taken_back(window: Window, source: Source, qtbot: QtBot) -> None:
    order(source, "claim")
    source.tell(plan_of(mixed(), devices=(("Oslo-West", 13),), ready=13))
    qtbot.waitUntil(lambda: window.state.plan.counts.ready == 13)
    order(source, "confirm")
    assert source.wished("claim") == []


def test_the_next_batch_asks_only_where_rows_would_be_lost(window: Window, source: Source, qtbot: QtBot) -> None:
    order(source, "next_batch")
    assert words(window)[0] == "NEXT BATCH?"
    assert source.wished("clear") == []
    order(source, "next_batch")
    assert len(source.wished("clear")) == 1
    source.tell(plan_of([], scanned=3, claimed=3))
    qtbot.waitUntil(lambda: window.state.plan.counts.scanned == 3)
    order(source, "next_batch")
    assert len(source.wished("clear")) == 2


def test_a_target_is_found_by_id_path_or_title_and_never_guessed(window: Window, source: Source) -> None:
    source.tell(TargetsRead("oslo", (
        Target("p1", "West", "Oslo/West"), Target("p2", "Room", "Oslo/Room"), Target("p3", "Room", "Bergen/Room"),
        Target("p4", "Closed", may_claim=False),
    )))
    for wanted in ("p1", "west", "OSLO/ROOM"):
        order(source, "target", wanted)
    assert [args[1] for args in source.wished("choose")] == ["p1", "p1", "p2"]
    assert words(window)[0] == "TARGET"
    for wanted in ("Room", "Closed", "Oslo"):
        order(source, "target", wanted)
        assert words(window)[0] == "NO SUCH TARGET"
    assert len(source.wished("choose")) == 3


@pytest.mark.parametrize(("command", "argument", "sounds"), [
    ("target", "nowhere", Heard.PROBLEM), ("target", "west", Heard.KEPT), ("confirm", "", Heard.PROBLEM),
    ("undo", "", Heard.KEPT), ("claim", "", Heard.KEPT), ("next_batch", "", Heard.KEPT),
])
def test_a_label_that_cannot_be_obeyed_sounds_like_a_problem(
    window: Window, source: Source, command: str, argument: str, sounds: Heard
) -> None:
    source.tell(TargetsRead("oslo", (Target("p1", "West", "Oslo/West"),)))
    QApplication.processEvents()
    window.sounds._effects = {heard: Played() for heard in Heard}  # type: ignore[misc]
    order(source, command, argument)
    assert [heard for heard, played in window.sounds._effects.items() if cast(Played, played).times] == [sounds]


def test_with_nothing_to_undo_to_claim_or_to_clear_it_sounds_so_too(
    window: Window, source: Source, qtbot: QtBot
) -> None:
    source.tell(plan_of([]))
    qtbot.waitUntil(lambda: not window.state.plan.counts.scanned)
    for command in ("undo", "claim", "clear"):
        window.sounds._effects = {heard: Played() for heard in Heard}  # type: ignore[misc]
        order(source, command)
        assert [heard for heard, played in window.sounds._effects.items() if cast(Played, played).times] == [
            Heard.PROBLEM]


class Played:
    """Counts instead of sounding."""

    def __init__(self) -> None:
        self.times = 0

    def play(self) -> None:
        self.times += 1


def test_undo_operator_and_help(window: Window, source: Source) -> None:
    order(source, "undo")
    assert (source.wished("undo"), words(window)[0]) == ([("Anna",)], "UNDO")
    order(source, "operator", "Bo")
    assert source.wished("choose_operator") == [("Bo",)]
    assert window.parts.band.shown.headline.identifier == "Bo"
