"""Pieces of the details panel: facts with their names, and the buttons of a row."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from station.words import has, say

from .panel_parts import button, clear, label, soft


class FactList(QWidget):
    """Names in small quiet letters, each with its value below; those in ``copied`` have a button that copies them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._values: list[tuple[QLabel, QPushButton | None]] = []
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)

    def tell(self, facts: Sequence[tuple[str, str]], copied: Sequence[str] = ()) -> None:
        """Show facts; labels that stay the same are left alone."""
        names = [name for name, _ in facts]
        if names != self._names:
            clear(self._whole)
            self._names = names
            self._values = [self._add(name, copied=name in copied) for name in names]
        for (name, text), (value, copy) in zip(facts, self._values, strict=True):
            value.setText(soft(text))
            value.setAccessibleName(f"{name}: {text}")
            if copy is not None:
                copy.setProperty("text_to_copy", text)

    def _add(self, name: str, *, copied: bool) -> tuple[QLabel, QPushButton | None]:
        self._whole.addWidget(label(name, "caption"))
        value = label()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 6)
        row.addWidget(value, 1)
        copy = button(say("details.copy_one"), "link", say("details.copy_one_does", name=name)) if copied else None
        if copy is not None:
            copy.setAccessibleName(say("details.copy_one_does", name=name))
            copy.clicked.connect(lambda _on=False, copy=copy: _copy(copy))
            row.addWidget(copy)
        self._whole.addLayout(row)
        return value, copy


def _copy(copy: QPushButton) -> None:
    QGuiApplication.clipboard().setText(str(copy.property("text_to_copy")))


class RowButtons(QWidget):
    """What can be done with a row as it stands, two buttons in a line; ``pressed`` with the name of one."""

    pressed = Signal(str)
    lost_focus = Signal()
    """The button that had the keyboard is gone: Qt would give it to any other control of the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self._buttons: dict[str, QPushButton] = {}
        self._names: tuple[str, ...] = ()

    def tell(self, names: Sequence[str]) -> None:
        """Show the buttons of these names; nothing moves while they stay the same."""
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        had_focus = any(each.hasFocus() for each in self._buttons.values())
        for each in self._buttons.values():
            self._grid.removeWidget(each)
            each.hide()
        before: QPushButton | None = None
        for at, name in enumerate(names):
            wide = at == len(names) - 1 and at % 2 == 0
            made = self._button(name)
            self._grid.addWidget(made, at // 2, at % 2, 1, 2 if wide else 1)
            made.show()
            if before is not None:
                QWidget.setTabOrder(before, made)
            before = made
        if had_focus:
            self.lost_focus.emit()

    def _button(self, name: str) -> QPushButton:
        if name not in self._buttons:
            tooltip = say(f"details.does.{name}") if has(f"details.does.{name}") else ""
            made = button(do_words(name), tooltip=tooltip)
            made.setParent(self)
            made.clicked.connect(lambda _on=False: self.pressed.emit(name))
            self._buttons[name] = made
        return self._buttons[name]


def do_words(name: str) -> str:
    """What a button of that name says; of a change that nobody translated, its own word."""
    return say(f"details.do.{name}") if has(f"details.do.{name}") else f"{name.replace('_', ' ').capitalize()}…"


