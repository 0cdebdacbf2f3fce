"""Fetching what is known of a delivery before it goes where there is no network: a list in, what each code is out."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QProgressBar

from station.core.news import FetchedAhead
from station.words import say

from . import verbs
from .ahead_doors import AheadDoors
from .ahead_words import kept_words, problem_words, rows_of, told_words
from .bridge import DeskDoor
from .connection_answers import Answers
from .connection_parts import choose_file
from .destinations import title_of
from .panel_list import RowList
from .panel_parts import Asker, Panel, button, label, soft
from .style import Style
from .window import Window

NAME, KEY = "ahead", "F11"
LOOK_MS = 400
"""How long news gather before the list is read anew."""
LONGEST_TEXT = 2_000_000


def add_ahead(window: Window, desk: DeskDoor, doors: AheadDoors, now: Callable[[], datetime]) -> None:
    """Give the window its panel for fetching ahead, and the ways to it: a key, and the menu of the top row."""
    panel = AheadPanel(window, desk, doors, now)
    window.add_panel(NAME, panel, KEY)
    window.parts.top.ahead_wanted.connect(lambda: window.panels.open(NAME))


class AheadPanel(Panel):
    """A field for codes, a bar for how far it is, and the codes with what is known of them."""

    wanted_width = 520

    def __init__(self, window: Window, desk: DeskDoor, doors: AheadDoors, now: Callable[[], datetime]) -> None:
        super().__init__(say("ahead.title"), window.style_now)
        self._window, self._desk, self._doors, self._now = window, desk, doors, now
        self._told = FetchedAhead("", done=True)
        self._answers, self._asker = Answers(self), Asker(desk, self)
        self._asker.answered.connect(self._take_kept)
        self._about = label(say("ahead.about"), "muted")
        self._kept, self._state, self._why = label("", "muted"), label("", "strong"), label("", "warn")
        self._text = QPlainTextEdit()
        self._text.setAccessibleName(say("ahead.field"))
        self._text.setPlaceholderText(say("ahead.placeholder"))
        self._text.setTabChangesFocus(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(say("ahead.title"))
        self._rows = RowList(say("ahead.list"), window.style_now, to_choose=False)
        self._rows.set_lines(2)
        self._again = QTimer(self, interval=LOOK_MS, singleShot=True)
        self._again.timeout.connect(self._read)
        does: dict[str, Callable[[], object]] = {
            "stop": self._stop, "try_now": self._try_now, "file": self._choose, "fetch": self._fetch,
        }
        self._buttons = {name: button(say(f"ahead.do.{name}"), "main" if name == "fetch" else "") for name in does}
        for name, each in self._buttons.items():
            each.clicked.connect(lambda _on=False, do=does[name]: do())
        self._build()
        self._text.textChanged.connect(self._offer)
        window.bridge.fetched_ahead.connect(self._hear)
        self.begin_at(self._text)
        self.restyle(window.style_now)
        self._show()

    def _build(self) -> None:
        row = QHBoxLayout()
        for name, each in self._buttons.items():
            row.addWidget(each, 1 if name == "fetch" else 0)
        for part in (self._about, self._text):
            self.content.addWidget(part)
        self.content.addLayout(row)
        for line in (self._state, self._bar, self._why):
            self.content.addWidget(line)
        self.content.addWidget(self._rows, 1)
        self.content.addWidget(self._kept)
        self.content.addStretch(0)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_rows"):
            colours, side = style.palette, style.px(8)
            self.setStyleSheet(
                f"{self.styleSheet()} QProgressBar {{ background: {colours.line}; border: none;"
                f" border-radius: {side // 2}px; min-height: {side}px; max-height: {side}px; }}"
                f" QProgressBar::chunk {{ background: {colours.action}; border-radius: {side // 2}px; }}")
            self._rows.restyle(style)
            self._text.setFixedHeight(style.px(60))

    def opened(self) -> None:
        super().opened()
        self._read()

    @Slot()
    def _fetch(self) -> None:
        text = self._text.toPlainText()[:LONGEST_TEXT]
        if text.strip():
            self._text.clear()
            self._doors.fetch_text(text)

    def _choose(self) -> None:
        choose_file(self, say("ahead.choose"), lambda path: self._doors.fetch_file(Path(path)))

    def _try_now(self) -> None:
        self._window.wishes.try_now(self._told.connection)

    def _stop(self) -> None:
        self._desk.do(verbs.ahead.stop)

    @Slot(object)
    def _hear(self, told: FetchedAhead) -> None:
        self._told = told
        self._show()
        if not self._again.isActive() and self.isVisible():
            self._again.start()

    def _show(self) -> None:
        told = self._told
        self._state.setText(soft(told_words(told)))
        self._state.setVisible(bool(told.name))
        self._about.setVisible(not told.name)  # the codes need the room
        self._bar.setVisible(bool(told.name) and not told.done)
        self._bar.setRange(0, max(told.total, 1))
        self._bar.setValue(told.asked)
        why = problem_words(told, title_of(self._window.state, told.connection))
        self._why.setText(soft(why))
        self._why.setVisible(bool(why))
        self._offer()

    @Slot()
    def _offer(self) -> None:
        self._buttons["fetch"].setEnabled(bool(self._text.toPlainText().strip()))
        self._buttons["stop"].setVisible(not self._told.done)
        self._buttons["try_now"].setVisible(bool(self._told.problem) and not self._told.done)

    @Slot()
    def _read(self) -> None:
        """What is known of each code, and of how much something is known at all."""
        connection = self._window.state.connection
        self._answers.wait(self._desk.do(verbs.ahead.found), self._list)
        self._asker.ask(lambda reader: (connection, *reader.findings_kept(connection)))

    def _list(self, found: Any) -> None:
        rows = rows_of(found, self._now())
        if rows != list(self._rows.rows.rows):
            self._rows.show_rows(rows)
        self._rows.setVisible(bool(rows))

    @Slot(object)
    def _take_kept(self, kept: tuple[str, int, datetime | None, datetime | None] | None) -> None:
        if kept is not None:
            connection, number, oldest, newest = kept
            title = title_of(self._window.state, connection)
            self._kept.setText(soft(kept_words(title, number, oldest, newest, self._now())))
