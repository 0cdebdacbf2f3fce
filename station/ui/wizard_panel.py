"""The set-up wizard: one label on the screen, one scan of it, and what has to be set for that scanner."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from station.core.news import ScanHeard
from station.reports.codes import bar_code, square_code
from station.words import has, say

from .code_picture import CodePicture
from .connection_answers import Answers
from .connection_doors import Problem
from .help_panel import HelpPanel
from .items_delegate import printable
from .panel_parts import Panel, button, clear, label, scrolled
from .style import Style
from .window import Window
from .wizard_doors import Examined, Told, WizardDoors

NAME = "wizard"
_SQUARE, _BARS = 264, 560
_GOOD = frozenset({"works", "arrives_whole"})
_BAD = frozenset({"works_not", "not_the_label", "characters", "case_lost", "case_swapped", "gs_lost", "strange_keys"})


def add_wizard(window: Window, doors: WizardDoors) -> None:
    """Give the window its wizard; whoever opens the panel of that name opens it."""
    panel = WizardPanel(doors, window.style_now)
    window.add_panel(NAME, panel)
    window.bridge.heard.connect(panel.hear_others)
    help_panel = window.findChild(HelpPanel)
    if help_panel is not None:
        help_panel.offer(say("labels.set_up"), lambda: window.panels.open(NAME))


class WizardPanel(Panel):
    """Two pages in one: the label, and what its scan told. Listens from being opened until a scan came."""

    told = Signal(object)  # Examined
    wanted_width = 620

    def __init__(self, doors: WizardDoors, style: Style) -> None:
        super().__init__(say("wizard.title"), style)
        self._doors, self._answers = doors, Answers(self)
        self._examined: Examined | None = None
        self._shown = False
        self._pictures: list[QWidget] = []
        body = QWidget()
        self._rows = QVBoxLayout(body)
        self._rows.setContentsMargins(0, 0, 8, 0)
        self._ask, self._state = label(say("wizard.ask")), label("", "strong")
        self._codes = QVBoxLayout()
        self._findings = QVBoxLayout()
        self._log = QPlainTextEdit()
        self._log.setReadOnly(True)
        self._log.setTabChangesFocus(True)
        self._log.setAccessibleName(say("wizard.log"))
        self._log.setMinimumHeight(120)
        for part in (self._ask, self._state):
            self._rows.addWidget(part)
        self._rows.addLayout(self._codes)
        self._rows.addLayout(self._findings)
        self._rows.addWidget(self._log, 1)
        self._rows.addStretch(1)
        self.content.addWidget(scrolled(body), 1)
        self._copy, self._again = button(say("wizard.copy")), button(say("wizard.again"))
        self._apply = button(say("wizard.apply"), "main")
        row = QHBoxLayout()
        for each in (self._copy, self._again):
            row.addWidget(each)
        row.addWidget(self._apply, 1)
        self.content.addLayout(row)
        self._copy.clicked.connect(self._copy_log)
        self._again.clicked.connect(self.ask)
        self._apply.clicked.connect(self._apply_it)
        self.restyle(style)
        # Not at once: the filter that tells of the scan is still at work with it.
        self.told.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._show_page()

    def opened(self) -> None:
        super().opened()
        self._shown = True
        if self._examined is None:
            self.ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Whoever goes elsewhere wants scans to be scans again."""
        self._shown = False
        self._examined = None
        self._doors.stop()
        super().hideEvent(event)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_log"):
            self._log.setFont(style.mono(12))

    @Slot()
    def ask(self) -> None:
        """Show the label and listen for its scan."""
        if not self._pictures:
            square = CodePicture(square_code(self._doors.label), say("wizard.square"), _SQUARE)
            bars = CodePicture(bar_code(self._doors.short_label), say("wizard.bars"), _BARS)
            self._pictures = [square, label(say("wizard.bars_line"), "muted"), bars]
            for each in self._pictures:
                self._codes.addWidget(each)
        self._examined = None
        hears = self._doors.listen(self.told.emit)
        self._state.setText(say("wizard.listening" if hears else "wizard.deaf"))
        self._show_page()
        self.close_button.setFocus()

    @Slot(object)
    def hear_others(self, heard: tuple[ScanHeard, ...]) -> None:
        """A scanner that does not type has read the label: it came as bytes, and is judged as such."""
        one = next((each for each in heard if each.command == "calibrate" and each.source != "keyboard"), None)
        if one is not None and self._shown:
            self._tell(self._doors.examine_text(f"~CAL~{one.argument}"))

    @Slot(object)
    def _tell(self, examined: Examined) -> None:
        self._doors.stop()
        self._examined = examined
        clear(self._findings)
        head = "works" if examined.works else "broken" if examined.is_label else "other"
        if examined.works and examined.changes:
            head = "works_then"
        self._state.setText(say(f"wizard.head.{head}"))
        for each in examined.told:
            if each.code not in ("works", "works_not"):
                self._findings.addWidget(_line(each))
        if examined.changes:
            self._findings.addWidget(label(say("wizard.changes"), "strong"))
        for change in examined.changes:
            self._findings.addWidget(label(say(
                "wizard.change", name=say(f"wizard.setting.{change.name}"), before=_value(change.before),
                after=_value(change.after),
            )))
        self._log.setPlainText("\n".join(examined.log))
        self._show_page()
        (self._apply if examined.changes else self._again).setFocus()

    def _show_page(self) -> None:
        examined = self._examined
        self._ask.setVisible(examined is None)
        for each in self._pictures:
            each.setVisible(examined is None)
        self._log.setVisible(examined is not None and bool(examined.log))
        self._copy.setVisible(examined is not None)
        self._again.setVisible(examined is not None)
        self._apply.setVisible(examined is not None and bool(examined.changes))
        self._apply.setEnabled(True)
        if examined is None:
            clear(self._findings)

    @Slot()
    def _copy_log(self) -> None:
        """All of it as a text, for whoever helps from afar."""
        examined = self._examined
        if examined is not None:
            QGuiApplication.clipboard().setText("\n".join([self._state.text(), *map(_sentence, examined.told), "",
                                                           *examined.log]))
            self._copy.setText(say("wizard.copied"))

    @Slot()
    def _apply_it(self) -> None:
        examined = self._examined
        if examined is None or not examined.changes:
            return
        self._apply.setEnabled(False)
        self._answers.wait(self._doors.apply(examined.proposal), self._applied)

    def _applied(self, answer: object) -> None:
        problem = answer.sentence if isinstance(answer, Problem) else ""
        self._apply.setEnabled(bool(problem))
        self._apply.setVisible(bool(problem))
        self._state.setText(problem or say("wizard.applied"))
        self._again.setFocus()


def _line(told: Told) -> QWidget:
    look = "good" if told.code in _GOOD else "bad" if told.code in _BAD else ""
    return label(_sentence(told), look)


def _sentence(told: Told) -> str:
    return say(f"calibration.{told.code}", **{name: _value(value) for name, value in told.values})


def _value(text: str) -> str:
    key = f"wizard.value.{text}"
    return say(key) if has(key) else printable(text) or say("wizard.nothing")
