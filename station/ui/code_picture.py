"""A code on the screen that a scanner can read: dark on light in any theme, each module a whole number of dots."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from station.reports.codes import Modules

_LIGHT, _DARK = "#FFFFFF", "#000000"
BARS_HIGH = 64
"""Height of bars, in pixels at 100 %."""


class CodePicture(QWidget):
    """Paints a code as large as the room allows; ``largest`` is a side in pixels."""

    def __init__(self, code: Modules, name: str, largest: int) -> None:
        super().__init__()
        self._code, self._largest = code, largest
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(self._wide)
        self.setFixedHeight(self._high * min(self._largest // self._wide, 12) if self._is_square else BARS_HIGH + 16)

    @property
    def _is_square(self) -> bool:
        return len(self._code.rows) > 1

    @property
    def _wide(self) -> int:
        return self._code.width + 2 * self._code.edge

    @property
    def _high(self) -> int:
        return len(self._code.rows) + 2 * self._code.edge

    def sizeHint(self) -> QSize:
        return QSize(max(self._largest, self._wide), self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_code(painter, self._code, self.rect())
        painter.end()


def paint_code(painter: QPainter, code: Modules, room: QRect) -> None:
    """Paint a code with its light edge into the middle of a room given in device dots."""
    wide, high = code.width + 2 * code.edge, len(code.rows) + 2 * code.edge
    bars = len(code.rows) == 1
    step = max(1, room.width() // wide if bars else min(room.width() // wide, room.height() // high))
    tall = room.height() - 8 if bars else step
    left = room.x() + (room.width() - step * wide) // 2
    top = room.y() + (4 if bars else (room.height() - step * high) // 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.fillRect(QRect(left, room.y() if bars else top, step * wide, room.height() if bars else step * high),
                     QColor(_LIGHT))
    first = 0 if bars else code.edge
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(_DARK))
    for y, row in enumerate(code.rows):
        x = 0
        while x < code.width:
            run = x
            while run < code.width and row[run]:
                run += 1
            if run > x:
                painter.drawRect(left + (code.edge + x) * step, top + (first + y) * step, (run - x) * step, tall)
            x = run + 1 if run == x else run
