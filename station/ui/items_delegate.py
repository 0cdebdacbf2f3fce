"""Paints the rows of the table, from layouts and pills that were made once."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPixmap, QStaticText
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from station.core.item import Item
from station.words import Sentence, status

from . import symbols
from .items_model import Column, Index, ItemsModel
from .style import ROW, TEXT, Style

PAD = 12
"""Pixels left and right of a cell's text, at 100 %."""
PILL, PILL_PAD, SIGN = 26, 10, 12
"""Height of a pill, pixels before and after its content, side of its symbol, at 100 %."""
CACHED = 600
"""How many layouts and pills are kept."""

T = TypeVar("T")


class RowPlace(NamedTuple):
    """A row in view: its place from the top of the viewport, and whether it is selected and the current one."""

    row: int
    top: int
    selected: bool
    current: bool


class ColumnPlace(NamedTuple):
    """A column in view."""

    column: Column
    left: int
    width: int


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
        quiet = {Column.NUMBER, Column.PLACE, Column.SCANNED}
        self._inks = {column: QColor(colours.muted if column in quiet else colours.text) for column in Column}
        self._cache: dict[Hashable, Any] = {}
        self._words: dict[int, _Words] = {}

    def age(self) -> None:
        """Time has passed: make the sentences anew at the next painting."""
        self._words.clear()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(self._style.px(80), self._style.px(ROW))

    def paint_rows(self, painter: QPainter, rows: Sequence[RowPlace], columns: Sequence[ColumnPlace]) -> None:
        """Paint what is in view in one go: a call from Qt for each cell costs more than the painting itself, and
        while other threads are busy each of them would have to wait for its turn."""
        if not rows or not columns:
            return
        left, height = columns[0].left, self._style.px(ROW)
        width = columns[-1].left + columns[-1].width - left
        for place in rows:
            if place.selected:
                painter.fillRect(left, place.top, width, height, self._selected)
            painter.fillRect(left, place.top + height - 1, width, 1, self._line)
            if place.current:
                painter.fillRect(left, place.top, self._style.px(4), height, self._accent)
        shown = [(place, item) for place in rows if (item := self._model.item_at(place.row)) is not None]
        for column in columns:
            if column.column == Column.STATUS:
                for place, item in shown:
                    self._paint_pill(painter, column, place, self._words_of(item).sentence)
            else:
                self._paint_texts(painter, column, shown)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Show the whole text of a cell that was cut."""
        item = self._model.item_at(index.row()) if index.isValid() else None
        if event.type() is not QEvent.Type.ToolTip or item is None:
            return super().helpEvent(event, view, option, index)
        text = self._model.text_of(item, index.column())
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
            texts = tuple(self._model.text_of(item, column, now) for column in range(Column.PLACE))
            words = _Words(item, texts, status(item, now))
            if len(self._words) > CACHED:
                self._words.clear()
            self._words[item.id] = words
        return words

    def _paint_texts(self, painter: QPainter, place: ColumnPlace, shown: Sequence[tuple[RowPlace, Item]]) -> None:
        column, room = place.column, place.width - 2 * self._pad
        right = place.left + place.width - self._pad
        now = datetime.now(UTC)
        painter.setFont(self._fonts[column])
        painter.setPen(self._inks[column])
        for at, item in shown:
            aged = column in (Column.PLACE, Column.SCANNED)  # these change while the row does not
            text = self._model.text_of(item, column, now) if aged else self._words_of(item).texts[column]
            if text:
                laid_out = self._cache.get((text, column, room))
                if laid_out is None:
                    laid_out = self._keep((text, column, room), self._lay_out(text, column, room))
                static, width, down = laid_out
                left = right - width if column == Column.NUMBER else place.left + self._pad
                painter.drawStaticText(left, at.top + down, static)

    def _lay_out(self, text: str, column: int, room: int) -> tuple[QStaticText, int, int]:
        metrics = self._metrics[Column(column)]
        how = Qt.TextElideMode.ElideMiddle if column == Column.IDENTIFIER else Qt.TextElideMode.ElideRight
        shown = metrics.elidedText(printable(text), how, room)
        static = QStaticText(shown)
        static.setTextFormat(Qt.TextFormat.PlainText)
        static.prepare(font=self._fonts[Column(column)])
        return static, metrics.horizontalAdvance(shown), (self._style.px(ROW) - 1 - metrics.height()) // 2

    def _paint_pill(self, painter: QPainter, column: ColumnPlace, row: RowPlace, sentence: Sentence) -> None:
        room, ratio = column.width - 2 * self._pad, painter.device().devicePixelRatio()
        key = (sentence, room, row.selected, ratio)
        pill = self._cache.get(key)
        if pill is None:
            pill = self._keep(key, self._draw_pill(sentence, room, ratio, on_selected=row.selected))
        down = (self._style.px(ROW) - 1 - self._style.px(PILL)) // 2
        painter.drawPixmap(column.left + self._pad, row.top + down, pill)

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
        symbols.draw(painter, sentence.tone.value, QRectF(px(PILL_PAD), (height - sign) / 2, sign, sign), pair.ink)
        painter.setFont(font)
        painter.setPen(QColor(pair.ink))
        painter.drawText(QRect(before, 0, width, height), int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()
        return pixmap

    def _keep(self, key: Hashable, made: T) -> T:
        if len(self._cache) > CACHED:
            self._cache.clear()
        self._cache[key] = made
        return made


def printable(text: str) -> str:
    """A text on one line; characters that steer (controls, bidi marks) become dots and disturb nothing around it."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "·" for char in text)
