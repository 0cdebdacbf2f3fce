"""The form for a half row: what it still waits for can be scanned, or typed here."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from station.core.item import Item
from station.words import missing_words, say

from .form_parts import Form
from .panel_parts import button, label
from .style import Style
from .terms import Terms


class FillPart(QFrame):
    """Hidden unless a row lacks something; ``filled`` with the row and what was typed, by field name."""

    filled = Signal(int, object)  # dict[str, str]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item = 0
        self._says = label("", "strong")
        self.form = Form()
        self._take = button(say("fill.take"), "main")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 4, 0, 4)
        whole.setSpacing(6)
        for part in (self._says, self.form, self._take):
            whole.addWidget(part)
        self.form.changed.connect(self._tell)
        self.form.entered.connect(self._send)
        self._take.clicked.connect(self._send)
        self.hide()

    def tell(self, item: Item | None, terms: Terms, style: Style) -> None:
        """Ask for what a row lacks; nothing typed is lost while it still lacks the same."""
        missing = item.identifier.missing if item is not None and _waits(item) else ()
        self.setVisible(bool(missing))
        if item is None or not missing:
            self._item = 0
            return
        if item.id != self._item:
            self.form.show_fields((), style)
        self._item = item.id
        self._says.setText(say("fill.waits", row=item.number, field=missing_words(item.identifier)))
        self.form.show_fields(tuple(terms.field(name) for name in missing), style)
        self._tell()

    @Slot()
    def _tell(self) -> None:
        self._take.setEnabled(self.form.whole)
        self._take.setToolTip("" if self.form.whole else say("fill.needs"))

    @Slot()
    def _send(self) -> None:
        if self._item and self.form.whole:
            texts = self.form.texts()
            self.form.begin()  # a PIN does not stay on the screen
            self.filled.emit(self._item, texts)


def _waits(item: Item) -> bool:
    return not item.closed and not item.fits and item.repeat_of is None and item.inside is None
