"""What had waited is told on the desktop, once, and only while another window is in front."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from station.core.news import Summary
from station.ui.desktop_notice import DesktopMessages, DesktopNotice
from station.ui.window import Window
from tests.ui.rows import BATCH, NOW
from tests.ui.source import Source

BATCH_NOW = replace(BATCH, id="closed in the test itself")
LONG_AGO = replace(BATCH, closed_at=NOW - timedelta(minutes=40))
DONE = Summary(LONG_AGO, (("claimed_now", 24), ("already_claimed", 1)), ())


class Desktop:
    """A window whose desktop messages are kept."""

    def __init__(self, qtbot: QtBot) -> None:
        self.source, self.told, self.active = Source(), list[tuple[str, str]](), False
        self.window = Window(self.source)
        qtbot.addWidget(self.window)
        self.notice = DesktopNotice(
            self.window.bridge, self.window.state, lambda title, text: self.told.append((title, text)),
            lambda: self.active, lambda: datetime.now(UTC), self.window,
        )
        self.gather = self.notice.findChildren(QTimer)[0]
        self.gather.setInterval(60)


@pytest.fixture
def desktop(qtbot: QtBot) -> Desktop:
    return Desktop(qtbot)


def test_what_came_of_a_queued_batch_is_told(qtbot: QtBot, desktop: Desktop) -> None:
    desktop.source.tell(DONE)
    qtbot.waitUntil(lambda: bool(desktop.told))
    assert desktop.told == [("24 claimed – Oslo-West", "1 device was not claimed: 1 already claimed by others")]


def test_batches_that_are_done_together_are_told_together(qtbot: QtBot, desktop: Desktop) -> None:
    other = replace(LONG_AGO, id="b-9", target_title="Room 12", closed_at=NOW - timedelta(minutes=2))
    desktop.source.tell(DONE, Summary(other, (("claimed_now", 3),), ()))
    qtbot.waitUntil(lambda: bool(desktop.told))
    assert desktop.told[0][0] == "27 claimed – Oslo-West, Room 12"


@pytest.mark.parametrize(
    "news",
    [
        replace(DONE, rehearsal=True),
        replace(DONE, batch=BATCH_NOW),
        replace(DONE, outcomes=(), unsettled=(("queued", 3),)),
    ],
    ids=["a rehearsal", "done at once", "nothing came of it"],
)
def test_what_nobody_waited_for_is_not_told(qtbot: QtBot, desktop: Desktop, news: Summary) -> None:
    if news.batch is BATCH_NOW:
        news = replace(news, batch=replace(BATCH, closed_at=datetime.now(UTC)))
    desktop.source.tell(news)
    qtbot.wait(150)
    assert desktop.told == []


def test_nothing_is_told_to_somebody_who_looks_at_the_window(qtbot: QtBot, desktop: Desktop) -> None:
    desktop.active = True
    desktop.source.tell(DONE)
    qtbot.waitUntil(desktop.gather.isActive)
    qtbot.waitUntil(lambda: not desktop.gather.isActive())
    assert desktop.told == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the command of Linux desktops")
def test_without_a_tray_the_desktops_own_command_is_asked(
    qtbot: QtBot, desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, kept = tmp_path / "notify-send", tmp_path / "kept"
    command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {kept}.part\nmv {kept}.part {kept}\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    available: Callable[[], bool] = lambda: False  # noqa: E731 - stands for the desktop's own answer
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(available))
    DesktopMessages(desktop.window).show("--24 claimed", "into <b>Oslo</b>")
    qtbot.waitUntil(kept.exists)
    assert kept.read_text().splitlines()[-3:] == ["--", "--24 claimed", "into &lt;b&gt;Oslo&lt;/b&gt;"]
