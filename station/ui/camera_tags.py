"""Draws the frames round the codes in view, each in the colour and with the symbol of its claim status."""

from collections.abc import Hashable, Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap, QPolygonF

from . import symbols
from .camera_doors import Sight
from .camera_place import Place
from .camera_words import Tag
from .items_delegate import printable
from .style import Style

LINE, HALO = 3, 6
PILL, SIGN, PAD, GAP = 22, 13, 6, 3
LONGEST = 40
"""Letters on one code."""
CACHED = 300


class TagPainter:
    """Paints frames first and what is written on them after, so that no words lie under a neighbour's frame."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._pills: dict[Hashable, QPixmap] = {}

    def restyle(self, style: Style) -> None:
        self._style = style
        self._pills.clear()

    def paint(
        self, painter: QPainter, place: Place, sights: Sequence[Sight], tags: Sequence[Tag], *, rows: bool
    ) -> None:
        """Paint all; ``rows`` writes the row's number beside the words, for a still picture."""
        frames = [QPolygonF([place.of(x, y) for x, y in sight.corners]) for sight in sights]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for frame, tag in zip(frames, tags, strict=True):
            self._paint_frame(painter, frame, tag)
        boxes = [frame.boundingRect() for frame in frames]
        taken: list[QRectF] = []
        view = QRectF(painter.viewport()).intersected(place.target.adjusted(-2, -2, 2, 2))
        for number, tag in enumerate(tags):
            if tag.sure and boxes[number].intersects(view):
                others = boxes[:number] + boxes[number + 1 :] + taken
                taken.append(self._paint_pill(painter, boxes[number], tag, others, view, rows=rows))

    def _paint_frame(self, painter: QPainter, frame: QPolygonF, tag: Tag) -> None:
        pair = self._style.palette.tones[tag.tone]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        halo = QPen(QColor(pair.pill), self._style.px(HALO))
        pen = QPen(QColor(pair.ink), self._style.px(LINE))
        for each in (halo, pen):
            each.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if not tag.sure:
            pen.setStyle(Qt.PenStyle.DotLine)
        for each in (halo, pen):
            painter.setPen(each)
            painter.drawPolygon(frame)

    def _paint_pill(
        self, painter: QPainter, box: QRectF, tag: Tag, others: list[QRectF], view: QRectF, *, rows: bool
    ) -> QRectF:
        """As many words as there is room for beside the others; at least the symbol. Gives the room that it took."""
        ratio = painter.device().devicePixelRatio()
        pixmap, room = self._pill(tag, "", ratio), QRectF()
        for text in _texts(tag, rows=rows):
            pixmap = self._pill(tag, text, ratio)
            width, height = pixmap.width() / ratio, pixmap.height() / ratio
            for room in _rooms(box, width, height, view):
                if not any(room.intersects(other) for other in others):
                    painter.drawPixmap(room.topLeft(), pixmap)
                    return room
        side = pixmap.height() / ratio
        room = QRectF(box.left(), box.top(), side, side)  # no room anywhere: upon the code itself
        painter.drawPixmap(room.topLeft(), pixmap)
        return room

    def _pill(self, tag: Tag, text: str, ratio: float) -> QPixmap:
        key = (tag.tone, text, ratio)
        if key not in self._pills:
            if len(self._pills) > CACHED:
                self._pills.clear()
            self._pills[key] = self._draw_pill(tag, text, ratio)
        return self._pills[key]

    def _draw_pill(self, tag: Tag, text: str, ratio: float) -> QPixmap:
        px = self._style.px
        font = self._style.font(12, bold=True)
        height, sign, pad = px(PILL), px(SIGN), px(PAD)
        words = QFontMetrics(font).horizontalAdvance(text)
        width = pad + sign + pad // 2 + words + pad if text else height
        pixmap = QPixmap(round(width * ratio), round(height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        pair = self._style.palette.tones[tag.tone]
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(pair.ink), 1))
        painter.setBrush(QColor(pair.pill))
        painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), height / 2 - 1, height / 2 - 1)
        left = pad if text else (width - sign) / 2
        symbols.draw(painter, tag.tone.value, QRectF(left, (height - sign) / 2, sign, sign), pair.ink)
        painter.setFont(font)
        painter.setPen(QColor(pair.ink))
        room = QRectF(pad + sign + pad // 2, 0, words + pad, height)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()
        return pixmap


def _texts(tag: Tag, *, rows: bool) -> Iterator[str]:
    """What may be written on a code, the most first."""
    words = printable(tag.words)[:LONGEST]
    if rows and tag.row:
        yield f"{tag.row} · {words}"
        yield str(tag.row)
    else:
        yield words
    yield ""


def _rooms(box: QRectF, width: float, height: float, view: QRectF) -> Iterator[QRectF]:
    """Above the code, below it, inside it on top; moved so that nothing is cut off."""
    left = min(max(box.left() - GAP, view.left()), view.right() - width)
    for top in (box.top() - height - GAP, box.bottom() + GAP, box.top() + GAP):
        room = QRectF(QPointF(left, top), QPointF(left + width, top + height))
        if view.contains(room):
            yield room
