"""Setting up connections: those that there are, and the form of one; nothing here waits, answers come by themselves."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QStackedWidget

from station.core.news import ConnectionTried
from station.words import say

from .bridge import Bridge
from .connection_answers import Answers
from .connection_doors import ConnectionDoors, Done, Draft, Imported, Overview, Problem
from .connection_list import ConnectionList
from .connection_page import ConnectionPage
from .connection_parts import form_sheet
from .connection_unlock import UnlockLine
from .connection_words import told_of
from .desk_state import DeskState
from .panel_parts import Panel
from .style import Style
from .window import Window

NAME, KEY = "connections", "F7"
RESTART_AFTER_MS = 3_000
"""How long the sentence about the new start stands there before it begins."""
TRIED_WITHIN_MS = 90_000
"""A test call whose answer never comes gives the buttons back."""


def add_connections(window: Window, doors: ConnectionDoors) -> None:
    """Give the window its panel of connections, the key and the menu entry for it, and the line that unlocks."""
    panel = ConnectionsPanel(doors, window.bridge, window.state, window.style_now)
    unlock = UnlockLine(doors, window.style_now)
    window.restyled.connect(unlock.restyle)
    window.add_panel(NAME, panel, KEY)

    def opened(name: str) -> None:
        if name == NAME:
            panel.refresh()
            unlock.ask_soon()

    window.panels.opened.connect(opened)
    window.parts.top.connections_wanted.connect(lambda: window.panels.open(NAME))
    window.parts.put_line(unlock)
    unlock.opened.connect(panel.refresh)
    unlock.ask_soon()


class ConnectionsPanel(Panel):
    """A list to choose from or add to, and a form: try it, save it, take it away."""

    wanted_width = 520

    def __init__(self, doors: ConnectionDoors, bridge: Bridge, state: DeskState, style: Style) -> None:
        super().__init__(say("connections.title"), style)
        self._doors, self._answers = doors, Answers(self)
        self._overview = Overview()
        self._tried: Draft | None = None
        self.list, self.page = ConnectionList(doors, state, style), ConnectionPage()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.page)
        self.content.addWidget(self._pages, 1)
        self._restart = QTimer(self, singleShot=True, interval=RESTART_AFTER_MS)
        self._restart.timeout.connect(doors.restart)
        self._late = QTimer(self, singleShot=True, interval=TRIED_WITHIN_MS)
        self._late.timeout.connect(lambda: self._begun(Problem("no_answer")))
        self.list.wanted.connect(self.edit)
        self.list.sealed.done.connect(self._seen_to)
        self.page.try_wanted.connect(self._try)
        self.page.save_wanted.connect(self._save)
        self.page.away_wanted.connect(self._take_away)
        self.page.back_wanted.connect(self.back)
        self.page.form.import_wanted.connect(self._import)
        bridge.connection_tried.connect(self._hear)
        self.begin_at(self.list.first)
        self.restyle(style)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "list"):
            self.setStyleSheet(self.styleSheet() + form_sheet(style))
            self.list.restyle(style)

    @Slot()
    def refresh(self) -> None:
        """Ask how things stand."""
        self._answers.wait(self._doors.look(), self._show)

    @Slot(str)
    def edit(self, name: str) -> None:
        """Open the form: of that connection, or an empty one."""
        known = next((each for each in self._overview.connections if each.name == name), None)
        self._pages.setCurrentWidget(self.page)
        self.page.begin(self._overview, known)

    @Slot()
    def back(self) -> None:
        """From the form to the list; what was typed is gone."""
        self._tried = None
        self.page.form.forget_secrets()
        self._pages.setCurrentWidget(self.list)
        self.list.first.setFocus()

    @Slot(object)
    def _show(self, overview: Overview | Problem) -> None:
        if isinstance(overview, Problem):
            self.list.tell_problem(overview.sentence)
            return
        self._overview = overview
        self.list.tell(overview)

    @Slot(object)
    def _try(self, draft: Draft) -> None:
        self._tried = draft
        self.page.tell("muted", say("connections.trying"))
        self.page.set_busy(True)
        self._late.start()
        self._answers.wait(self._doors.try_out(draft), self._begun)

    def _begun(self, result: Done | Problem) -> None:
        if isinstance(result, Problem) and self._tried is not None:
            self._tried = None
            self._late.stop()
            self.page.set_busy(False)
            self.page.tell("bad", result.sentence)

    @Slot(object)
    def _hear(self, tried: ConnectionTried) -> None:
        """The test call's answer, if it is still the one that was asked for."""
        if self._tried is None or tried.connection != self._tried.name:
            return
        told = told_of(tried, self._overview.kind(self._tried.kind).title)
        self._tried = None
        self._late.stop()
        self.page.set_busy(False)
        self.page.tell(told.look, told.text, told.more)

    @Slot(object)
    def _save(self, draft: Draft) -> None:
        self.page.tell("muted", say("connections.saving"))
        self.page.set_busy(True)
        self._answers.wait(self._doors.save(draft), lambda result: self._done(result, "saved", draft.name))

    @Slot(str)
    def _take_away(self, name: str) -> None:
        self.page.tell("muted", say("connections.taking_away"))
        self.page.set_busy(True)
        self._answers.wait(self._doors.take_away(name), lambda result: self._done(result, "taken_away", name))

    def _done(self, result: Done | Problem, what: str, name: str) -> None:
        """It was saved or taken away, or not."""
        self.page.set_busy(False)
        if isinstance(result, Problem):
            self.page.tell("bad", result.sentence)
            return
        self.back()
        text = say(f"connections.{what}", name=name)
        if result.restart:
            text = f"{text} {say('connections.restarts')}"
            self._restart.start()
        self._seen_to(text)

    @Slot(str)
    def _seen_to(self, text: str) -> None:
        """Say what was done, and look again how things stand."""
        self.list.tell_done(text)
        self.refresh()

    @Slot(str)
    def _import(self, path: str) -> None:
        def take(result: Imported | Problem) -> None:
            if isinstance(result, Problem):
                self.page.tell("bad", result.sentence)
                return
            self.page.form.take(result)
            self.page.tell("good", say("connections.imported"))

        self._answers.wait(self._doors.import_file(self.page.form.form.kind, path), take)
