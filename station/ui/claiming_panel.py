"""Settling how a claim goes: how long it can be cancelled, and what has to be confirmed, and how."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.words import say

from .claiming_doors import HOLD, LONGEST_MINUTES, PRESS, ClaimingDoors, ClaimRules
from .connection_answers import Answers
from .connection_doors import Done, Entry, FormField, Problem
from .connection_parts import SettingRow, WrongValueError, form_sheet, order_tabs
from .panel_parts import Panel, SaidLine, button, label, scrolled
from .style import Style
from .window import Window

NAME, KEY = "claiming", "F10"
FIELDS = (
    FormField("cool_off_minutes", Entry.CHOICE, "0", tuple(map(str, range(LONGEST_MINUTES + 1)))),
    FormField("confirm_above", Entry.WHOLE, 0),
    FormField("confirm_by", Entry.CHOICE, PRESS, (PRESS, HOLD)),
)


def add_claiming(window: Window, doors: ClaimingDoors) -> None:
    """Give the window its panel of claiming, and the ways to it: a key, and the menu of the top row."""
    panel = ClaimingPanel(doors, window.style_now)
    window.add_panel(NAME, panel, KEY)
    window.parts.top.claiming_wanted.connect(lambda: window.panels.open(NAME))


class ClaimingPanel(Panel):
    """A form of three choices."""

    wanted_width = 460

    def __init__(self, doors: ClaimingDoors, style: Style) -> None:
        super().__init__(say("claiming.title"), style)
        self._doors, self._answers = doors, Answers(self)
        self._rows = {each.name: SettingRow(NAME, each) for each in FIELDS}
        self._says, self._save = SaidLine(), button(say("claiming.save"), "main")
        whole, buttons = QWidget(), QHBoxLayout()
        parts = QVBoxLayout(whole)
        parts.setContentsMargins(0, 0, 8, 0)
        parts.setSpacing(14)
        parts.addWidget(label(say("claiming.about"), "muted"))
        for row in self._rows.values():
            parts.addWidget(row)
            row.changed.connect(self._touched)
        parts.addStretch(1)
        buttons.addStretch(1)
        buttons.addWidget(self._save)
        self.content.addWidget(scrolled(whole), 1)
        self.content.addWidget(self._says)
        self.content.addLayout(buttons)
        self._save.clicked.connect(self.save)
        order_tabs(*self._rows.values(), self._save)
        self.begin_at(self._rows["cool_off_minutes"].editor)
        self.restyle(style)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_rows"):
            self.setStyleSheet(self.styleSheet() + form_sheet(style))

    def opened(self) -> None:
        super().opened()
        rules = self._doors.rules()
        for name, row in self._rows.items():
            value = getattr(rules, name)
            row.show_value(str(value) if row.field.entry is Entry.CHOICE else value)
        self._touched()

    @Slot()
    def save(self) -> None:
        """Keep what stands there, and put it to use."""
        try:
            values = {name: row.value() for name, row in self._rows.items()}
        except WrongValueError as error:
            self._says.tell("bad", str(error))
            return
        rules = ClaimRules(int(values["cool_off_minutes"]), int(values["confirm_above"]), str(values["confirm_by"]))
        self._save.setEnabled(False)
        self._answers.wait(self._doors.save(rules), self._saved)

    def _saved(self, answer: Done | Problem) -> None:
        self._save.setEnabled(True)
        if isinstance(answer, Problem):
            self._says.tell("bad", answer.sentence)
        else:
            self._says.tell("good", say("claiming.saved"))

    @Slot()
    def _touched(self) -> None:
        self._says.tell("muted", "")
