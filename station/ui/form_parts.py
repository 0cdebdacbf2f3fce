"""Forms drawn from what a claiming system asks for: a field each, secret ones hidden but while the eye is held."""

import re
from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from station.core.secret import Secret
from station.words import say

from . import symbols
from .panel_parts import clear, label
from .style import Style
from .terms import FieldTerms, field_words

LONGEST = 2_000
"""Letters of a field; no label's code is longer."""


class FormField(QWidget):
    """A caption, a line to type in, and below it a hint where what is typed does not look as it should."""

    changed = Signal()
    entered = Signal()

    def __init__(self, terms: FieldTerms, style: Style) -> None:
        super().__init__()
        self.terms = terms
        words = field_words(terms.name)
        caption = label(words if terms.needed else say("form.optional", field=words), "caption")
        self.line = QLineEdit(terms.default)
        self.line.setMaxLength(LONGEST)
        self.line.setAccessibleName(words)
        caption.setBuddy(self.line)
        self._hint = label(say("form.looks_wrong", field=words), "caption")
        self._hint.hide()
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        if terms.secret:
            row.addWidget(self._eye(words, style))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2)
        whole.addWidget(caption)
        whole.addLayout(row)
        whole.addWidget(self._hint)
        self.line.textChanged.connect(self._tell)
        self.line.returnPressed.connect(self.entered)

    @property
    def text(self) -> str:
        return self.line.text().strip()

    @property
    def whole(self) -> bool:
        """Whether nothing that is needed is missing."""
        return bool(self.text) or not self.terms.needed

    def begin(self) -> None:
        self.line.setText(self.terms.default)

    def _eye(self, words: str, style: Style) -> QToolButton:
        """Shows what is hidden for as long as it is pressed."""
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhSensitiveData)
        eye = QToolButton()
        side = style.px(18)
        eye.setIcon(symbols.icon("eye", style.palette.muted, side, self.devicePixelRatio()))
        eye.setIconSize(QSize(side, side))
        eye.setAccessibleName(say("form.show", field=words))
        eye.setToolTip(say("form.show_tooltip"))
        eye.pressed.connect(lambda: self.line.setEchoMode(QLineEdit.EchoMode.Normal))
        eye.released.connect(lambda: self.line.setEchoMode(QLineEdit.EchoMode.Password))
        return eye

    @Slot()
    def _tell(self) -> None:
        self._hint.setVisible(bool(self.text) and not _looks_like(self.text, self.terms.pattern))
        self.changed.emit()


class Form(QWidget):
    """The fields of a form, one below the other; ``entered`` when Enter is pressed in a form that is whole."""

    changed = Signal()
    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[FormField] = []
        self._shown: tuple[FieldTerms, ...] | None = None
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(4)

    def show_fields(self, terms: Sequence[FieldTerms], style: Style) -> None:
        """Draw these fields, empty but for their defaults; those that stand there already are left as they are."""
        if tuple(terms) == self._shown:
            return
        self._shown = tuple(terms)
        for field in self.fields:
            field.line.clear()  # what was typed is gone now, not when Qt lets the field go
        clear(self._lines)
        self.fields = [FormField(each, style) for each in terms]
        for field in self.fields:
            self._lines.addWidget(field)
            field.show()
            field.changed.connect(self.changed)
            field.entered.connect(self._enter)
        for before, after in zip(self.fields, self.fields[1:], strict=False):
            QWidget.setTabOrder(before.line, after.line)
        self.changed.emit()

    @property
    def whole(self) -> bool:
        return all(field.whole for field in self.fields)

    def texts(self) -> dict[str, str]:
        """What stands in the fields by name, secret ones too; empty ones left out."""
        return {field.terms.name: field.text for field in self.fields if field.text}

    def values(self) -> dict[str, str]:
        """What stands in the fields that are not secret."""
        return {field.terms.name: field.text for field in self.fields if field.text and not field.terms.secret}

    def secrets(self) -> dict[str, Secret]:
        return {field.terms.name: Secret(field.text) for field in self.fields if field.text and field.terms.secret}

    def begin(self) -> None:
        """Start afresh: what was typed is gone, the defaults are there again."""
        for field in self.fields:
            field.begin()

    def focus(self) -> None:
        """Give the keyboard to the first field that still needs something."""
        wanted = next((field for field in self.fields if not field.whole), self.fields[0] if self.fields else None)
        if wanted is not None:
            wanted.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # a field has taken it
        else:
            super().keyPressEvent(event)

    @Slot()
    def _enter(self) -> None:
        """Enter goes on to what is still missing, and at the end takes the whole."""
        if self.whole:
            self.entered.emit()
        else:
            self.focus()


def _looks_like(text: str, pattern: str) -> bool:
    if not pattern:
        return True
    with suppress(re.error):
        return re.fullmatch(pattern, text, re.IGNORECASE) is not None
    return True
