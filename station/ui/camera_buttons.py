"""Below the camera's picture: hold it still, mirror it, make it large, nearer and farther."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QWidget

from station.words import say

from .camera_view import STEP
from .panel_parts import button


class CameraButtons(QWidget):
    """``still``, ``mirror`` and ``large`` are switches; ``nearer`` comes with a factor."""

    nearer = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.still, self.mirror, self.large = (_switch(name) for name in ("still", "mirror", "large"))
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._both.setContentsMargins(0, 0, 0, 0)
        self._rows = QHBoxLayout(), QHBoxLayout()
        for row in self._rows:
            row.setSpacing(2)
            self._both.addLayout(row)
        for each in (self.still, self.mirror, self.large):
            self._rows[0].addWidget(each)
        self._rows[0].addStretch(1)
        self._rows[1].addStretch(1)
        for name, sign, by in (("zoom_out", "−", 1 / STEP), ("zoom_in", "+", STEP)):
            made = button(sign, "chip", say(f"camera.{name}"))
            made.setAccessibleName(say(f"camera.{name}"))
            made.clicked.connect(lambda _checked=False, by=by: self.nearer.emit(by))
            self._rows[1].addWidget(made)

    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In two rows where one has no room."""
        super().resizeEvent(event)
        fits = sum(row.sizeHint().width() for row in self._rows) <= self.width()
        ways = QBoxLayout.Direction
        self._both.setDirection(ways.LeftToRight if fits else ways.TopToBottom)

    def tell_still(self, still: bool) -> None:
        """Say what the first switch does now."""
        words = say("camera.go_on" if still else "camera.still")
        self.still.setText(words)
        self.still.setAccessibleName(words)


def _switch(name: str) -> QPushButton:
    made = button(say(f"camera.{name}"), "chip", say(f"camera.{name}_tooltip"))
    made.setCheckable(True)
    return made
