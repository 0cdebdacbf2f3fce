"""The camera's picture: live or still, every code framed; it can be enlarged, pulled about and mirrored."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPointF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from station.words import say

from .camera_doors import Seen
from .camera_place import Look, Place, moved, place, zoomed
from .camera_tags import TagPainter
from .camera_words import Tag
from .style import RADIUS, Style

STEP = 1.25
"""How much nearer one step of the wheel or a key brings the picture."""
PULL = 60
"""Pixels by which an arrow key moves it."""


class CameraView(QWidget):
    """Paints what it is shown. ``still_wanted`` when Space is pressed, ``row_wanted`` with the ID of the row whose code
    was pressed, ``looked`` when it was enlarged or moved."""

    still_wanted = Signal()
    row_wanted = Signal(int)
    looked = Signal()

    def __init__(self, style: Style) -> None:
        super().__init__()
        self._style, self._painter = style, TagPainter(style)
        self.seen: Seen | None = None
        self._image = QImage()
        self.tags: tuple[Tag, ...] = ()
        self._still = False
        self.look = Look()
        """How a person looks at it."""
        self._pressed_at: QPointF | None = None
        self._pulled = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 90)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(say("camera.picture"))

    @property
    def place(self) -> Place | None:
        """Where the picture lies now; None where there is none."""
        if self._image.isNull():
            return None
        return place(QSizeF(self._image.size()), QSizeF(self.size()), self.look)

    def restyle(self, style: Style) -> None:
        self._style = style
        self._painter.restyle(style)
        self.update()

    def show_seen(self, seen: Seen | None, tags: tuple[Tag, ...], *, still: bool = False) -> None:
        """Show this frame from now on, with what is written on its codes."""
        self._still = still
        if seen is None or self.seen is None or seen.picture is not self.seen.picture:
            self._image = QImage() if seen is None else _image(seen.picture)
        # The array must live as long as the image: it is painted from the array's own memory.
        self.seen, self.tags = seen, tags
        self.update()

    def mirror(self, mirrored: bool) -> None:
        self.look = replace(self.look, mirror=mirrored)
        self.update()

    def zoom(self, by: float, at: QPointF | None = None) -> None:
        """Bring the picture nearer, about a place of the view or its middle; 0 shows all of it again."""
        shown = self.place
        if shown is None or not by:
            self.look = Look(mirror=self.look.mirror)
        else:
            self.look = zoomed(self.look, shown, at if at is not None else QPointF(self.rect().center()), by)
        self.update()
        self.looked.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._style.palette
        painter.fillRect(self.rect(), QColor(colours.page))
        shown = self.place
        if shown is not None and self.seen is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shown.scale < 1)
            painter.save()
            if shown.mirror:
                painter.translate(shown.target.center().x() * 2, 0)
                painter.scale(-1, 1)
            painter.drawImage(shown.target, self._image, shown.source)
            painter.restore()
            self._painter.paint(painter, shown, self.seen.sights, self.tags, rows=self._still)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.action), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS / 2, RADIUS / 2)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps:
            self.zoom(STEP**steps, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at, self._pulled = event.position(), False
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        shown = self.place
        if self._pressed_at is None or shown is None:
            return
        way = event.position() - self._pressed_at
        if self._pulled or way.manhattanLength() > self._style.px(6):
            self._pulled = True
            self._pull(shown, way.x(), way.y())
            self._pressed_at = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is not None and not self._pulled:
            shown = self.place
            item = _item_at(shown.back(event.position()), self.seen, self.tags) if shown and self.seen else 0
            if item:
                self.row_wanted.emit(item)
        self._pressed_at = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shown = event.key(), self.place
        if key == Qt.Key.Key_Space:
            self.still_wanted.emit()
        elif key in _ZOOMS:
            self.zoom(_ZOOMS[key])
        elif key in _PULLS and shown is not None:
            self._pull(shown, _PULLS[key][0] * PULL, _PULLS[key][1] * PULL)
        else:
            super().keyPressEvent(event)

    def _pull(self, shown: Place, across: float, down: float) -> None:
        self.look = moved(self.look, shown, across, down)
        self.update()
        self.looked.emit()


_ZOOMS: dict[int, float] = {
    Qt.Key.Key_Plus: STEP, Qt.Key.Key_Equal: STEP, Qt.Key.Key_Minus: 1 / STEP, Qt.Key.Key_0: 0.0,
}
_PULLS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
}


def _image(picture: Any) -> QImage:
    """The array as an image, painted from where it lies."""
    grey = picture.ndim == 2
    layout = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_BGR888
    return QImage(picture.data, picture.shape[1], picture.shape[0], picture.strides[0], layout)


def _item_at(at: tuple[float, float], seen: Seen, tags: tuple[Tag, ...]) -> int:
    """The row of the code at that pixel of the picture, 0 for none."""
    for sight, tag in zip(seen.sights, tags, strict=True):
        xs, ys = [x for x, _ in sight.corners], [y for _, y in sight.corners]
        if tag.item and min(xs) <= at[0] <= max(xs) and min(ys) <= at[1] <= max(ys):
            return tag.item
    return 0
