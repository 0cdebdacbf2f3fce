"""Listens to every key of the application, keeps a scanner's to itself and gives a person's back."""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from ..core.scan import Scan, split_aim
from .key_listening import Listening
from .key_log import KeyLog, KeyNote
from .key_rule import Burst, Decision, Rule
from .key_stroke import Stroke, copy_of, event_ms, stroke_of

_logger = logging.getLogger(__name__)

_CLOCK = 1 << 32
_GRACE = 2
_PRESS, _RELEASE, _ASK = QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride
_ELSEWHERE = {QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.FocusOut, QEvent.Type.Close}
_BLOCKING = {QEvent.Type.WindowBlocked, QEvent.Type.WindowUnblocked}


class KeyTrouble(StrEnum):
    """Why a scan from the keyboard was not taken; none of its keys reached the window."""

    TOO_LONG = "keyboard_too_long"
    CUT_HEAD = "keyboard_cut_head"
    DIALOG_OPEN = "keyboard_dialog_open"


class KeyFilter(QObject):
    """Sits before every window of the application, where keys arrive first.

    ``on_scan`` gets each scan, in order, in the Qt thread, and must not wait; ``listening`` is told whenever scans
    start or stop being taken; ``on_trouble`` why one was not. Keys that bear no time go through untouched.
    """

    def __init__(
        self,
        app: QApplication,
        rule: Rule,
        on_scan: Callable[[Scan], None],
        now: Callable[[], datetime],
        listening: Callable[[bool], None],
        on_trouble: Callable[[KeyTrouble], None],
    ) -> None:
        super().__init__(app)
        self._app, self._rule, self._on_scan, self._now = app, rule, on_scan, now
        self._told, self._on_trouble = listening, on_trouble
        self._listening: Listening | None = None
        self._watched: list[QWindow] = []
        self._asked: tuple[Stroke, int, bool] | None = None
        self._outbox: deque[Stroke] = deque()
        self._replaying = False
        self._log = KeyLog()
        self._event_ms = 0
        self._grace = 0
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_time)

    def install(self) -> None:
        """Begin; windows that open later are found when they get the focus, before their first key."""
        self._app.focusWindowChanged.connect(self._watch)
        for window in self._app.allWindows():
            self._watch(window)
        self._listening = Listening(self._app, self._told)

    def remove(self) -> None:
        """End: what is held is judged and given back or delivered, nothing is kept."""
        if self._listening is None:
            return
        self._app.focusWindowChanged.disconnect(self._watch)
        for window in self._watched:
            if isValid(window):
                window.removeEventFilter(self)
        self._watched.clear()
        self._timer.stop()
        self._apply(self._rule.finish())
        self._listening.deleteLater()
        self._listening = None

    def use(self, rule: Rule) -> Rule:
        """Judge keys by another rule from now on; gives the one before, with which it is done."""
        before = self._rule
        self._apply(before.finish())
        self._rule = rule
        self._arm()
        return before

    @property
    def last_key_log(self) -> tuple[KeyNote, ...]:
        """The last keys with their gaps and kinds; never which keys they were."""
        return self._log.notes

    @Slot(QWindow)
    def _watch(self, window: QWindow | None) -> None:
        self._watched = [known for known in self._watched if isValid(known)]
        if window is not None and window not in self._watched:
            window.installEventFilter(self)
            self._watched.append(window)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's hook; an error of ours must cost neither the key nor the window."""
        kind = event.type()
        try:
            if isinstance(event, QKeyEvent) and isinstance(watched, QWindow) and kind in (_PRESS, _RELEASE, _ASK):
                # asked once only: a key given back may open a dialog, and that has keys of its own
                ours, self._replaying = self._replaying, False
                return not ours and self._on_key(watched, event)
            if kind in _ELSEWHERE:
                self._apply(self._rule.interrupt())
            elif kind in _BLOCKING and self._listening:
                self._listening.look_soon()
        except Exception:
            _logger.exception("a key could not be judged")
        return False

    def _on_key(self, window: QWindow, event: QKeyEvent) -> bool:
        """True when the event must not go on."""
        at_ms = event_ms(event)
        if not at_ms:
            self._apply(self._rule.finish())
            return False
        stroke = stroke_of(event, window)
        asked, self._asked = self._asked, None
        if asked and event.type() == _PRESS and (asked[0].ident, asked[1]) == (stroke.ident, at_ms):
            asked[0].event = copy_of(event)
            passes = asked[2]
        else:
            passes = self._judge(stroke, at_ms)
            if event.type() == _ASK:
                self._asked = (stroke, at_ms, passes)
        if not passes:
            event.accept()
        return not passes

    def _judge(self, stroke: Stroke, at_ms: int) -> bool:
        decision = self._rule.feed(stroke, at_ms)
        self._log.add(stroke, at_ms, decision)
        self._event_ms = at_ms
        self._since.restart()
        self._apply(decision)
        return decision.passes

    def _apply(self, decision: Decision) -> None:
        self._outbox.extend(decision.replay)
        while self._outbox:
            self._give_back(self._outbox.popleft())
        for burst in decision.bursts:
            self._deliver(burst)
        self._arm()

    def _give_back(self, stroke: Stroke) -> None:
        """Qt asks for shortcuts by itself before it hands on a press that a program sends."""
        if stroke.event is None or not isValid(stroke.window):
            return
        self._replaying = True
        try:
            QCoreApplication.sendEvent(stroke.window, stroke.event)
        finally:
            self._replaying = False

    def _deliver(self, burst: Burst) -> None:
        trouble = None
        if burst.overlong:
            trouble = KeyTrouble.TOO_LONG
        elif self._listening and self._listening.dialog_open:
            trouble = KeyTrouble.DIALOG_OPEN
        elif burst.cut_head:
            trouble = KeyTrouble.CUT_HEAD
        try:
            if trouble:
                self._on_trouble(trouble)
            else:
                symbology, text = split_aim(burst.text)
                self._on_scan(Scan(text.encode("utf-8", "replace"), "keyboard", self._now(), symbology))
        except Exception:
            _logger.exception("a scan from the keyboard was not taken")

    def _arm(self) -> None:
        deadline = self._rule.deadline_ms
        if deadline is None:
            self._timer.stop()
            return
        left = (deadline - self._event_ms - self._since.elapsed()) % _CLOCK
        self._grace = _GRACE
        self._timer.start(left if left < _CLOCK // 2 else 0)

    @Slot()
    def _on_time(self) -> None:
        """Keys that came while the window was busy are still on their way: they are let in first."""
        if self._grace:
            self._grace -= 1
            self._timer.start(0)
        else:
            self._apply(self._rule.tick((self._event_ms + self._since.elapsed()) % _CLOCK))
