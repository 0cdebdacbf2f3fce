"""The part of the details in which a person decides what nobody could tell."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from station.desk.decisions import Choice
from station.words import say

from .panel_parts import button, label

CHOICES = (Choice.ASK_AGAIN, Choice.CLAIMED, Choice.FREE, Choice.REFUSED)


class DecisionPart(QFrame):
    """Four choices in words; ``decided`` with choice, name and reason once all three are there."""

    decided = Signal(object, str, str)  # Choice, who, why

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 4, 0, 4)
        whole.setSpacing(4)
        whole.addWidget(label(say("decision.title"), "strong"))
        self._group = QButtonGroup(self)
        for choice in CHOICES:
            radio = QRadioButton(say(f"decision.choice.{choice}"))
            radio.setAccessibleDescription(say(f"decision.means.{choice}"))
            self._group.addButton(radio, CHOICES.index(choice))
            whole.addWidget(radio)
            means = label(say(f"decision.means.{choice}"), "caption")
            means.setContentsMargins(24, 0, 0, 4)
            whole.addWidget(means)
        self._name, self._reason = _field("decision.name"), _field("decision.reason")
        for field in (self._name, self._reason):
            caption = label(field.accessibleName(), "caption")
            caption.setBuddy(field)
            whole.addWidget(caption)
            whole.addWidget(field)
            field.textChanged.connect(self._tell)
        self._decide = button(say("decision.decide"), "main")
        whole.addWidget(self._decide)
        self._group.idClicked.connect(self._tell)
        self._decide.clicked.connect(self._send)
        self._tell()

    def begin(self, operator: str) -> None:
        """Start afresh for another row; the name is the operator's unless another is typed."""
        self._group.setExclusive(False)
        for radio in self._group.buttons():
            radio.setChecked(False)
        self._group.setExclusive(True)
        self._name.setText(operator)
        self._reason.clear()
        self._tell()

    @Slot()
    def _tell(self) -> None:
        """All three are needed; the button's tooltip says so."""
        whole = self._group.checkedId() >= 0 and bool(self._name.text().strip()) and bool(self._reason.text().strip())
        self._decide.setEnabled(whole)
        self._decide.setToolTip("" if whole else say("decision.needs"))

    @Slot()
    def _send(self) -> None:
        choice = CHOICES[self._group.checkedId()]
        self.decided.emit(choice, self._name.text().strip(), self._reason.text().strip())


def _field(key: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(say(key))
    field.setMaxLength(200)
    return field
