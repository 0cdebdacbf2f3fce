"""About this program: version, what it runs on, where its things lie, newer versions, and the licences of all parts."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from station import __version__
from station.words import say

from .about_doors import AboutDoors, Fact, Part, Update
from .about_licences import Licences
from .about_update import UpdateLine, UpdatePart
from .connection_answers import Answers
from .desk_state import DeskState
from .details_parts import FactList
from .help_panel import HelpPanel
from .panel_parts import Panel, button, label, scrolled, soft
from .printing import problem_of, save_bytes
from .style import Style
from .window import Window

NAME, KEY = "about", "Shift+F1"
FILE = "sbom.cdx.json"
T = TypeVar("T")


def add_about(window: Window, doors: AboutDoors) -> Callable[[Update], None]:
    """Give the window the panel, its key and its button in the help; gives what takes news of newer versions."""
    panel = AboutPanel(doors, window.state, window.style_now)
    window.add_panel(NAME, panel, KEY)

    def show() -> None:
        window.panels.open(NAME)

    help_panel = window.findChild(HelpPanel)
    if help_panel is not None:
        help_panel.offer(say("about.title"), show)
    line = UpdateLine(window.parts.banner, window.state, show, window)
    answers = Answers(window)

    def take(update: Update) -> None:
        panel.updates.take(update)
        line.take(update)

    return lambda update: answers.do(lambda: take(update))


class AboutPanel(Panel):
    """Two pages: what it is, and the licences. What is read from the disk is read on threads of its own."""

    def __init__(self, doors: AboutDoors, state: DeskState, style: Style) -> None:
        super().__init__(say("about.title"), style)
        self._doors, self._answers = doors, Answers(self)
        self._facts: Sequence[Fact] = ()
        self._head = label(say("about.head", version=__version__), "big")
        self._said = label("", "good")
        self._list = FactList()
        self.updates = UpdatePart(doors.updates, state)
        self._licences = Licences(style, self._read_text)
        self._copy, self._save = button(say("about.copy")), button(say("about.save"))
        self._turn = button(say("about.licences"), "main")
        self._pages = QStackedWidget()
        for page in (self._first_page(), self._licences):
            self._pages.addWidget(page)
        self.content.addWidget(self._pages, 1)
        self.content.addWidget(self._said)
        row = QHBoxLayout()
        for each in (self._copy, self._save):
            row.addWidget(each, 1)
        self.content.addLayout(row)
        self.content.addWidget(self._turn)
        self._copy.clicked.connect(self._copy_facts)
        self._save.clicked.connect(self._save_bill)
        self._turn.clicked.connect(self._turn_page)
        self.begin_at(self._turn)
        self.restyle(style)

    def _first_page(self) -> QWidget:
        page = QWidget()
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        for each in (self._head, self.updates):
            whole.addWidget(each)
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 4, 0, 0)
        inner.addWidget(self._list)
        inner.addStretch(1)
        whole.addWidget(scrolled(holder), 1)
        return page

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_licences"):
            self._licences.restyle(style)

    def opened(self) -> None:
        super().opened()
        self._said.setText("")
        self._said.setVisible(False)
        if not self._facts:
            self._read(self._doors.facts, self._take_facts)
            self._read(self._doors.parts, self._licences.show_parts)

    def _take_facts(self, facts: Sequence[Fact]) -> None:
        self._facts = facts
        self._list.tell([(say(f"about.fact.{fact.name}"), fact.value) for fact in facts])

    def _read_text(self, part: Part) -> None:
        self._read(lambda: self._doors.text_of(part), lambda text: self._licences.show_text(part, text))

    def _read(self, work: Callable[[], T], take: Callable[[T], object]) -> None:
        """Have it done on a thread of its own: the disk must not hold the window up."""

        def run() -> None:
            result = work()
            self._answers.do(lambda: take(result))

        threading.Thread(target=run, name="about").start()

    @Slot()
    def _turn_page(self) -> None:
        here = self._pages.currentIndex() == 0
        self._pages.setCurrentIndex(1 if here else 0)
        for each in (self._copy, self._save, self._said):
            each.setVisible(not here and (each is not self._said or bool(self._said.text())))
        self._turn.setText(say("about.back" if here else "about.licences"))
        self._turn.setAccessibleName(self._turn.text())
        if here:
            self._licences.field.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _copy_facts(self) -> None:
        lines = [f"{say(f'about.fact.{fact.name}')}: {fact.value}" for fact in self._facts]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self._say(say("about.copied"))

    @Slot()
    def _save_bill(self) -> None:
        self._read(self._write_bill, self._say)

    def _write_bill(self) -> str:
        data = self._doors.bill()
        if data is None:
            return say("about.no_bill")
        path = self._doors.folder / FILE
        try:
            save_bytes(data, path)
        except OSError as error:
            return say(f"receipt.problem.{problem_of(error)}", detail=error.strerror or str(error))
        return say("support.saved", path=soft(str(path)))

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))
