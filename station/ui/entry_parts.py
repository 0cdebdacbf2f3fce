"""Pieces of the entry panel: the field for any text, and the choice of what is typed."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QPushButton

from station.core.identifier import NEEDED, Kind
from station.words import say

from . import symbols
from .style import Style


def forms_of(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """The kinds that a form of several fields is better for than one line of text."""
    return tuple(kind for kind in kinds if len(NEEDED[kind]) > 1 or kind is Kind.CLOUD_ID)


class EntryField(QPlainTextEdit):
    """Enter keeps the text, Shift+Enter begins another line; Tab leaves the field."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(say("entry.field"))
        self.setPlaceholderText(say("entry.placeholder"))
        self.setTabChangesFocus(True)
        self.setMinimumHeight(44)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class KindChoice(QPushButton):
    """What is typed: any code, or the fields of one kind; hidden where there is nothing to choose."""

    chosen = Signal()

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.kind: Kind | None = None
        self._kinds: tuple[Kind, ...] = ()
        self.setProperty("look", "choice")
        self.setAutoDefault(False)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.clicked.connect(self._open)
        self.restyle(style)
        self._tell()

    def restyle(self, style: Style) -> None:
        side = style.px(16)
        self.setIcon(symbols.icon("chevron", style.palette.muted, side, self.devicePixelRatio()))
        self.setIconSize(QSize(side, side))

    def offer(self, kinds: Sequence[Kind]) -> None:
        """Offer the kinds that a system takes; where a plain code is none of them, its first one is chosen."""
        forms = forms_of(kinds)
        if forms == self._kinds:
            return
        self._kinds = forms
        if self.kind not in forms:
            self.kind = forms[0] if forms and Kind.CODE not in kinds else None
        self._tell()
        self.chosen.emit()

    def choose(self, kind: Kind | None) -> None:
        self.kind = kind
        self._tell()
        self.chosen.emit()

    def _tell(self) -> None:
        text = _words(self.kind)
        self.setText(text)
        self.setAccessibleName(say("entry.what_spoken", what=text))
        self.setVisible(bool(self._kinds))

    @Slot()
    def _open(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind in (*self._kinds, None):
            entry = menu.addAction(_words(kind))
            entry.setCheckable(True)
            entry.setChecked(kind is self.kind)
            entry.triggered.connect(lambda _on=False, kind=kind: self.choose(kind))
        menu.setMinimumWidth(self.width())
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))


def _words(kind: Kind | None) -> str:
    return say(f"entry.form.{kind}") if kind is not None else say("entry.any")
