"""Shows the drafted text to each vendor's support, to be read, copied or saved."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QSpacerItem

from station.reports.support import Letter
from station.words import say

from .bridge import DeskDoor
from .desk_state import DeskState
from .destinations import title_of
from .panel_list import Row, RowList
from .panel_parts import Asker, Panel, SaidLine, button, label
from .saving import Saver
from .style import Style
from .support_facts import read_letters


class SupportPanel(Panel):
    """One letter at a time; those of several vendors are chosen from a list. ``folder`` is where they are saved."""

    wanted_width = 460

    def __init__(self, desk: DeskDoor, state: DeskState, style: Style, folder: Path, desk_name: str,
                 now: Callable[[], datetime]) -> None:
        super().__init__(say("support.title"), style)
        self._state, self._folder, self._desk_name, self._now = state, folder, desk_name, now
        self._batch = ""
        self._letters: list[Letter] = []
        self._why = label(say("support.why"), "muted")
        self._list = RowList(say("support.title"), style)
        self._list.set_lines(1)
        self._text = QPlainTextEdit()
        self._text.setAccessibleName(say("support.title"))
        self._text.setTabChangesFocus(True)
        self._said = SaidLine()
        self._copy, self._save = button(say("support.copy"), "main"), button(say("support.save"))
        for part in (self._why, self._list):
            self.content.addWidget(part)
        self.content.addWidget(self._text, 1)
        self.content.addWidget(self._said)
        row = QHBoxLayout()
        row.addWidget(self._save)
        row.addWidget(self._copy, 1)
        self.content.addLayout(row)
        self._rest = QSpacerItem(0, 0)
        self.content.addItem(self._rest)
        self._asker = Asker(desk, self)
        self._asker.answered.connect(self._take)
        self._list.selectionModel().currentChanged.connect(self._show)
        self._copy.clicked.connect(self._copy_it)
        self._save.clicked.connect(self._save_it)
        self._saver = Saver(self)
        self._saver.said.connect(self._said.tell)
        self.begin_at(self._text)
        self._take([])

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_list"):
            self._list.restyle(style)

    def about(self, batch: str) -> None:
        """Write about this batch; about all that needs it with an empty one."""
        self._batch = batch

    def opened(self) -> None:
        super().opened()
        self._said.tell("")
        batch, desk, who, now = self._batch, self._desk_name, self._state.operator, self._now()
        titles = {name: title_of(self._state, name) for name in self._state.lines}
        self._asker.ask(lambda reader: read_letters(reader, batch, desk, who, titles, now))

    @Slot(object)
    def _take(self, letters: list[Letter] | None) -> None:
        self._letters = letters or []
        rows = [Row(str(at), say("support.to", vendor=each.title, n=each.cases))
                for at, each in enumerate(self._letters)]
        self._list.show_rows(rows, keep=False)
        self._list.setFixedHeight(self._list.sizeHintForRow(0) * min(max(len(rows), 1), 4) + 6)
        self._list.setVisible(bool(rows))
        self._why.setText(say("support.why") if rows else say("support.none"))
        for part in (self._text, self._copy, self._save):
            part.setVisible(bool(rows))
        policy = QSizePolicy.Policy
        self._rest.changeSize(0, 0, policy.Minimum, policy.Minimum if rows else policy.Expanding)
        self.content.invalidate()  # what is said of nothing stands on top
        self._show()

    @property
    def _letter(self) -> Letter | None:
        key = self._list.current_key()
        return self._letters[int(key)] if key and int(key) < len(self._letters) else None

    @Slot()
    def _show(self) -> None:
        letter = self._letter
        self._text.setPlainText(letter.text if letter is not None else "")

    @Slot()
    def _copy_it(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())
        self._said.tell("good", say("support.copied"))

    @Slot()
    def _save_it(self) -> None:
        letter = self._letter
        if letter is None:
            return
        name = re.sub(r"[^\w-]+", "-", f"{self._now().astimezone():%Y-%m-%d-%H%M}-support-{letter.connection}")
        path = self._folder / f"{name}.txt"
        data = self._text.toPlainText().encode("utf-8", "replace")
        self._saver.save(data, path, say("support.saved", path=str(path)))
