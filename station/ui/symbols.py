"""The drawn symbols: one path each, read from its SVG file and painted in any colour and size."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "icons"
SIDE = 24.0
"""Width and height that the paths of the files are drawn for."""

_STEP = re.compile(r"([MLCZ])([^MLCZ]*)")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A path on a square of 24; ``stroke`` is the width of its line, 0 where it is filled."""

    path: QPainterPath
    stroke: float


@cache
def symbol(name: str) -> Symbol:
    """Read a symbol; one that is missing is empty, for a missing picture must not stop the window.

    Qt's own SVG reader costs more to load than the whole window needs to start, and our files use four commands only:
    M, L, C and Z with absolute coordinates.
    """
    try:
        text = (FOLDER / f"{name}.svg").read_text("utf-8")
    except OSError:
        return Symbol(QPainterPath(), 0)
    steps = re.search(r'\bd="([^"]*)"', text)
    stroke = re.search(r'stroke-width="([\d.]+)"', text)
    return Symbol(_path(steps.group(1) if steps else ""), float(stroke.group(1)) if stroke else 0)


def _path(steps: str) -> QPainterPath:
    path = QPainterPath()
    for command, numbers in _STEP.findall(steps):
        values = [float(number) for number in numbers.replace(",", " ").split()]
        points = [QPointF(x, y) for x, y in zip(values[::2], values[1::2], strict=True)]
        if command == "M":
            path.moveTo(points[0])
        elif command == "L":
            path.lineTo(points[0])
        elif command == "C":
            path.cubicTo(points[0], points[1], points[2])
        else:
            path.closeSubpath()
    return path


def draw(painter: QPainter, name: str, rect: QRectF, colour: str) -> None:
    """Paint a symbol into a square in a colour; the painter is left as it was."""
    drawn = symbol(name)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / SIDE, rect.height() / SIDE)
    if drawn.stroke:
        pen = QPen(QColor(colour), drawn.stroke)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(drawn.path, pen)
    else:
        painter.fillPath(drawn.path, QColor(colour))
    painter.restore()


def icon(name: str, colour: str, side: int, ratio: float = 1.0) -> QIcon:
    """A symbol as an icon for a button, ``side`` pixels wide."""
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw(painter, name, QRectF(0, 0, side, side), colour)
    painter.end()
    return QIcon(pixmap)
