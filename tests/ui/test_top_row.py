"""The top row: its signs are drawn anew only when they are other ones, and its words are never cut off."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from station.core.errors import Cause
from station.core.news import LineState
from tests.ui.panel_bench import PanelBench
from tests.ui.rows import LINE, plan_of


def _signs(bench: PanelBench) -> list[int]:
    """Which picture each button shows."""
    return [button.icon().cacheKey() for button in bench.window.parts.top.findChildren(QPushButton)]


def test_a_plan_that_changes_no_sign_draws_none_anew(qtbot: QtBot) -> None:
    bench = PanelBench(qtbot)
    before = _signs(bench)
    bench.tell(plan_of(bench.items[:3]))
    assert _signs(bench) == before


def test_a_line_that_is_lost_has_another_sign(qtbot: QtBot) -> None:
    bench = PanelBench(qtbot)
    before = _signs(bench)
    bench.tell(replace(LINE, state=LineState.OFFLINE, cause=Cause.CONNECT))
    assert sum(old != new for old, new in zip(before, _signs(bench), strict=True)) == 1


@pytest.mark.parametrize("width", [800, 1024, 1366])
def test_no_word_is_cut_off_however_much_there_is_to_say(qtbot: QtBot, width: int) -> None:
    bench = PanelBench(qtbot)
    bench.window.resize(width, 700)
    title = "Disruptive Technologies and everybody else"
    bench.tell(replace(LINE, title=title, state=LineState.OFFLINE, cause=Cause.CONNECT))
    bench.tell(replace(plan_of(bench.items), operator=""))
    buttons = bench.window.parts.top.findChildren(QPushButton)
    qtbot.waitUntil(lambda: all(each.width() >= each.sizeHint().width() for each in buttons))
    assert any(title in each.accessibleName() for each in buttons)
