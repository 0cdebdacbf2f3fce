"""What can still be cancelled, and what wants a second press: before a real desk, and with the keys."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from station.core.news import Heard, ScanHeard
from station.desk import batches, cooling
from station.ui.banner import Kind
from station.ui.claiming_doors import HOLD, ClaimRules
from station.ui.hold import GRACE_MS, HOLD_MS
from station.ui.window import Window
from tests.ui.panel_bench import PanelBench, part, real_desk, texts
from tests.ui.rows import plan_of
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


def rules(bench: PanelBench, wanted: ClaimRules) -> None:
    bench.window.conduct.press.rules = lambda: wanted


def test_a_large_claim_that_cannot_be_undone_wants_a_second_press(bench: PanelBench) -> None:
    rules(bench, ClaimRules(confirm_above=5))
    QTest.keyClick(bench.window, Qt.Key.Key_F9)
    assert bench.source.wished("claim") == []
    assert "It cannot be undone" in texts(bench.window.parts.banner)
    QTest.keyClick(bench.window, Qt.Key.Key_F9)
    assert len(bench.source.wished("claim")) == 1


def test_a_small_claim_goes_at_the_first_press(bench: PanelBench) -> None:
    rules(bench, ClaimRules(confirm_above=5_000, confirm_by=HOLD))
    QTest.keyClick(bench.window, Qt.Key.Key_F9)
    assert len(bench.source.wished("claim")) == 1


@pytest.fixture
def held(bench: PanelBench) -> PanelBench:
    rules(bench, ClaimRules(confirm_above=5, confirm_by=HOLD))
    return bench


def claims(bench: PanelBench) -> int:
    return len(bench.source.wished("claim"))


def test_kept_pressed_the_button_fills_and_claims_once(held: PanelBench) -> None:
    button, shares = held.window.parts.claim, list[float | None]()
    held.window.conduct.press.hold.filled.connect(shares.append)
    empty, began = button.grab().toImage(), time.monotonic()
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    assert "Let go, and nothing is claimed" in held.window.parts.band.shown.headline.line
    assert claims(held) == 0
    held.qtbot.waitUntil(lambda: len(shares) > 1, timeout=TIMEOUT)
    assert button.grab().toImage() != empty
    held.qtbot.waitUntil(lambda: claims(held) == 1, timeout=TIMEOUT)
    assert time.monotonic() - began >= HOLD_MS / 1000
    assert shares[-1] is None
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    held.qtbot.wait(2 * GRACE_MS)
    assert claims(held) == 1
    assert "Let go" not in held.window.parts.band.shown.headline.line


def test_let_go_too_early_nothing_is_claimed_and_it_is_said(held: PanelBench) -> None:
    button = held.window.parts.claim
    for by_mouse in (True, False):
        if by_mouse:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        else:
            button.click()
        held.qtbot.waitUntil(lambda: "Let go too early" in texts(held.window.parts.banner), timeout=TIMEOUT)
        held.qtbot.wait(HOLD_MS // 3)
        assert claims(held) == 0
        held.window.parts.banner.take_back(Kind.WISH)


def test_the_key_is_kept_pressed_too_however_it_repeats(held: PanelBench) -> None:
    QTest.keyPress(held.window, Qt.Key.Key_F9)
    held.qtbot.wait(HOLD_MS // 3)
    QTest.keyRelease(held.window, Qt.Key.Key_F9)  # as a key repeats where the system does not say so
    QTest.keyPress(held.window, Qt.Key.Key_F9)
    held.qtbot.waitUntil(lambda: claims(held) == 1, timeout=TIMEOUT)
    QTest.keyRelease(held.window, Qt.Key.Key_F9)
    QTest.keyPress(held.window, Qt.Key.Key_F9)
    QTest.keyRelease(held.window, Qt.Key.Key_F9)
    held.qtbot.waitUntil(lambda: "Let go too early" in texts(held.window.parts.banner), timeout=TIMEOUT)
    assert claims(held) == 1


def test_space_on_the_button_is_held_too(held: PanelBench) -> None:
    button = held.window.parts.claim
    button.setFocus()
    QTest.keyPress(button, Qt.Key.Key_Space)
    held.qtbot.waitUntil(lambda: claims(held) == 1, timeout=TIMEOUT)
    QTest.keyRelease(button, Qt.Key.Key_Space)
    held.qtbot.wait(2 * GRACE_MS)
    assert claims(held) == 1


def test_rows_that_change_meanwhile_end_the_holding(held: PanelBench) -> None:
    QTest.mousePress(held.window.parts.claim, Qt.MouseButton.LeftButton)
    held.tell(plan_of(held.items, devices=(("Oslo-West", 99),), ready=99))
    assert "nothing was claimed" in texts(held.window.parts.banner)
    held.qtbot.wait(HOLD_MS // 3)
    assert not held.window.conduct.press.hold.on
    QTest.mouseRelease(held.window.parts.claim, Qt.MouseButton.LeftButton)
    assert claims(held) == 0


def test_a_claim_label_is_confirmed_by_itself_where_the_button_is_held(held: PanelBench) -> None:
    for _ in range(2):
        held.tell(ScanHeard(Heard.KEPT, None, "", "serial: COM3", command="claim"))
    assert claims(held) == 1
