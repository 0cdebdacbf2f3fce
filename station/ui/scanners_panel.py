"""Setting up scanners: what is plugged in, how each does, and its settings; nothing here waits."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget

from station.words import say

from .connection_answers import Answers
from .connection_doors import Done, KindForm, Problem
from .connection_parts import form_sheet
from .panel_parts import Panel
from .scanner_doors import ScannerDoors, ScannerDraft, ScannerSetUp, ScannersSeen
from .scanner_kinds import ScannerKinds
from .scanner_list import ScannerList
from .scanner_page import ScannerPage
from .scanner_words import problem_of
from .style import Style
from .window import Window
from .wizard_panel import NAME as WIZARD

NAME, KEY = "scanners", "F4"


def add_scanners(window: Window, doors: ScannerDoors) -> None:
    """Give the window its panel of scanners, and the ways to it: a key, the sign in the top row, the menu."""
    panel = ScannersPanel(doors, window.style_now)
    window.add_panel(NAME, panel, KEY)
    panel.list.wizard_wanted.connect(lambda: window.panels.open(WIZARD))
    window.parts.top.scanners_wanted.connect(lambda: window.panels.open(NAME))
    window.parts.top.scanner_pressed.connect(lambda: window.panels.open(NAME))


class ScannersPanel(Panel):
    """A list, and a page for one scanner."""

    wanted_width = 540

    def __init__(self, doors: ScannerDoors, style: Style) -> None:
        super().__init__(say("scanners.panel"), style)
        self._doors, self._answers = doors, Answers(self)
        self.seen = ScannersSeen()
        self.list, self.kinds, self.page = ScannerList(style), ScannerKinds(style), ScannerPage()
        self.pages = QStackedWidget()
        for each in (self.list, self.kinds, self.page):
            self.pages.addWidget(each)
        self.content.addWidget(self.pages, 1)
        self.list.wanted.connect(self.edit)
        self.list.add_wanted.connect(self.choose_kind)
        self.list.record_wanted.connect(self._record)
        self.kinds.wanted.connect(lambda kind: self._open("", kind, ""))
        self.kinds.back_wanted.connect(self.back)
        self.page.use_wanted.connect(lambda key: self._ask(doors.use(key), "used"))
        self.page.leave_wanted.connect(lambda key: self._ask(doors.leave(key), "left"))
        self.page.save_wanted.connect(self._save)
        self.page.away_wanted.connect(lambda name: self._ask(doors.take_away(name), "taken_away"))
        self.page.back_wanted.connect(self.back)
        answers = self._answers
        self.destroyed.connect(doors.listen(lambda seen: answers.do(lambda: self._show(seen))))
        self.begin_at(self.list.first)
        self.restyle(style)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "page"):
            self.setStyleSheet(self.styleSheet() + form_sheet(style))
            self.list.restyle(style)
            self.kinds.restyle(style)

    @Slot(str)
    def edit(self, key: str) -> None:
        """Open the page of one scanner."""
        seen = self.seen.by_key(key)
        if seen is not None:
            self._open(seen.name, seen.kind, seen.device, key)

    @Slot()
    def choose_kind(self) -> None:
        """Offer the kinds that are set up by hand."""
        self._answers.wait(self._doors.kinds(), self._offer)

    @Slot()
    def back(self) -> None:
        """To the list; what was typed is gone."""
        self.page.form.forget_secrets()
        self.page.set_busy(False)
        self.pages.setCurrentWidget(self.list)
        self.list.first.setFocus()

    def _open(self, name: str, kind: str, device: str, key: str = "") -> None:
        def show(answer: ScannerSetUp | Problem) -> None:
            if isinstance(answer, Problem):
                self.list.say("bad", problem_of(answer))
                return
            self.pages.setCurrentWidget(self.page)
            self.page.begin(self.seen.by_key(key), answer)

        self._answers.wait(self._doors.set_up(name, kind, device), show)

    def _offer(self, answer: tuple[KindForm, ...] | Problem) -> None:
        if isinstance(answer, Problem):
            self.list.say("bad", problem_of(answer))
            return
        self.kinds.tell(answer)
        self.pages.setCurrentWidget(self.kinds)
        self.kinds.first.setFocus()

    def _show(self, seen: ScannersSeen) -> None:
        self.seen = seen
        self.list.tell(seen)
        shown = self.page.seen
        if shown is not None and self.pages.currentWidget() is self.page:
            now = seen.by_key(shown.key)
            if now is not None and now != shown:
                self.page.tell(now)

    @Slot(object)
    def _save(self, draft: ScannerDraft) -> None:
        self._ask(self._doors.save(draft), "saved")

    @Slot(bool)
    def _record(self, on: bool) -> None:
        self._answers.wait(self._doors.record(on), self._recorded)

    def _recorded(self, result: Done | Problem) -> None:
        if isinstance(result, Problem):
            self.list.say("bad", problem_of(result))

    def _ask(self, future: object, done: str) -> None:
        def settle(result: Done | Problem) -> None:
            self.page.set_busy(False)
            if isinstance(result, Problem):
                self.page.say("bad", problem_of(result))
                return
            self.back()
            self.list.say("good", say(f"scanners.done.{done}"))

        self.page.set_busy(True)
        self._answers.wait(future, settle)  # type: ignore[arg-type]
