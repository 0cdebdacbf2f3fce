"""Below the camera's picture: hold it still, mirror it, make it large, nearer and farther."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from station.words import say

from .camera_view import STEP
from .panel_parts import button


class CameraButtons(QWidget):
    """``still``, ``mirror`` and ``large`` are switches; ``nearer`` comes with a factor."""

    nearer = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.still, self.mirror, self.large = (_switch(name) for name in ("still", "mirror", "large"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for each in (self.still, self.mirror, self.large):
            row.addWidget(each)
        row.addStretch(1)
        for name, sign, by in (("zoom_out", "−", 1 / STEP), ("zoom_in", "+", STEP)):
            made = button(sign, "chip", say(f"camera.{name}"))
            made.setAccessibleName(say(f"camera.{name}"))
            made.clicked.connect(lambda _checked=False, by=by: self.nearer.emit(by))
            row.addWidget(made)

    def tell_still(self, still: bool) -> None:
        """Say what the first switch does now."""
        words = say("camera.go_on" if still else "camera.still")
        self.still.setText(words)
        self.still.setAccessibleName(words)


def _switch(name: str) -> QPushButton:
    made = button(say(f"camera.{name}"), "chip", say(f"camera.{name}_tooltip"))
    made.setCheckable(True)
    return made
