"""The place beside the table where panels stand: details, targets, operators and whatever else is added."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QStackedLayout, QWidget

from station.words import say

DETAILS = "details"
"""The panel that stands open by itself where there is room."""


class Panels(QFrame):
    """Holds panels by name and shows one at a time; ``closed`` when the person closes the one that was opened."""

    added = Signal(str)
    opened = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "surface")
        self.setAccessibleName(say("access.panels"))
        self._panels: dict[str, QWidget] = {}
        self._open = ""
        self._wide = False
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(1, 1, 1, 1)
        self.hide()

    def __contains__(self, name: object) -> bool:
        return name in self._panels

    @property
    def open_name(self) -> str:
        """The panel that was opened, or an empty text."""
        return self._open

    @property
    def wanted_width(self) -> int:
        """How wide, at 100 %, the panel in view wants to be at least; 0 for as wide as they all are."""
        return int(getattr(self._panels.get(self._open), "wanted_width", 0))

    @property
    def wanted_share(self) -> float:
        """How much of the window's width the panel in view wants beside the table; 0 for as much as they all get."""
        return float(getattr(self._panels.get(self._open), "wanted_share", 0))

    def add(self, name: str, panel: QWidget) -> None:
        """Give the window a panel; its key and its button work from now on."""
        self._panels[name] = panel
        self._stack.addWidget(panel)
        self._settle()
        self.added.emit(name)

    def open(self, name: str) -> bool:
        """Show a panel and give it the keyboard; False where there is none of that name."""
        if name not in self._panels:
            return False
        self._open = name
        self._settle()
        self._panels[name].setFocus(Qt.FocusReason.OtherFocusReason)
        self.opened.emit(name)
        return True

    def close_open(self) -> bool:
        """Close what was opened; False if nothing was."""
        if not self._open:
            return False
        self._open = ""
        self._settle()
        self.closed.emit()
        return True

    def set_wide(self, wide: bool) -> None:
        """Whether there is room beside the table; without it the panels lie over it while they are open."""
        self._wide = wide
        self._settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.close_open():
            return
        super().keyPressEvent(event)

    def _settle(self) -> None:
        name = self._open or (DETAILS if self._wide and DETAILS in self._panels else "")
        if name:
            self._stack.setCurrentWidget(self._panels[name])
        self.setVisible(bool(name))
