"""The licences of all parts: a list that can be searched, and the text of the one that is looked at."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Slot
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from station.words import say

from .about_doors import Part
from .panel_list import ListField, Row, RowList
from .panel_parts import label
from .style import Style


class Licences(QWidget):
    """``read_text`` is asked for a part's text; it comes back by ``show_text``."""

    def __init__(self, style: Style, read_text: Callable[[Part], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self._read_text = read_text
        self._list = RowList(say("about.licences"), style)
        self.field = ListField(self._list, say("about.find"), say("about.find"))
        self._none = label(say("about.no_part"), "muted")
        self._replace = label("", "caption")
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(say("about.text"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.field)
        whole.addWidget(self._none)
        whole.addWidget(self._list, 2)
        whole.addWidget(self._replace)
        whole.addWidget(self._text, 3)
        self.field.textChanged.connect(self._narrow)
        self._list.selectionModel().currentChanged.connect(self._look)
        self._narrow()

    def restyle(self, style: Style) -> None:
        self._list.restyle(style)
        size = style.px(10)  # lines of a licence are long, and broken where its author did
        self._text.setStyleSheet(f"QPlainTextEdit {{ font-family: '{style.mono(10).family()}'; font-size: {size}px; }}")

    def show_parts(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        self._narrow()

    def show_text(self, part: Part, text: str) -> None:
        """The text of a part; one that is not looked at any more is left."""
        if part is self._current():
            self._text.setPlainText(text or say("about.no_text"))

    @Slot()
    def _narrow(self) -> None:
        words = self.field.text().casefold().split()
        rows = [
            Row(str(at), f"{part.name} {part.version}".strip(), part.licence) for at, part in enumerate(self._parts)
            if all(word in f"{part.name} {part.version} {part.licence}".casefold() for word in words)
        ]
        self._none.setVisible(bool(self._parts) and not rows)
        self._list.show_rows(rows)
        self._look()

    def _current(self) -> Part | None:
        key = self._list.current_key()
        return self._parts[int(key)] if key else None

    @Slot(QModelIndex)
    def _look(self) -> None:
        part = self._current()
        self._text.setPlainText("")
        self._replace.setText(part.replace if part is not None else "")
        self._replace.setVisible(bool(self._replace.text()))
        if part is not None:
            self._read_text(part)
