"""A box to tick, drawn in the window's own colours: yes is a tick, not a colour alone."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from . import symbols
from .style import Style

SIDE, GAP = 18, 8
"""Pixels of the box and between it and its words, at 100 %."""


class Tick(QCheckBox):
    def __init__(self, text: str, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._style = style
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def restyle(self, style: Style) -> None:
        self._style = style
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self.text()) + self._style.px(SIDE + GAP + 6)
        return QSize(wide, max(self._style.px(SIDE + 8), self.fontMetrics().height() + 8))

    def hitButton(self, _place: object) -> bool:
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours, px = self._style.palette, self._style.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = px(SIDE)
        box = QRectF(1.5, (self.height() - side) / 2, side, side)
        on = self.isChecked()
        edge = colours.action if on or self.hasFocus() else colours.muted
        painter.setPen(QPen(QColor(edge), 2))
        painter.setBrush(QColor(colours.action if on else colours.surface))
        painter.drawRoundedRect(box, 4, 4)
        if on:
            symbols.draw(painter, "done", box.adjusted(2, 2, -2, -2), colours.on_action)
        painter.setPen(QColor(colours.text))
        left = round(box.right()) + px(GAP)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(left, 0, self.width() - left, self.height(), middle, self.text())
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.action), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(left - 3, 2, self.fontMetrics().horizontalAdvance(self.text()) + 6, self.height() - 5)
        painter.end()
