"""The queue: every batch that waits, why, and how long it will; paused, tried now, put first, taken back, exported."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QGridLayout, QPushButton, QWidget

from station.core.news import LineState
from station.core.progress import Progress
from station.desk.queue_facts import QueuedBatch, Waits
from station.reports.cells import csv_text
from station.words import say

from .bridge import DeskDoor
from .desk_state import DeskState
from .details_parts import FactList
from .in_view import InView
from .panel_list import RowList
from .panel_parts import Panel, SaidLine, button, label, scrolled
from .queue_read import QueueLook
from .queue_wishes import QueueWishes
from .queue_words import COLUMNS, csv_rows, facts_of, row_of, summed
from .saving import Saver
from .style import Style
from .window import Window

NAME, KEY = "queue", "F3"
LOOK_MS = 1_000
"""How often the panel looks while it is in view: what is told counts seconds."""
LEAST_LINES, MOST_LINES = 2, 5
"""Batches that are in view at once; the list scrolls."""
BESIDES = 310
"""Pixels, at 100 %, of all that stands in the panel besides its list."""
MOVES = {"earlier": -1, "later": 1}
FIRST = ("send_first", "pause_batch", "resume_batch", "take_back_batch")
THEN = ("try_now", "pause", "resume", "export")


def add_queue(window: Window, desk: DeskDoor, folder: Path, now: Callable[[], datetime]) -> None:
    """Give the window its queue, and the ways to it: a key, the counters of what waits, the banner."""
    panel = QueuePanel(window, desk, folder, now)
    window.add_panel(NAME, panel, KEY)
    window.parts.counters.queue_wanted.connect(lambda: window.panels.open(NAME))
    window.notices.offer_queue(lambda: window.panels.open(NAME))


class QueuePanel(Panel):
    """A list of the batches that wait, and what is known of the one that is chosen."""

    wanted_width = 460

    def __init__(self, window: Window, desk: DeskDoor, folder: Path, now: Callable[[], datetime]) -> None:
        super().__init__(say("queue.title"), window.style_now)
        self._state, self._folder, self._now = window.state, folder, now
        self._wishes, self._try_now = QueueWishes(desk, window.state), window.wishes.try_now
        self._found: tuple[QueuedBatch, ...] = ()
        self._sum = label("", "muted")
        self._list = RowList(say("queue.title"), window.style_now)
        self._list.set_lines(3)
        self._facts, self._said = FactList(), SaidLine()
        self._area = scrolled(self._facts)
        self._area.setAccessibleName(say("queue.about"))
        self._buttons = {name: button(say(f"queue.do.{name}"), tooltip=say(f"queue.does.{name}"))
                         for name in (*MOVES, *FIRST, *THEN)}
        for part in (self._sum, self._list):
            self.content.addWidget(part)
        self.content.addWidget(self._area, 1)
        self.content.addWidget(self._said)
        self.content.addWidget(self._button_grid())
        self._offered: list[QPushButton] = []
        for key, name in (("Alt+Up", "earlier"), ("Alt+Down", "later")):
            QShortcut(QKeySequence(key), self, partial(self._do, name),
                      context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._look = QueueLook(desk, self)
        self._look.seen.connect(self._take)
        self._list.selectionModel().currentChanged.connect(self._show)
        self._saver = Saver(self)
        self._saver.said.connect(self._said.tell)
        self._again = QTimer(self, interval=LOOK_MS)
        self._again.timeout.connect(self._look.ask)
        self._in_view = InView(self)
        self._in_view.changed.connect(self._follow)
        self.begin_at(self._list)
        self._take(())

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_list"):
            frame = f"border: 2px solid {style.palette.action}; border-radius: {style.px(6)}px;"
            self.setStyleSheet(f"{self.styleSheet()} QScrollArea:focus {{ {frame} }}")
            self._list.restyle(style)
            self._fit()

    def opened(self) -> None:
        super().opened()
        self._said.tell("")
        self._look.ask()

    def _button_grid(self) -> QWidget:
        whole = QWidget()
        self._grid = QGridLayout(whole)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        for name, each in self._buttons.items():
            each.setParent(whole)
            each.hide()
            each.clicked.connect(lambda _on=False, name=name: self._do(name))
        return whole

    def _offer(self, can: set[str]) -> None:
        """Put the buttons of these names there, three in a line; nothing moves while they stay the same."""
        shown = [each for name, each in self._buttons.items() if name in can]
        if shown == self._offered:
            return
        lost = any(each.hasFocus() for each in self._offered if each not in shown)
        for each in self._buttons.values():
            self._grid.removeWidget(each)
            each.setVisible(each in shown)
        for at, each in enumerate(shown):
            self._grid.addWidget(each, at // 3, at % 3)
        self._offered = shown
        if lost:
            self._list.setFocus()

    @Slot(bool)
    def _follow(self, in_view: bool) -> None:
        if in_view:
            self._again.start()
        else:
            self._again.stop()

    @Slot(object)
    def _take(self, found: tuple[QueuedBatch, ...] | None) -> None:
        if found is None:
            return
        self._found = found
        now = self._now()
        rows = [row_of(each, now, self._state) for each in found]
        if rows != list(self._list.rows.rows):
            self._list.show_rows(rows)
            self._fit()
        self._sum.setText(summed(found, now))
        focus = QApplication.focusWidget()
        if not found and self._list.isVisible() and focus is not None and self.isAncestorOf(focus):
            self.close_button.setFocus()  # and not some button behind the panel
        self._list.setVisible(bool(found))
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = (self.height() - self.look.px(BESIDES)) // max(self._list.sizeHintForRow(0), 1)
        lines = min(max(self._list.rows.rowCount(), 1), max(room, LEAST_LINES), MOST_LINES)
        self._list.setFixedHeight(self._list.sizeHintForRow(0) * lines + 6)

    @property
    def _chosen(self) -> QueuedBatch | None:
        key = self._list.current_key()
        return next((each for each in self._found if each.batch.id == key), None)

    @Slot()
    def _show(self) -> None:
        told = self._chosen
        # Empty it keeps its room, so that what is said of nothing stands on top.
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus if told is None else Qt.FocusPolicy.StrongFocus)
        self._facts.tell(facts_of(told, self._now(), self._state) if told is not None else [])
        behind = told is not None and any(
            each.batch.connection == told.batch.connection and each.place > told.place for each in self._found)
        can = _can(told, self._state, behind=behind) if told is not None else {"export"}
        self._offer(can if self._found else set())
        cooling = told is not None and told.why is Waits.COOLING
        self._buttons["take_back_batch"].setText(say("queue.do.cancel" if cooling else "queue.do.take_back_batch"))

    def _do(self, name: str) -> None:
        told = self._chosen
        self._said.tell("")
        if name == "export":
            self._export()
        elif told is not None and name in MOVES:
            self._wishes.move(told.batch.id, MOVES[name])
        elif told is not None and name in FIRST:
            self._wishes.batch(name, told.batch.id)
        elif told is not None:
            act = {"try_now": self._try_now, "pause": self._wishes.pause, "resume": self._wishes.resume}[name]
            act(told.batch.connection)
        self._look.ask()

    def _export(self) -> None:
        path = self._folder / f"{self._now().astimezone():%Y-%m-%d-%H%M%S}-queue.csv"
        data = csv_text(COLUMNS, csv_rows(self._found)).encode("utf-8-sig", "replace")
        self._saver.save(data, path, say("queue.saved", path=str(path)))


def _can(told: QueuedBatch, state: DeskState, *, behind: bool) -> set[str]:
    """What can be done with a batch and with its connection as they stand; ``behind``: others go after it."""
    can = {"export", "try_now"}
    line = state.lines.get(told.batch.connection)
    can.add("resume" if line is not None and line.state is LineState.PAUSED else "pause")
    if told.count(Progress.QUEUED):
        can |= {"take_back_batch", "resume_batch" if told.batch.paused else "pause_batch"}
    if told.place > 1 and told.count(Progress.QUEUED):
        can |= {"send_first", "earlier"}
    if behind and told.count(Progress.QUEUED):
        can.add("later")
    return can - ({"pause", "resume", "try_now"} if line is None else set())
