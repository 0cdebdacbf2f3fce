"""Paints all cells of the table, from layouts and pills that were made once."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPixmap, QStaticText
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from station.core.item import Item
from station.words import Sentence, Tone, age, status

from . import symbols
from .items_model import Column, Index, ItemsModel, cell_text
from .style import ROW, TEXT, Style

PAD = 12
"""Pixels left and right of a cell's text, at 100 %."""
PILL, PILL_PAD, SIGN = 26, 10, 12
"""Height of a pill, pixels before and after its content, side of its symbol, at 100 %."""
CACHED = 600
"""How many layouts and pills are kept."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Words:
    """What a row says, made once for a version of it."""

    item: Item
    texts: tuple[str, ...]
    sentence: Sentence


class ItemsDelegate(QStyledItemDelegate):
    def __init__(self, model: ItemsModel, style: Style, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.restyle(style)

    def restyle(self, style: Style) -> None:
        """Use other colours or sizes from the next painting on."""
        self._style = style
        colours = style.palette
        self._pad = style.px(PAD)
        self._fonts = {column: style.mono(TEXT) if column is Column.IDENTIFIER else style.font() for column in Column}
        self._metrics = {column: QFontMetrics(font) for column, font in self._fonts.items()}
        self._line = QColor(colours.line)
        self._surface, self._selected = QColor(colours.surface), QColor(colours.selected)
        self._accent = QColor(colours.action)
        quiet = {Column.NUMBER, Column.SCANNED}
        self._inks = {column: QColor(colours.muted if column in quiet else colours.text) for column in Column}
        self._cache: dict[Hashable, Any] = {}
        self._words: dict[int, _Words] = {}

    def age(self) -> None:
        """Time has passed: make the sentences anew at the next painting."""
        self._words.clear()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(self._style.px(80), self._style.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        column = index.column()
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rect, self._selected)
        painter.fillRect(rect.x(), rect.y() + rect.height() - 1, rect.width(), 1, self._line)
        if column == Column.NUMBER and state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(rect.x(), rect.y(), self._style.px(4), rect.height(), self._accent)
        item = self._model.item_at(index.row())
        if item is None:
            return
        if column == Column.STATUS:
            self._paint_pill(painter, rect, self._words_of(item).sentence, on_selected=selected)
        else:
            self._paint_text(painter, rect, column, item)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Show the whole text of a cell that was cut."""
        item = self._model.item_at(index.row()) if index.isValid() else None
        if event.type() is not QEvent.Type.ToolTip or item is None:
            return super().helpEvent(event, view, option, index)
        text = cell_text(item, index.column())
        room = view.visualRect(index).width() - 2 * self._pad
        if index.column() == Column.STATUS:
            room -= self._style.px(2 * PILL_PAD + SIGN + 6)
        cut = QFontMetrics(self._font_of(index.column())).horizontalAdvance(text) > room
        # A tooltip takes what looks like markup for markup; this keeps a scan's text plain.
        plain = text.replace("&", "&amp;").replace("<", "&lt;")
        QToolTip.showText(event.globalPos(), f"<span>{plain}</span>" if cut else "", view)
        return True

    def _font_of(self, column: int) -> QFont:
        return self._style.font(bold=True) if column == Column.STATUS else self._fonts[Column(column)]

    def _words_of(self, item: Item) -> _Words:
        words = self._words.get(item.id)
        if words is None or words.item is not item:
            now = datetime.now(UTC)
            texts = tuple(cell_text(item, column, now) for column in (0, 1, 2, 3))
            words = _Words(item, texts, status(item, now))
            if len(self._words) > CACHED:
                self._words.clear()
            self._words[item.id] = words
        return words

    def _paint_text(self, painter: QPainter, rect: QRect, column: int, item: Item) -> None:
        if column == Column.SCANNED:
            text = age(item.scanned_at, datetime.now(UTC))
        else:
            text = self._words_of(item).texts[column]
        if not text:
            return
        room = rect.width() - 2 * self._pad
        static, width, height = self._cached((text, column, room), lambda: self._lay_out(text, column, room))
        painter.setFont(self._fonts[column])  # type: ignore[index]
        painter.setPen(self._inks[column])  # type: ignore[index]
        left = rect.x() + rect.width() - self._pad - width if column == Column.NUMBER else rect.x() + self._pad
        painter.drawStaticText(QPoint(left, rect.y() + (rect.height() - 1 - height) // 2), static)

    def _lay_out(self, text: str, column: int, room: int) -> tuple[QStaticText, int, int]:
        metrics = self._metrics[Column(column)]
        how = Qt.TextElideMode.ElideMiddle if column == Column.IDENTIFIER else Qt.TextElideMode.ElideRight
        shown = metrics.elidedText(printable(text), how, room)
        static = QStaticText(shown)
        static.setTextFormat(Qt.TextFormat.PlainText)
        static.prepare(font=self._fonts[Column(column)])
        return static, metrics.horizontalAdvance(shown), metrics.height()

    def _paint_pill(self, painter: QPainter, rect: QRect, sentence: Sentence, *, on_selected: bool) -> None:
        room = rect.width() - 2 * self._pad
        ratio = painter.device().devicePixelRatio()
        key = (sentence, room, on_selected, ratio)
        pill: QPixmap = self._cached(key, lambda: self._draw_pill(sentence, room, ratio, on_selected=on_selected))
        painter.drawPixmap(rect.x() + self._pad, rect.y() + (rect.height() - 1 - self._style.px(PILL)) // 2, pill)

    def _draw_pill(self, sentence: Sentence, room: int, ratio: float, *, on_selected: bool) -> QPixmap:
        px = self._style.px
        font = self._style.font(bold=True)
        metrics = QFontMetrics(font)
        before, after = px(PILL_PAD + SIGN + 6), px(PILL_PAD)
        text = metrics.elidedText(printable(sentence.text), Qt.TextElideMode.ElideRight, room - before - after)
        width, height = before + metrics.horizontalAdvance(text) + after, px(PILL)
        pair = self._style.palette.tones[sentence.tone]
        pixmap = QPixmap(round(width * ratio), round(height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._surface if on_selected else QColor(pair.pill))
        painter.drawRoundedRect(QRectF(0, 0, width, height), height / 2, height / 2)
        sign = px(SIGN)
        symbols.draw(painter, _sign(sentence.tone), QRectF(px(PILL_PAD), (height - sign) / 2, sign, sign), pair.ink)
        painter.setFont(font)
        painter.setPen(QColor(pair.ink))
        painter.drawText(QRect(before, 0, width, height), int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()
        return pixmap

    def _cached(self, key: Hashable, make: Callable[[], T]) -> T:
        made: T | None = self._cache.get(key)
        if made is None:
            if len(self._cache) > CACHED:
                self._cache.clear()
            made = self._cache[key] = make()
        return made


def _sign(tone: Tone) -> str:
    return tone.value


def printable(text: str) -> str:
    """A text on one line; characters that steer (controls, bidi marks) become dots and disturb nothing around it."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "·" for char in text)
