"""What the window knows of the desk: the plan, the connections, and what is chosen."""

from PySide6.QtCore import QObject, Signal, Slot

from station.core.batch import Batch
from station.core.news import ConnectionState, Counts, LineState, Plan, TargetsRead
from station.core.target import Target

from .bridge import Bridge


class DeskState(QObject):
    """Listens to a ``Bridge``; ``changed`` after each change of anything here."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plan = Plan((), Counts())
        self.lines: dict[str, ConnectionState] = {}
        self.targets: dict[str, tuple[Target, ...]] = {}
        self.connection = ""
        self.claiming = False
        self._operator = ""
        self._titles: dict[str, str] = {}
        bridge.plan.connect(self._take_plan)
        bridge.connection.connect(self._take_line)
        bridge.targets_read.connect(self._take_targets)

    def choose(self, connection: str, title: str = "") -> None:
        """The person chose a connection, and perhaps a target of it; the desk is told by whoever asked."""
        self.connection = connection
        if title:
            self._titles[connection] = title
        self.changed.emit()

    def choose_operator(self, name: str) -> None:
        """The person said who they are; the desk is told by whoever asked."""
        self._operator = name.strip()
        self.changed.emit()

    def set_claiming(self, claiming: bool) -> None:
        if claiming != self.claiming:
            self.claiming = claiming
            self.changed.emit()

    @property
    def batch(self) -> Batch | None:
        """The open batch of the chosen connection."""
        return next((batch for batch in self.plan.batches if batch.connection == self.connection), None)

    @property
    def line(self) -> ConnectionState | None:
        return self.lines.get(self.connection)

    @property
    def offline(self) -> bool:
        """Whether what is claimed now has to wait in the queue."""
        names = {batch.connection for batch in self.plan.batches} or {self.connection}
        down = (LineState.OFFLINE, LineState.PAUSED)
        return any(self.lines[name].state in down for name in names if name in self.lines)

    @property
    def practice(self) -> bool:
        batch, line = self.batch, self.line
        return bool((batch is not None and batch.practice) or (line is not None and line.practice))

    @property
    def operator(self) -> str:
        batch = self.batch
        return self._operator or self.plan.operator or (batch.operator if batch is not None else "")

    @property
    def target_title(self) -> str:
        batch = self.batch
        if batch is not None and (batch.target_title or batch.target):
            return batch.target_title or batch.target
        if self.connection == self.plan.connection:
            return self.plan.target_title
        return self._titles.get(self.connection, "")

    @Slot(object)
    def _take_plan(self, plan: Plan) -> None:
        self.plan = plan
        names = [batch.connection for batch in plan.batches]
        self.connection = self.connection or plan.connection
        if names and (not self.connection or self.connection not in (*names, *self.lines)):
            self.connection = max(plan.batches, key=lambda batch: batch.opened_at).connection
        self.changed.emit()

    @Slot(object)
    def _take_line(self, line: ConnectionState) -> None:
        self.lines[line.connection] = line
        self.connection = self.connection or line.connection
        self.changed.emit()

    @Slot(object)
    def _take_targets(self, read: TargetsRead) -> None:
        self.targets[read.connection] = read.targets
        self.changed.emit()
