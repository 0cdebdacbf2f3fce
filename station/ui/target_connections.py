"""The part of the target picker that says which connection is meant, and whether deliveries may be mixed."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.words import say

from .desk_state import DeskState
from .destinations import short_title, title_of
from .panel_list import Row, RowList
from .panel_tick import Tick
from .style import Style

MOST_SHOWN = 4


class TargetConnections(QWidget):
    """Seen only where several connections are set up; ``picked`` with a connection's name, ``mixed`` with yes or no."""

    picked = Signal(str)
    mixed = Signal(bool)

    def __init__(self, state: DeskState, style: Style) -> None:
        super().__init__()
        self._state = state
        self._list = RowList(say("targets.connections"), style)
        self._switch = Tick(say("targets.mixed"), style)
        self._switch.setToolTip(say("targets.mixed_means"))
        self._switch.setAccessibleDescription(say("targets.mixed_means"))
        self._list.set_lines(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 2)
        whole.setSpacing(4)
        whole.addWidget(self._list)
        whole.addWidget(self._switch)
        self._list.picked.connect(self.picked)
        self._switch.clicked.connect(self.mixed)

    def restyle(self, style: Style) -> None:
        self._list.restyle(style)
        self._switch.restyle(style)

    def tell(self, current: str) -> None:
        """Show the connections as they are, each with the target of its rows where rows of several are taken."""
        names = list(self._state.lines)
        rows = [Row(name, self._words(name), chosen=name == current) for name in names]
        self.setVisible(len(rows) > 1)
        self._switch.setChecked(self._state.plan.mixed)
        if rows != list(self._list.rows.rows):
            self._list.show_rows(rows, keep=False)
            self._list.setFixedHeight(self._list.sizeHintForRow(0) * min(len(rows), MOST_SHOWN) + 6)

    def _words(self, connection: str) -> str:
        title, target = title_of(self._state, connection), self._goes(connection)
        if not self._state.plan.mixed or not target:
            return title
        return say("targets.goes", connection=short_title(self._state, connection), target=target)

    def _goes(self, connection: str) -> str:
        """Where a connection's rows go, as far as that is known here."""
        plan = self._state.plan
        batch = next((each for each in plan.batches if each.connection == connection), None)
        title = plan.target_title if connection == self._state.connection else ""
        title = title or (batch.target_title if batch is not None else "")
        return title or (say("goes.no_target") if batch is not None else "")
