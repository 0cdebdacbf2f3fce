"""Where a picture lies on the screen: fitted, enlarged about a place, mirrored; and the way back."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF

MOST = 12.0
"""How far a picture can be enlarged over its fitted size."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a person looks at the picture: ``zoom`` 1 shows all of it; ``x`` and ``y`` are the picture's pixels that are
    wanted in the middle."""

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0
    mirror: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Of a picture of ``size``, the part that is in view (its pixels) and the part of the view that it fills."""

    size: QSizeF
    source: QRectF
    target: QRectF
    mirror: bool

    @property
    def scale(self) -> float:
        """Pixels of the screen for one of the picture."""
        return self.target.width() / self.source.width() if self.source.width() else 1.0

    def of(self, x: float, y: float) -> QPointF:
        """Where a pixel of the picture is seen."""
        across = (x - self.source.left()) * self.scale
        down = (y - self.source.top()) * self.scale
        left = self.target.right() - across if self.mirror else self.target.left() + across
        return QPointF(left, self.target.top() + down)

    def back(self, point: QPointF) -> tuple[float, float]:
        """Which pixel of the picture is seen there."""
        across = self.target.right() - point.x() if self.mirror else point.x() - self.target.left()
        return (self.source.left() + across / self.scale,
                self.source.top() + (point.y() - self.target.top()) / self.scale)


def place(size: QSizeF, view: QSizeF, look: Look) -> Place:
    """Fit a picture into a view; enlarged, it shows no margin where there is more picture to show."""
    fitted = min(view.width() / size.width(), view.height() / size.height())
    scale = fitted * min(max(look.zoom, 1.0), MOST)
    width, height = min(view.width() / scale, size.width()), min(view.height() / scale, size.height())
    left = min(max(look.x - width / 2, 0.0), size.width() - width)
    top = min(max(look.y - height / 2, 0.0), size.height() - height)
    target = QRectF(0, 0, width * scale, height * scale)
    target.moveCenter(QPointF(view.width() / 2, view.height() / 2))
    return Place(size, QRectF(left, top, width, height), target, look.mirror)


def zoomed(look: Look, shown: Place, at: QPointF, by: float) -> Look:
    """Nearer or farther, with what is under the pointer staying there."""
    zoom = min(max(look.zoom * by, 1.0), MOST)
    x, y = shown.back(at)
    middle_x, middle_y = shown.source.center().x(), shown.source.center().y()
    keep = look.zoom / zoom
    return Look(zoom, x + (middle_x - x) * keep, y + (middle_y - y) * keep, look.mirror)


def moved(look: Look, shown: Place, across: float, down: float) -> Look:
    """Pulled by so many pixels of the screen."""
    middle = shown.source.center()
    across = -across if shown.mirror else across
    return Look(look.zoom, middle.x() - across / shown.scale, middle.y() - down / shown.scale, look.mirror)
