"""Says when a widget comes into view and when it leaves it, by a closed panel or by a minimised window."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

_TURNS = frozenset({QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowStateChange})


class InView(QObject):
    """Watches one widget and the window that it is in."""

    changed = Signal(bool)

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self._watched, self._window = watched, watched.window()
        self._is = False
        watched.installEventFilter(self)

    def __bool__(self) -> bool:
        return self._is

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _TURNS:
            if self._watched.window() is not self._window:  # it was given to a window meanwhile
                self._window = self._watched.window()
                self._window.installEventFilter(self)
            self._tell()
        return False

    def _tell(self) -> None:
        now = self._watched.isVisible() and not self._watched.window().isMinimized()
        if now != self._is:
            self._is = now
            self.changed.emit(now)
