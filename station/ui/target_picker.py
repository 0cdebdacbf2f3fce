"""Where claimed devices go: the targets of the chosen connection, told apart by what may be claimed into them."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import Slot

from station.core.news import ConnectionState, LineState
from station.core.target import Target
from station.words import advise, say

from .desk_state import DeskState
from .panel_list import ListField, Row, RowList
from .panel_parts import Panel, button, label
from .style import Style
from .target_rows import fits, row_of
from .wishes import Wishes


class TargetPicker(Panel):
    """Searched and chosen from by keyboard alone; where there are several connections, one is chosen first."""

    def __init__(self, state: DeskState, wishes: Wishes, style: Style,
                 now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(say("targets.title"), style)
        self._state, self._wishes, self._now = state, wishes, now
        self._connection = ""
        self._connections = RowList(say("targets.connections"), style)
        self._list = RowList(say("targets.list"), style)
        self._field = ListField(self._list, say("targets.search"), say("targets.search"))
        self._says = label("", "muted")
        self._again = button(say("targets.again"))
        self.content.addWidget(self._connections)
        for part in (self._field, self._says):
            self.content.addWidget(part)
        self.content.addWidget(self._list, 1)
        self.content.addWidget(self._again)
        self._field.textChanged.connect(self._tell)
        self._field.taken.connect(self._take_current)
        self._list.picked.connect(self._pick)
        self._connections.picked.connect(self._go_to)
        self._again.clicked.connect(self._read)
        state.changed.connect(self._follow)
        self.begin_at(self._field)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_list"):
            self._list.restyle(style)
            self._connections.restyle(style)
            self._tell()

    def opened(self) -> None:
        super().opened()
        self._field.clear()
        self._connection = self._state.connection
        self._read()
        self._tell()

    @Slot()
    def _follow(self) -> None:
        if self.isVisible():
            self._tell()

    @Slot()
    def _read(self) -> None:
        if self._connection:
            self._wishes.read_targets(self._connection)

    @Slot()
    def _tell(self) -> None:
        """Show what is known now; what is on its way comes as news."""
        lines = self._state.lines
        if self._connection not in lines:
            self._connection = self._state.connection
        several = [Row(line.connection, line.title, chosen=line.connection == self._connection)
                   for line in lines.values()]
        self._connections.setVisible(len(several) > 1)
        self._connections.set_two_lines(False)
        self._connections.setFixedHeight(self._connections.sizeHintForRow(0) * min(len(several), 4) + 6)
        if [row.key for row in several] != [row.key for row in self._connections.rows.rows]:
            self._connections.show_rows(several)
        line, targets = lines.get(self._connection), self._state.targets.get(self._connection)
        noun = say(f"noun.{line.noun}") if line is not None else ""
        chosen = self._state.plan.target if self._connection == self._state.connection else ""
        wanted = [target for target in targets or () if fits(target, self._field.text())]
        self._list.show_rows([row_of(target, chosen, noun, self._now()) for target in wanted])
        told = self._status(line, targets, len(wanted))
        self._says.setText(told)
        self._says.setVisible(bool(told))

    def _status(self, line: ConnectionState | None, targets: tuple[Target, ...] | None, fitting: int) -> str:
        if line is None:
            return say("targets.no_connection")
        down = line.state in (LineState.OFFLINE, LineState.PAUSED)
        if targets is None:
            if not down:
                return say("targets.loading")
            cause = advise("error", str(line.cause), title=line.title).cause if line.cause else say("top.offline")
            return say("targets.offline_none", cause=cause)
        if not targets:
            return say("targets.none")
        if not fitting:
            return say("targets.nothing_fits")
        return say("targets.offline") if down else ""

    @Slot()
    def _take_current(self) -> None:
        current = self._list.current_key()
        if current:
            self._pick(current)

    @Slot(str)
    def _pick(self, key: str) -> None:
        found = next((t for t in self._state.targets.get(self._connection, ()) if t.id == key), None)
        if found is not None:
            self._wishes.choose(self._connection, found.id, found.title)
            self.close_wanted.emit()

    @Slot(str)
    def _go_to(self, connection: str) -> None:
        self._connection = connection
        self._read()
        self._tell()
        self._field.setFocus()
