"""Where claimed devices go: the targets of a connection, told apart by what may be claimed into them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QTimer, Slot

from station.core.news import ConnectionState, LineState, Refused, TargetCreated
from station.core.target import Target
from station.words import advise, say

from .bridge import Bridge
from .desk_state import DeskState
from .panel_list import ListField, Row, RowList
from .panel_parts import Panel, button, label
from .panel_wishes import PanelWishes
from .style import Style
from .target_connections import TargetConnections
from .target_rows import MAKE, TargetIndex
from .terms import TermsOf
from .wishes import Wishes

MANY = 1_000
TYPING_MS = 120
"""With so many targets the list is searched once the letters come to a rest."""


class TargetPicker(Panel):
    """Searched and chosen from by keyboard alone; where there are several connections, one is chosen first."""

    def __init__(
        self, bridge: Bridge, state: DeskState, wishes: Wishes, own_wishes: PanelWishes, style: Style, terms: TermsOf,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(say("targets.title"), style)
        self._state, self._wishes, self._own, self._terms, self._now = state, wishes, own_wishes, terms, now
        self._connection, self._making = "", ""
        self._index = TargetIndex((), now())
        self._indexed: tuple[Target, ...] | None = None
        self._connections = TargetConnections(state, style)
        self._list = RowList(say("targets.list"), style)
        self._field = ListField(self._list, say("targets.search"), say("targets.search"))
        self._says = label("", "muted")
        self._again = button(say("targets.again_short"), "quiet", say("targets.again"))
        self._again.setAccessibleName(say("targets.again"))
        self.head.insertWidget(1, self._again)
        for part in (self._connections, self._field, self._says):
            self.content.addWidget(part)
        self.content.addWidget(self._list, 1)
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._tell)
        self._connect(bridge)
        self.begin_at(self._field)

    def _connect(self, bridge: Bridge) -> None:
        self._field.textChanged.connect(self._narrow)
        self._field.taken.connect(self._take_current)
        self._list.picked.connect(self._pick)
        self._connections.picked.connect(self._go_to)
        self._again.clicked.connect(self._read)
        self._connections.mixed.connect(self._wishes.mix)
        self._state.changed.connect(self._follow)
        bridge.target_created.connect(self._made)
        bridge.refused.connect(self._not_made)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_list"):
            self._list.restyle(style)
            self._connections.restyle(style)
            self._tell()

    def opened(self) -> None:
        super().opened()
        self._field.clear()
        self._making = ""
        homeless = next((batch.connection for batch in self._state.plan.batches if not batch.target), "")
        self._connection = homeless if self._state.plan.mixed and homeless else self._state.connection
        self._read()
        self._tell()

    @Slot()
    def _follow(self) -> None:
        if self.isVisible():
            self._tell()

    @Slot()
    def _narrow(self) -> None:
        self._typing.stop()
        if len(self._index.targets) > MANY:
            self._typing.start()
        else:
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
        self._connections.tell(self._connection)
        line, targets = lines.get(self._connection), self._state.targets.get(self._connection)
        if targets != self._indexed:
            self._indexed, self._index = targets, TargetIndex(targets or (), self._now())
            self._list.set_lines(3 if self._index.has_facts else 2)
        text = self._field.text()
        rows = self._index.rows(text, self._target_now())
        made = self._index.row_to_make(text) if targets and self._terms(self._connection).new_targets else None
        if made is not None:
            rows.append(made)
        if rows != list(self._list.rows.rows):
            self._list.show_rows(rows)
        told = say("targets.making", path=self._making) if self._making else _status(line, targets, rows)
        self._says.setText(told)
        self._says.setVisible(bool(told))

    def _target_now(self) -> str:
        """The target that this connection's rows go to now."""
        if self._connection == self._state.connection:
            return self._state.plan.target
        return next((each.target for each in self._state.plan.batches if each.connection == self._connection), "")

    @Slot()
    def _take_current(self) -> None:
        self._typing.stop()
        self._tell()  # what was typed last counts
        current = self._list.current_key()
        if current:
            self._pick(current)

    @Slot(str)
    def _pick(self, key: str) -> None:
        if key == MAKE:
            self._making = self._field.text().strip()
            self._own.create_target(self._connection, self._making)
            self._tell()
            return
        found = next((t for t in self._state.targets.get(self._connection, ()) if t.id == key), None)
        if found is not None:
            self._wishes.choose(self._connection, found.id, found.title)
            self.close_wanted.emit()

    @Slot(str)
    def _go_to(self, connection: str) -> None:
        self._connection, self._making = connection, ""
        self._read()
        self._tell()
        self._field.setFocus()

    @Slot(object)
    def _made(self, created: TargetCreated) -> None:
        """The desk has chosen what it made: there is nothing left to choose."""
        if self._making and created.connection == self._connection:
            self._making = ""
            if self.isVisible():
                self.close_wanted.emit()

    @Slot(object)
    def _not_made(self, refused: Refused) -> None:
        if refused.wish == "create_target":
            self._making = ""
            self._follow()


def _status(line: ConnectionState | None, targets: tuple[Target, ...] | None, rows: Sequence[Row]) -> str:
    """What is to be said above the list, or an empty text."""
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
    if not rows:
        return say("targets.nothing_fits")
    if down:
        return say("targets.offline")
    closed = {target.id for target in targets if target.may_claim is False}
    return say("targets.greyed") if any(row.key in closed for row in rows) else ""
