"""Pieces of the details panel: facts with their names, the buttons of a row, a question in place."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from station.core.item import Item
from station.core.outcome import OutcomeKind
from station.core.progress import Progress
from station.words import say

from .panel_parts import button, clear, label, soft


class FactList(QWidget):
    """Names in small quiet letters, each with its value below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Sequence[tuple[str, str]] = ()
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)

    def tell(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show facts; labels that stay the same are left alone."""
        if [name for name, _ in facts] != [name for name, _ in self._shown]:
            clear(self._whole)
            for name, _ in facts:
                self._whole.addWidget(label(name, "caption"))
                value = label()
                value.setContentsMargins(0, 0, 0, 6)
                self._whole.addWidget(value)
        for at, (name, text) in enumerate(facts):
            entry = self._whole.itemAt(2 * at + 1)
            value_label = entry.widget() if entry is not None else None
            if value_label is not None:
                value_label.setProperty("text", soft(text))
                value_label.setAccessibleName(f"{name}: {text}")
        self._shown = tuple(facts)


class Question(QFrame):
    """Asks before what cannot be taken back, in place: ``yes`` does it, ``no`` closes the question."""

    yes = Signal()
    no = Signal()

    def __init__(self, yes: str, no: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 4, 0, 4)
        self._text = label("", "warn")
        self._yes, self._no = button(yes), button(no)
        row = QHBoxLayout()
        row.addWidget(self._no)
        row.addWidget(self._yes)
        whole.addWidget(self._text)
        whole.addLayout(row)
        self._yes.clicked.connect(self._agree)
        self._no.clicked.connect(self._decline)
        self.hide()

    def ask(self, text: str) -> None:
        """Ask; the keyboard stands on the answer that changes nothing."""
        self._text.setText(text)
        self.show()
        self._no.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _agree(self) -> None:
        self.hide()
        self.yes.emit()

    @Slot()
    def _decline(self) -> None:
        self.hide()
        self.no.emit()


class RowButtons(QWidget):
    """What can be done with a row as it stands, two buttons in a line."""

    lost_focus = Signal()
    """The button that had the keyboard is gone: Qt would give it to any other control of the window."""
    NAMES = ("move", "check_again", "try_again", "take_back", "remove", "release")

    def __init__(self, do: dict[str, Callable[[], object]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self._buttons: dict[str, QPushButton] = {}
        self._names: tuple[str, ...] = ()
        for name in self.NAMES:
            made = button(say(f"details.do.{name}"), tooltip=say(f"details.does.{name}"))
            made.clicked.connect(lambda _on=False, name=name: do[name]())
            made.hide()
            made.setParent(self)
            self._buttons[name] = made

    def tell(self, names: Sequence[str]) -> None:
        """Show the buttons of these names; nothing moves while they stay the same."""
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        had_focus = any(each.hasFocus() for each in self._buttons.values())
        for each in self._buttons.values():
            self._grid.removeWidget(each)
            each.hide()
        for at, name in enumerate(names):
            wide = at == len(names) - 1 and at % 2 == 0
            self._grid.addWidget(self._buttons[name], at // 2, at % 2, 1, 2 if wide else 1)
            self._buttons[name].show()
        if had_focus:
            self.lost_focus.emit()


def possible(item: Item, *, can_release: bool) -> list[str]:
    """What can be done with a row, by name."""
    tally = dict(item.tally)
    names: list[str] = []
    if item.progress is Progress.OPEN and not item.closed:
        names += ["move"] if item.fits else []
        names += ["check_again"] if not (item.repeat_of or item.inside or item.identifier.missing) else []
        names += ["remove"]
    if item.progress is Progress.REFUSED and item.again_in is None:
        names += ["try_again"]
    if item.progress is Progress.QUEUED or tally.get(Progress.QUEUED):
        names += ["take_back"]
    ours = item.progress is Progress.CLAIMED or tally.get(Progress.CLAIMED)
    if ours and can_release and not (item.outcome is not None and item.outcome.kind is OutcomeKind.REJECTED):
        names += ["release"]
    return names
