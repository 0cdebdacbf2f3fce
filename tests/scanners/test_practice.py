"""The practice scanner plays its script: order, gaps, time, stopping, and listeners that fail."""

import time
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from station.core.scan import Scan
from station.scanners.base import Condition, State
from station.scanners.practice import Practice, PracticeSettings, practice_scan

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def play(settings: PracticeSettings) -> tuple[list[Scan], list[State]]:
    """The scans and states of a whole script."""
    scans: list[Scan] = []
    states: list[State] = []
    scanner = Practice(settings, now=lambda: NOON + timedelta(seconds=len(scans)))
    scanner.start(scans.append, states.append)
    assert scanner.join(10)
    return scans, states


def test_texts_come_as_scans_in_order_with_their_symbology_and_time() -> None:
    scans, states = play(PracticeSettings(("]Q1maple-harbor-lantern", "zz-unknown-zz"), gaps=(0.0,)))
    assert scans == [
        Scan(b"maple-harbor-lantern", "practice", NOON, "]Q1"),
        Scan(b"zz-unknown-zz", "practice", NOON + timedelta(seconds=1)),
    ]
    assert states == [State(Condition.READING), State(Condition.READY)]


def test_the_same_settings_play_the_same_scans() -> None:
    settings = PracticeSettings(("a", "b", "c"), gaps=(0.0, 0.001), rounds=3)
    assert play(settings) == play(settings)
    assert [scan.text for scan in play(settings)[0]] == ["a", "b", "c"] * 3


def test_gaps_start_over_when_there_are_more_texts() -> None:
    settings = PracticeSettings(("a", "b", "c"), gaps=(0.5, 2.0))
    assert settings.script() == ((0.5, "a"), (2.0, "b"), (0.5, "c"))
    assert PracticeSettings(("a",), gaps=()).script() == ((0.0, "a"),)
    assert PracticeSettings(("a",), gaps=(-1.0,)).script() == ((0.0, "a"),)


def test_gaps_are_waited_for() -> None:
    began = time.monotonic()
    play(PracticeSettings(("a", "b", "c"), gaps=(0.03,)))
    assert time.monotonic() - began >= 0.09


def test_stopping_ends_a_long_gap_at_once_and_may_be_repeated() -> None:
    scans: list[Scan] = []
    states: list[State] = []
    scanner = Practice(PracticeSettings(("never",), gaps=(600.0,)))
    assert scanner.stop()
    scanner.start(scans.append, states.append)
    scanner.start(scans.append, states.append)
    assert not scanner.join(0.01)
    assert scanner.stop(5)
    assert scanner.stop(5)
    assert scans == []
    assert states == [State(Condition.READING), State(Condition.STOPPED)]


def test_it_can_be_played_again() -> None:
    scans: list[Scan] = []
    scanner = Practice(PracticeSettings(("once",), gaps=(0.0,)))
    for _ in range(2):
        scanner.start(scans.append, lambda _state: None)
        assert scanner.join(10)
    assert [scan.text for scan in scans] == ["once", "once"]
    assert scans[0].at.tzinfo is UTC


def test_a_listener_that_raises_is_told_of_and_the_rest_is_played() -> None:
    scans: list[Scan] = []
    states: list[State] = []

    def on_scan(scan: Scan) -> None:
        if scan.text == "bad":
            raise RuntimeError("no room")
        scans.append(scan)

    scanner = Practice(PracticeSettings(("bad", "good"), gaps=(0.0,)))
    scanner.start(on_scan, states.append)
    assert scanner.join(10)
    assert [scan.text for scan in scans] == ["good"]
    assert State(Condition.FAILED, "RuntimeError: no room") in states


@given(st.text(st.characters()))
def test_any_text_becomes_a_scan(text: str) -> None:
    scan = practice_scan(text, NOON)
    assert isinstance(scan.text, str)
    assert scan.source == "practice"
