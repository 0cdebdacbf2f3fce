"""Something that counts only once it was kept pressed for long enough, and shows how far it has come."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

HOLD_MS = 1_500
STEP_MS = 30
GRACE_MS = 100
"""A key that repeats is let go and pressed again on some systems: only what stays let go for so long was let go."""


class Hold(QObject):
    """``filled`` with how far it has come (0 to 1, None once it has ended), ``full``, or ``let_go`` before that."""

    filled = Signal(object)
    full = Signal()
    let_go = Signal()

    def __init__(self, parent: QObject | None = None, for_ms: int = HOLD_MS) -> None:
        super().__init__(parent)
        self._for_ms = for_ms
        self._since = QElapsedTimer()
        self._step = QTimer(self, interval=STEP_MS)
        self._step.timeout.connect(self._grow)
        self._grace = QTimer(self, interval=GRACE_MS, singleShot=True)
        self._grace.timeout.connect(self._give_up)

    @property
    def on(self) -> bool:
        return self._step.isActive()

    def press(self) -> None:
        """It is pressed, or still is."""
        self._grace.stop()
        if not self.on:
            self._since.start()
            self._step.start()
            self.filled.emit(0.0)

    def release(self) -> None:
        if self.on:
            self._grace.start()

    def stop(self) -> None:
        """End it, whatever is pressed."""
        if self.on:
            self._step.stop()
            self._grace.stop()
            self.filled.emit(None)

    @Slot()
    def _grow(self) -> None:
        passed = self._since.elapsed()
        if passed < self._for_ms:
            self.filled.emit(passed / self._for_ms)
        elif not self._grace.isActive():
            self.stop()
            self.full.emit()

    @Slot()
    def _give_up(self) -> None:
        if self.on:
            self.stop()
            self.let_go.emit()
