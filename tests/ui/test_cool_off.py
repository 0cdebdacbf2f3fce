"""What can still be cancelled, and what wants a second press: before a real desk, and with the keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from station.desk import batches, cooling
from station.ui.banner import Kind
from station.ui.window import Window
from tests.ui.panel_bench import PanelBench, part, real_desk, texts
from tests.ui.test_queue_panel import SINGLE, TIMEOUT, queue_up, resume


def offers_to_cancel(window: Window) -> bool:
    notice = window.parts.banner.shown
    return notice is not None and notice.kind is Kind.COOLING


def test_a_claim_is_counted_down_and_cancelled_from_the_banner(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        station.desk.do(cooling.set_for, 300.0)
        queue_up(qtbot, station, window, SINGLE)
        resume(qtbot, station, window)
        window.parts.banner.take_back(Kind.WISH)  # a press too many is answered above it
        qtbot.waitUntil(lambda: offers_to_cancel(window), timeout=TIMEOUT)
        # The scan of before stands in the band until the claim takes its place.
        qtbot.waitUntil(lambda: "Sent in 5 min" in window.parts.band.shown.headline.line, timeout=TIMEOUT)
        assert not window.state.claiming
        part(window.parts.banner, QPushButton, "Cancel the claim").click()
        qtbot.waitUntil(lambda: window.state.plan.counts.ready == 1, timeout=TIMEOUT)
        assert window.state.plan.counts.queued == 0
        qtbot.waitUntil(lambda: not offers_to_cancel(window), timeout=TIMEOUT)


def test_the_countdown_ends_when_the_claim_is_sent(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        station.desk.do(cooling.set_for, 3.0)
        station.desk.do(batches.choose_operator, "Kari")
        queue_up(qtbot, station, window, SINGLE)
        resume(qtbot, station, window)
        qtbot.waitUntil(lambda: window.state.plan.counts.claimed == 1, timeout=TIMEOUT)
        qtbot.waitUntil(lambda: not offers_to_cancel(window), timeout=TIMEOUT)


@pytest.fixture
def bench(qtbot: QtBot) -> PanelBench:
    return PanelBench(qtbot)


def test_a_large_claim_that_cannot_be_undone_wants_a_second_press(bench: PanelBench) -> None:
    bench.window.conduct.ask_above = lambda: 5
    QTest.keyClick(bench.window, Qt.Key.Key_F9)
    assert bench.source.wished("claim") == []
    assert "It cannot be undone" in texts(bench.window.parts.banner)
    QTest.keyClick(bench.window, Qt.Key.Key_F9)
    assert len(bench.source.wished("claim")) == 1


def test_a_small_claim_goes_at_the_first_press(bench: PanelBench) -> None:
    bench.window.conduct.ask_above = lambda: 5_000
    QTest.keyClick(bench.window, Qt.Key.Key_F9)
    assert len(bench.source.wished("claim")) == 1
