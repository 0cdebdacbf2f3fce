"""Who claims: a known name, or one that is typed."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Slot

from station.words import say

from .bridge import DeskDoor
from .desk_state import DeskState
from .panel_list import ListField, Row, RowList
from .panel_parts import Asker, Panel, button, label
from .style import Style

LONGEST_NAME = 80


class OperatorPanel(Panel):
    """Offers the names of the settings and those that claimed here before; ``choose`` gets the one that is taken."""

    def __init__(
        self, desk: DeskDoor, state: DeskState, style: Style, known: Sequence[str], choose: Callable[[str], None]
    ) -> None:
        super().__init__(say("operator.title"), style)
        self._state, self._known, self._choose = state, tuple(known), choose
        self._before: tuple[str, ...] = ()
        self._list = RowList(say("operator.known"), style)
        self._list.set_lines(1)
        self._field = ListField(self._list, say("operator.name"), say("operator.placeholder"))
        self._field.setMaxLength(LONGEST_NAME)
        self._take = button(say("operator.take"), "main")
        self.content.addWidget(label(say("operator.why"), "muted"))
        self.content.addWidget(self._field)
        self.content.addWidget(self._list, 1)
        self.content.addWidget(self._take)
        self._asker = Asker(desk, self)
        self._asker.answered.connect(self._hear)
        self._field.textChanged.connect(self._narrow)
        self._field.taken.connect(self._take_current)
        self._take.clicked.connect(self._take_current)
        self._list.picked.connect(self._pick)
        self.begin_at(self._field)
        self._narrow()

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_list"):
            self._list.restyle(style)

    def opened(self) -> None:
        super().opened()
        self._field.clear()
        self._narrow()
        self._asker.ask(lambda reader: tuple(batch.operator for batch in reader.batches() if batch.operator))

    @Slot(object)
    def _hear(self, names: tuple[str, ...] | None) -> None:
        self._before = names or ()
        self._narrow()

    @Slot()
    def _narrow(self) -> None:
        typed = " ".join(self._field.text().split())
        now = self._state.operator
        names = dict.fromkeys((*self._known, *self._before, *([now] if now else ())))
        fitting = [name for name in names if typed.casefold() in name.casefold()]
        rows = [Row(name, name, chosen=not typed and name == now) for name in fitting]
        exact = next((row.key for row in rows if row.key.casefold() == typed.casefold()), "")
        if typed and not exact:
            rows.insert(0, Row(typed, say("operator.new", name=typed)))
        rows.sort(key=lambda row: row.key != exact)
        self._list.show_rows(rows, keep=False)
        self._take.setEnabled(bool(rows))

    @Slot()
    def _take_current(self) -> None:
        current = self._list.current_key()
        if current:
            self._pick(current)

    @Slot(str)
    def _pick(self, name: str) -> None:
        self._choose(name)
        self.close_wanted.emit()
