"""The form of one connection with what can be done with it, and what came of it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from station.words import say

from .connection_doors import Draft, KnownConnection, Overview
from .connection_form import ConnectionForm
from .connection_parts import WrongValueError
from .panel_parts import SaidLine, button, label, scrolled, soft

_LOOKS = {"try": "", "save": "main", "away": "", "back": "quiet"}


class ConnectionPage(QWidget):
    """``try_wanted`` and ``save_wanted`` with a ``Draft``, ``away_wanted`` with a name once it was pressed twice."""

    try_wanted = Signal(object)
    save_wanted = Signal(object)
    away_wanted = Signal(str)
    back_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.form = ConnectionForm()
        self._asked_away = self._is_busy = False
        self._says, self._more = SaidLine(), label("", "caption")
        box, row = QVBoxLayout(self), QHBoxLayout()
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        does = {
            "try": lambda: self._send(self.try_wanted), "save": lambda: self._send(self.save_wanted),
            "away": self._take_away, "back": self.back_wanted.emit,
        }
        self._buttons: dict[str, QPushButton] = {}
        for name, look in _LOOKS.items():
            made = self._buttons[name] = button(say(f"connections.do.{name}"), look)
            made.clicked.connect(lambda _checked=False, do=does[name]: do())
            row.addWidget(made, 1 if name in ("try", "save") else 0)
        box.addWidget(scrolled(self.form), 1)
        for part in (self._says, self._more):
            box.addWidget(part)
        box.addLayout(row)
        self.form.changed.connect(self._forget)

    def begin(self, overview: Overview, known: KnownConnection | None) -> None:
        """Show a connection that is set up, or an empty form."""
        self.form.begin(overview, known)
        self._buttons["away"].setVisible(known is not None)
        self.set_busy(False)
        self.tell("")
        first = self._buttons["try"] if known is not None else self.form.kind
        first.setFocus()

    def tell(self, look: str, text: str = "", more: str = "") -> None:
        """Say what came of it; ``more`` is for those who want to know."""
        self._ask_away(False)
        self._says.tell(look, text)
        self._more.setText(soft(more))
        self._more.setVisible(bool(more))

    def set_busy(self, busy: bool) -> None:
        self._is_busy = busy
        for name in ("try", "save", "away"):
            self._buttons[name].setEnabled(not busy)

    def _send(self, wanted: object) -> None:
        try:
            draft: Draft = self.form.draft()
        except WrongValueError as error:
            self.tell("bad", str(error))
        else:
            wanted.emit(draft)  # type: ignore[attr-defined]

    def _take_away(self) -> None:
        name = self.form.name.text()
        if self._asked_away:
            self.away_wanted.emit(name)
            return
        self.tell("warn", say("connections.away_means", name=name))
        self._ask_away(True)

    def _ask_away(self, asked: bool) -> None:
        self._asked_away = asked
        text = say("connections.do.away_sure" if asked else "connections.do.away")
        self._buttons["away"].setText(text)
        self._buttons["away"].setAccessibleName(text)

    @Slot()
    def _forget(self) -> None:
        """What was told of the form as it was says nothing of it as it is now."""
        if not self._is_busy:
            self.tell("")
