"""A list of two-line rows that paints only what is in view, and a field that narrows it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from station.words import Tone

from .items_delegate import printable
from .style import Style

Index = QModelIndex | QPersistentModelIndex
PAD, STEP = 10, 16


@dataclass(frozen=True, slots=True)
class Row:
    """A row: ``key`` is what it stands for, ``line`` and ``more`` stand below its title, ``depth`` steps to the right.

    One that is not ``enabled`` is greyed.
    """

    key: str
    title: str
    line: str = ""
    enabled: bool = True
    tone: Tone | None = None
    mono: bool = False
    chosen: bool = False
    more: str = ""
    depth: int = 0

    @property
    def spoken(self) -> str:
        return ", ".join(part for part in (self.title, self.line, self.more) if part)


class Rows(QAbstractListModel):
    """The rows of a list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.spoken
        if role == Qt.ItemDataRole.ToolTipRole:  # a tooltip takes what looks like markup for markup
            return f"<span>{escape(row.spoken)}</span>"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        usable = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usable if index.isValid() and self.rows[index.row()].enabled else Qt.ItemFlag.NoItemFlags


class RowsDelegate(QStyledItemDelegate):
    """Paints a row: its title, and up to two quieter lines below it."""

    def __init__(self, model: Rows, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.lines = 2
        self.restyle(style)

    def restyle(self, style: Style) -> None:
        self._style = style
        self._title, self._mono, self._line = style.font(13, bold=True), style.mono(13), style.font(12)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        heights = QFontMetrics(self._title).height() + QFontMetrics(self._line).height() * (self.lines - 1)
        return QSize(self._style.px(80), heights + self._style.px(14))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.rows[index.row()]
        colours, px = self._style.palette, self._style.px
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colours.selected))
            painter.fillRect(rect.x(), rect.y(), px(3), rect.height(), QColor(colours.action))
        elif row.enabled and state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.hover))
        room = rect.adjusted(px(PAD + STEP * row.depth), px(6), -px(PAD), -px(6))
        ink = colours.text if row.enabled else colours.muted
        self._write(painter, room, row.title, mono=row.mono, ink=ink, bold=True)
        tone = colours.tones[row.tone].ink if row.tone is not None else colours.muted
        down = QFontMetrics(self._title).height() + px(2)
        for line, colour in ((row.line, tone), (row.more, colours.muted)):
            if line and self.lines > 1:
                self._write(painter, room.adjusted(0, down, 0, 0), line, mono=False, ink=colour, bold=False)
                down += QFontMetrics(self._line).height()

    def _write(self, painter: QPainter, rect: QRect, text: str, *, mono: bool, ink: str, bold: bool) -> None:
        font = self._mono if mono else (self._title if bold else self._line)
        metrics = QFontMetrics(font)
        how = Qt.TextElideMode.ElideMiddle if mono else Qt.TextElideMode.ElideRight
        shown = metrics.elidedText(printable(text), how, rect.width())
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), shown)


class RowList(QListView):
    """A list of rows; ``picked`` with a row's key on Enter or a click on one that may be picked."""

    picked = Signal(str)

    def __init__(self, name: str, style: Style, parent: QWidget | None = None, *, to_choose: bool = True) -> None:
        super().__init__(parent)
        self.rows = Rows(self)
        self._to_choose = to_choose
        self._drawn_by = RowsDelegate(self.rows, style, self)
        self.setModel(self.rows)
        self.setItemDelegate(self._drawn_by)
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.clicked.connect(self._pick)

    def restyle(self, style: Style) -> None:
        self._drawn_by.restyle(style)
        self.doItemsLayout()

    def set_lines(self, lines: int) -> None:
        """How many lines each row has, 1 to 3."""
        if lines != self._drawn_by.lines:
            self._drawn_by.lines = lines
            self.doItemsLayout()

    def show_rows(self, rows: Sequence[Row], *, keep: bool = True) -> None:
        """Show rows; current is the one that was (``keep``), else the chosen one, else the first that may be picked."""
        before = self.current_key() if keep else ""
        self.rows.show_rows(rows)
        usable = [at for at, row in enumerate(rows) if row.enabled]
        marked = [at for at in usable if rows[at].key == before] or [at for at in usable if rows[at].chosen]
        if marked or (usable and self._to_choose):
            self.setCurrentIndex(self.rows.index((marked or usable)[0]))

    def current_key(self) -> str:
        at = self.currentIndex().row()
        return self.rows.rows[at].key if 0 <= at < len(self.rows.rows) else ""

    def step(self, by: int) -> None:
        """Make the next row that may be picked current, up (-1) or down (1)."""
        at = self.currentIndex().row() + by
        while 0 <= at < len(self.rows.rows):
            if self.rows.rows[at].enabled:
                self.setCurrentIndex(self.rows.index(at))
                return
            at += by

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Letters never jump about: they may be the first ones of a scan."""

    @Slot(QModelIndex)
    def _pick(self, index: QModelIndex) -> None:
        if index.isValid() and self.rows.rows[index.row()].enabled:
            self.picked.emit(self.rows.rows[index.row()].key)


class ListField(QLineEdit):
    """A field above a list: the arrow keys walk in the list, ``taken`` on Enter."""

    taken = Signal()

    def __init__(self, rows: RowList, name: str, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._rows.step(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
        else:
            super().keyPressEvent(event)
