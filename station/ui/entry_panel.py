"""Typing a code by hand, field by field where a system asks for several, or pasting a list."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from station.core.identifier import Identifier
from station.core.item import Item
from station.words import say

from .desk_state import DeskState
from .entry_parts import EntryField, KindChoice
from .fill_part import FillPart
from .form_parts import Form
from .name_editor import LONGEST_NAME
from .panel_parts import Panel, button, label, scrolled
from .style import Style
from .terms import Terms, TermsOf

LONGEST_READ = 8_000
"""Letters of a line that are looked at while it is typed."""


@dataclass(frozen=True, slots=True)
class EntryDoors:
    """``read`` says what a text would become; ``keep`` takes one typed text with a name, ``keep_list`` pasted lines,
    ``keep_form`` an identifier with a name; ``fill`` gives a half row what it lacks; ``current`` is the selected row.
    """

    state: DeskState
    terms: TermsOf
    read: Callable[[str], tuple[str, str]]
    keep: Callable[[str, str], object]
    keep_list: Callable[[str], object]
    keep_form: Callable[[Identifier, str], object]
    fill: Callable[[int, dict[str, str]], object]
    current: Callable[[], Item | None]


class EntryPanel(Panel):
    """Draws what the chosen connection's system needs."""

    def __init__(self, style: Style, doors: EntryDoors) -> None:
        super().__init__(say("entry.title"), style)
        self._doors = doors
        self._half = FillPart()
        self._choice = KindChoice(style)
        self._field, self._form = EntryField(), Form()
        self._name_caption, self._name = label(say("entry.name"), "caption"), QLineEdit()
        self._name.setMaxLength(LONGEST_NAME)
        self._name.setAccessibleName(say("entry.name"))
        self._name_caption.setBuddy(self._name)
        self._heading, self._line = label("", "strong"), label("", "muted")
        self._take, self._kept = button(say("entry.keep"), "main"), label("", "good")
        self._build()
        self._half.filled.connect(self._fill)
        self._choice.chosen.connect(self._draw)
        self._field.textChanged.connect(self._tell)
        self._form.changed.connect(self._tell)
        self._take.clicked.connect(self._enter)
        self._name.returnPressed.connect(self._enter)
        for typed in (self._field, self._form):
            typed.entered.connect(self._enter)
        doors.state.changed.connect(self._follow)
        self._draw()

    def _build(self) -> None:
        """All but the button scrolls where there is little room."""
        whole = QWidget()
        self._parts = QVBoxLayout(whole)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.addWidget(self._half)
        self._parts.addWidget(self._choice)
        self._parts.addWidget(self._field, 1)
        for part in (self._form, self._name_caption, self._name, self._heading, self._line, self._kept):
            self._parts.addWidget(part)
        self._rest = self._parts.count()
        self._parts.addStretch(0)
        self.content.addWidget(scrolled(whole), 1)
        self.content.addWidget(self._take)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_choice"):
            self._choice.restyle(style)

    def opened(self) -> None:
        self._follow()
        self._half.tell(self._doors.current(), self._terms, self.look)
        self._field.selectAll()
        self._say("")
        self._focus()

    @property
    def _terms(self) -> Terms:
        return self._doors.terms(self._doors.state.connection)

    def _focus(self) -> None:
        if not self._half.isHidden():
            self._half.form.focus()
        elif self._choice.kind is None:
            self._field.setFocus()
        else:
            self._form.focus()

    @Slot()
    def _follow(self) -> None:
        if self.isVisible():
            self._choice.offer(self._terms.kinds)

    @Slot()
    def _draw(self) -> None:
        """Show the field for any text, or the form of the kind that is chosen."""
        kind = self._choice.kind
        self._field.setVisible(kind is None)
        self._form.setVisible(kind is not None)
        self._parts.setStretch(self._rest, 0 if kind is None else 1)
        self._form.show_fields(self._terms.form(kind) if kind is not None else (), self.look)
        self._tell()
        if self.isVisible():
            self._focus()

    def _lines(self) -> list[str]:
        return [line for line in (line.strip() for line in self._field.toPlainText().splitlines()) if line]

    @Slot()
    def _tell(self) -> None:
        """Say what the text would become, while it is typed."""
        if self._choice.kind is not None:
            lines, heading, line, typed = [], "", "", bool(self._form.values())
        else:
            lines = self._lines()
            typed = bool(lines)
            heading, line = self._doors.read(lines[0][:LONGEST_READ]) if len(lines) == 1 else ("", "")
        several = len(lines) > 1
        if several:
            heading, line = say("entry.list", n=len(lines)), say("entry.list_how")
        self._take.setEnabled(typed)
        self._take.setText(say("entry.keep_list", n=len(lines)) if several else say("entry.keep"))
        self._take.setAccessibleName(self._take.text())
        for part in (self._name, self._name_caption):
            part.setVisible(not several)
        for part, text in ((self._heading, heading), (self._line, line)):
            part.setText(text)
            part.setVisible(bool(text))
        if typed:
            self._say("")

    @Slot()
    def _enter(self) -> None:
        """Keep what stands there and be ready for the next."""
        kind, lines, name = self._choice.kind, self._lines(), " ".join(self._name.text().split())
        kept = say("entry.kept")  # not the text itself: it may hold a PIN
        if kind is not None and self._form.values():
            self._doors.keep_form(Identifier.of(kind, **self._form.texts()), name)
            self._form.begin()
        elif kind is None and len(lines) == 1:
            self._doors.keep(lines[0], name)
        elif kind is None and lines:
            self._doors.keep_list("\n".join(lines))
            kept = say("entry.kept_list", n=len(lines))
        else:
            return
        self._field.clear()
        self._name.clear()
        self._say(kept)
        self._focus()

    def _say(self, kept: str) -> None:
        self._kept.setText(kept)
        self._kept.setVisible(bool(kept))

    @Slot(int, object)
    def _fill(self, item: int, values: dict[str, str]) -> None:
        self._doors.fill(item, values)
        self._half.hide()
        self._say(say("entry.kept"))
        self._focus()
