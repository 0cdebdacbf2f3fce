"""Tells on the desktop, while another window is in front, what came of batches that had waited."""

import shutil
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape

from PySide6.QtCore import QObject, QProcess, QTimer, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from station.core.news import Summary
from station.words import say

from .band_sums import summed_up
from .bridge import Bridge
from .desk_state import DeskState
from .window import Window

WAITED = timedelta(seconds=10)
"""A batch that took longer than this from Claim on had waited: the person may be elsewhere by now."""
GATHER_MS = 2_000
"""Batches that are done within this time are told in one message."""
SHOWN_MS = 12_000
Tell = Callable[[str, str], object]


class DesktopNotice(QObject):
    """Listens to a ``Bridge``. ``tell`` gets a title and a text; ``is_active`` whether the window is in front."""

    def __init__(self, bridge: Bridge, state: DeskState, tell: Tell, is_active: Callable[[], bool],
                 now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._tell_person, self._is_active, self._now = state, tell, is_active, now
        self._done: dict[str, Summary] = {}
        self._gather = QTimer(self, interval=GATHER_MS, singleShot=True)
        self._gather.timeout.connect(self._tell)
        bridge.summary.connect(self._hear)

    @Slot(object)
    def _hear(self, summary: Summary) -> None:
        closed = summary.batch.closed_at
        if summary.rehearsal or not summary.outcomes or closed is None or self._now() - closed < WAITED:
            return
        self._done[summary.batch.id] = summary
        if not self._gather.isActive():
            self._gather.start()

    @Slot()
    def _tell(self) -> None:
        done, self._done = tuple(self._done.values()), {}
        if not done or self._is_active():
            return
        head = summed_up(done, self._state)
        targets = list(dict.fromkeys(each.batch.target_title or each.batch.target for each in done))
        title = say("desktop.done", words=head.words.capitalize(), target=", ".join(targets))
        self._tell_person(title, head.line)


class DesktopMessages(QObject):
    """Shows a message by the tray where there is one, else by the desktop's own service; flashes the task bar."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        self._leaving = QTimer(self, interval=SHOWN_MS, singleShot=True)
        self._leaving.timeout.connect(self._put_away)

    def show(self, title: str, text: str) -> None:
        """Tell it; where the desktop has no way for that, only the task bar flashes."""
        QApplication.alert(self._window)
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._by_tray(title, text)
        elif sys.platform.startswith("linux"):
            notify(title, text)

    def _by_tray(self, title: str, text: str) -> None:
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.messageClicked.connect(self._come_back)
            self._tray.activated.connect(self._come_back)
        self._tray.setIcon(self._window.windowIcon() or QApplication.windowIcon())
        self._tray.setToolTip(title)
        self._tray.show()
        self._tray.showMessage(title, text, QSystemTrayIcon.MessageIcon.Information, SHOWN_MS)
        self._leaving.start()

    @Slot()
    def _put_away(self) -> None:
        if self._tray is not None:
            self._tray.hide()

    @Slot()
    def _come_back(self) -> None:
        self._put_away()
        self._window.raise_()
        self._window.activateWindow()


def notify(title: str, text: str) -> bool:
    """Ask the desktop's own notification service; False where its command is not there. Waits for nothing."""
    command = shutil.which("notify-send")
    if command is None:
        return False
    options = ["--app-name", QApplication.applicationDisplayName(), "--icon", "claiming-station"]
    # The service takes what looks like markup for markup; a target's title may look like an option.
    done = QProcess.startDetached(command, [*options, "--", title, escape(text, quote=False)])
    return bool(done[0] if isinstance(done, tuple) else done)


def add_desktop_notice(window: Window, now: Callable[[], datetime]) -> DesktopNotice:
    """Tell on the desktop what came of what had waited, as long as the window is not in front."""
    return DesktopNotice(window.bridge, window.state, DesktopMessages(window).show, window.isActiveWindow, now, window)
