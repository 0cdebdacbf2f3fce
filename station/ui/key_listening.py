"""Whether keys of a scanner reach the station at all: its window is active and no dialog stands before it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication


class Listening(QObject):
    """Calls ``told`` with each change, and once at the start."""

    def __init__(self, app: QApplication, told: Callable[[bool], None]) -> None:
        super().__init__(app)
        self._told = told
        self._last: bool | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.look)
        app.applicationStateChanged.connect(self.look_soon)
        app.focusWindowChanged.connect(self.look_soon)
        self.look()

    @property
    def dialog_open(self) -> bool:
        return QGuiApplication.modalWindow() is not None or QApplication.activeModalWidget() is not None

    @Slot()
    def look_soon(self) -> None:
        """Dialogs tell that they open before they count as open."""
        self._later.start(0)

    @Slot()
    def look(self) -> None:
        active = QGuiApplication.applicationState() == Qt.ApplicationState.ApplicationActive
        listens = active and not self.dialog_open
        if listens != self._last:
            self._last = listens
            self._told(listens)
