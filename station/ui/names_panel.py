"""How devices are named that nobody names: a pattern for each connection, and what it makes while it is typed."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from station.core.item import Item
from station.core.news import Refused
from station.desk import naming
from station.words import advise, say

from .bridge import Bridge
from .desk_state import DeskState
from .destinations import title_of
from .panel_parts import Panel, button, label, scrolled
from .panel_wishes import PanelWishes
from .style import Style

WORDS = ("n:03", "n", "type", "serial", "id", "product", "name")
"""What a pattern may hold, each with its own sentence."""


class NamesPanel(Panel):
    """For the chosen connection; ``current`` is the selected row, whose own words the example is made of."""

    def __init__(self, bridge: Bridge, state: DeskState, own_wishes: PanelWishes, style: Style,
                 current: Callable[[], Item | None]) -> None:
        super().__init__(say("names.title"), style)
        self._state, self._own, self._current = state, own_wishes, current
        self._for = label("", "muted")
        self._field = QLineEdit()
        self._field.setMaxLength(naming.LONGEST_PATTERN)
        self._field.setAccessibleName(say("names.pattern"))
        self._field.setPlaceholderText(say("names.placeholder"))
        self._example_caption, self._example = label(say("names.example"), "caption"), label("", "strong")
        self._take, self._none = button(say("names.take"), "main"), button(say("names.none"))
        self._said = label("", "good")
        self._build()
        self._field.textChanged.connect(self._tell)
        self._field.returnPressed.connect(self._use)
        self._take.clicked.connect(self._use)
        self._none.clicked.connect(self._use_none)
        bridge.refused.connect(self._refuse)
        self.begin_at(self._field)
        self._tell()

    def _build(self) -> None:
        """All but the buttons scrolls where there is little room."""
        whole = QWidget()
        parts = QVBoxLayout(whole)
        parts.setContentsMargins(0, 0, 6, 0)
        words = label(say("names.words"), "caption")
        for part in (self._for, self._field, self._example_caption, self._example, self._said, words, self._words()):
            parts.addWidget(part)
        parts.addStretch(1)
        self.content.addWidget(scrolled(whole), 1)
        row = QHBoxLayout()
        row.addWidget(self._none)
        row.addWidget(self._take, 1)
        self.content.addLayout(row)

    def opened(self) -> None:
        super().opened()
        self._field.setText(self._state.plan.pattern)
        self._field.selectAll()
        self._for.setText(say("names.for", connection=title_of(self._state, self._state.connection)))
        self._tell_said("")
        self._tell()

    def _words(self) -> QWidget:
        """What a pattern may hold: a press puts it where the cursor stands."""
        whole = QWidget()
        grid = QGridLayout(whole)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for at, word in enumerate(WORDS):
            hole = f"{{{word}}}"
            insert = button(hole, "link", say("names.insert", word=hole))
            insert.clicked.connect(lambda _on=False, hole=hole: self._insert(hole))
            grid.addWidget(insert, at, 0)
            grid.addWidget(label(say(f"names.word.{word.replace(':', '_')}"), "muted"), at, 1)
        grid.setColumnStretch(1, 1)
        return whole

    def _insert(self, hole: str) -> None:
        self._field.insert(hole)
        self._field.setFocus()

    @Slot()
    def _tell(self) -> None:
        """Say what the pattern makes, or what is wrong with it."""
        pattern = self._field.text().strip()
        wrong, where = naming.mistake(pattern)
        self._take.setEnabled(bool(pattern) and not wrong)
        self._none.setEnabled(bool(self._state.plan.pattern))
        if wrong:
            told = advise("wish", wrong, title=where)
            self._example.setText(f"{told.cause}. {told.next_step}")
        else:
            self._example.setText(_examples(pattern, self._current()) if pattern else say("names.no_pattern"))
        if self._field.hasFocus() and self._field.isModified():
            self._tell_said("")

    def _tell_said(self, text: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))

    @Slot()
    def _use(self) -> None:
        if self._take.isEnabled():
            self._own.set_pattern(self._state.connection, self._field.text().strip())
            self._field.setModified(False)
            self._tell_said(say("names.taken"))

    @Slot()
    def _use_none(self) -> None:
        self._own.set_pattern(self._state.connection, "")
        self._field.clear()
        self._tell_said(say("names.taken_away"))

    @Slot(object)
    def _refuse(self, refused: Refused) -> None:
        if refused.wish == "pattern":
            self._tell_said("")


def _examples(pattern: str, item: Item | None) -> str:
    """What the first devices would be called."""
    values = _values(item) if item is not None else {}
    sample = {word: say(f"names.sample.{word}") for word in WORDS if ":" not in word and word != "n"}
    values = sample | {word: value for word, value in values.items() if value}
    return ", ".join(dict.fromkeys(naming.render(pattern, number, values) for number in (1, 2)))


def _values(item: Item) -> dict[str, str]:
    identifier = item.identifier
    return {"type": item.device_type, "product": item.product_number, "name": item.title, "id": identifier.text,
            "serial": identifier.get("serial") or identifier.text}
