"""Asks in place before something is done to a row: what it does and costs, what it needs, and a second press."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from station.words import say

from .form_parts import Form
from .panel_list import ListField, RowList
from .panel_parts import button, label, scrolled
from .style import Style
from .target_rows import TargetIndex
from .terms import FieldTerms

LIST_ROWS = 5


@dataclass(frozen=True, slots=True)
class Ask:
    """A question on the rows ``ids``; ``fields`` are to be filled in, of ``targets`` one is to be chosen."""

    name: str
    ids: tuple[int, ...]
    text: str
    yes: str
    no: str
    fields: tuple[FieldTerms, ...] = ()
    targets: TargetIndex | None = None
    chosen: str = ""


class DeedForm(QFrame):
    """``agreed`` with the question that was answered by yes; ``declined`` when it was not."""

    agreed = Signal(object)  # Ask
    declined = Signal()

    def __init__(self, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = style
        self._ask: Ask | None = None
        self._text = label("", "warn")
        self.form = Form()
        self._list = RowList(say("targets.list"), style, to_choose=False)
        self._field = ListField(self._list, say("targets.search"), say("targets.search"))
        self._no, self._yes = button(""), button("")
        whole, row = QVBoxLayout(self), QHBoxLayout()
        whole.setContentsMargins(0, 2, 0, 0)
        whole.setSpacing(4)
        inner = QWidget()
        self._lines = QVBoxLayout(inner)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(6)
        for part in (self._text, self.form, self._field, self._list):
            self._lines.addWidget(part)
        self._area = scrolled(inner)
        whole.addWidget(self._area)
        row.addWidget(self._no)
        row.addWidget(self._yes)
        whole.addLayout(row)
        self._yes.clicked.connect(self._agree)
        self._no.clicked.connect(self.decline)
        self.form.changed.connect(self._tell)
        self.form.entered.connect(self._yes.setFocus)
        self._field.textChanged.connect(self._narrow)
        self._field.taken.connect(self._yes.setFocus)
        self._list.picked.connect(lambda _key: self._yes.setFocus())
        self._list.selectionModel().currentChanged.connect(self._tell)
        self.hide()

    def restyle(self, style: Style) -> None:
        self._style = style
        self._list.restyle(style)

    def ask(self, ask: Ask) -> None:
        """Ask; the keyboard stands on what is to be filled in, else on the answer that changes nothing."""
        self._ask = ask
        self._text.setText(ask.text)
        for each, words in ((self._yes, ask.yes), (self._no, ask.no)):
            each.setText(words)
            each.setAccessibleName(words)
        self.form.show_fields((), self._style)  # nothing of an earlier question stays
        self.form.show_fields(ask.fields, self._style)
        self.form.setVisible(bool(ask.fields))
        for part in (self._field, self._list):
            part.setVisible(ask.targets is not None)
        self._field.clear()
        self._narrow()
        self.show()
        if ask.fields:
            self.form.focus()
        elif ask.targets is not None:
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._no.setFocus(Qt.FocusReason.OtherFocusReason)

    def fit(self, width: int, room: int) -> int:
        """Take as much of ``room`` (pixels) as the question needs at that width, and scroll what is more; gives it."""
        buttons = self._yes.sizeHint().height() + 6
        wanted = max(self._lines.heightForWidth(width), self._lines.minimumSize().height())
        self._area.setFixedHeight(max(min(wanted, room - buttons), 1))
        return wanted + buttons

    @property
    def target(self) -> str:
        """The ID of the target that is chosen in the list."""
        return self._list.current_key()

    @Slot()
    def decline(self) -> None:
        """Change nothing."""
        if not self.isHidden():
            self._end()
            self.declined.emit()

    @Slot()
    def _narrow(self) -> None:
        if self._ask is not None and self._ask.targets is not None:
            index = self._ask.targets
            self._list.set_lines(3 if index.has_facts else 2)
            rows = [row for row in index.rows(self._field.text(), "") if row.key != self._ask.chosen]
            self._list.show_rows(rows)
            if self._field.text().strip():
                self._list.step(1)  # what fits best; without a word nothing is chosen
            self._list.setFixedHeight(self._list.sizeHintForRow(0) * min(max(len(rows), 1), LIST_ROWS) + 6)
        self._tell()

    @Slot()
    def _tell(self) -> None:
        lacks_target = self._ask is not None and self._ask.targets is not None and not self.target
        self._yes.setEnabled(self.form.whole and not lacks_target)

    @Slot()
    def _agree(self) -> None:
        ask = self._ask
        if ask is not None and self.form.whole:
            self.hide()
            self.agreed.emit(ask)
            self._end()

    def _end(self) -> None:
        self.hide()
        self._ask = None
        self.form.show_fields((), self._style)  # a code does not stay on the screen
