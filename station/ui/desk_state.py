"""What the window knows of the desk: the plan, the connections, and what is chosen."""

from PySide6.QtCore import QObject, Signal, Slot

from station.core.batch import Batch
from station.core.news import ConnectionGone, ConnectionState, Counts, LineState, Plan, TargetsRead
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
        self.claiming = False
        self.started = False
        bridge.ready.connect(self._start)
        bridge.plan.connect(self._take_plan)
        bridge.connection.connect(self._take_line)
        bridge.connection_gone.connect(self._let_go)
        bridge.targets_read.connect(self._take_targets)

    def set_claiming(self, claiming: bool) -> None:
        if claiming != self.claiming:
            self.claiming = claiming
            self.changed.emit()

    @property
    def connection(self) -> str:
        """The chosen connection; the only one while none is chosen."""
        return self.plan.connection or (next(iter(self.lines)) if len(self.lines) == 1 else "")

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
        return not ways(self).isdisjoint((LineState.OFFLINE, LineState.PAUSED))

    @property
    def practice(self) -> bool:
        batch, line = self.batch, self.line
        return bool((batch is not None and batch.practice) or (line is not None and line.practice))

    @property
    def operator(self) -> str:
        return self.plan.operator

    @property
    def target_title(self) -> str:
        return self.plan.target_title or self.plan.target

    @Slot(object)
    def _start(self, _ready: object) -> None:
        self.started = True
        self.changed.emit()

    @Slot(object)
    def _take_plan(self, plan: Plan) -> None:
        self.plan = plan
        self.changed.emit()

    @Slot(object)
    def _take_line(self, line: ConnectionState) -> None:
        self.lines[line.connection] = line
        self.changed.emit()

    @Slot(object)
    def _let_go(self, gone: ConnectionGone) -> None:
        self.lines.pop(gone.connection, None)
        self.targets.pop(gone.connection, None)
        self.changed.emit()

    @Slot(object)
    def _take_targets(self, read: TargetsRead) -> None:
        self.targets[read.connection] = read.targets
        self.changed.emit()


def ways(state: DeskState) -> set[LineState]:
    """What is known of the ways that the open batches would go."""
    names = {batch.connection for batch in state.plan.batches} or {state.connection}
    return {state.lines[name].state for name in names if name in state.lines}
