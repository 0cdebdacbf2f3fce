"""The table of scanned rows: its columns, its keys and its menu."""

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView, QWidget

from station.words import say

from .items_delegate import ColumnPlace, ItemsDelegate, RowPlace
from .items_model import Column, ItemsModel
from .name_editor import NameEditor
from .style import ROW, Style

NUMBER_WIDTH, SCANNED_WIDTH = 56, 92
SHARES = {Column.IDENTIFIER: 0.25, Column.WHAT: 0.17, Column.NAME: 0.17, Column.STATUS: 0.41}
"""How the columns between the first and the last share the rest of the width."""
NARROW = 700
"""Below this width, at 100 %, what a row is stands in the details alone."""
REPAINT_MS = 5_000
"""How often the ages are painted anew."""


_NOWHERE = QModelIndex()


class ItemsTable(QTableView):
    """Shows an ``ItemsModel``. Nothing that a scanner types can edit it: names have an editor of their own."""

    current_changed = Signal(int)  # the row's ID, 0 for none
    entered = Signal(int)  # Enter on a row
    renamed = Signal(int, str)
    menu_wanted = Signal(QPoint)  # a place on the screen
    opened = Signal(int)  # double click, or Space

    def __init__(self, model: ItemsModel, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items = model
        self._drawn_by = ItemsDelegate(model, style, self)
        self.setModel(model)
        self.setItemDelegate(self._drawn_by)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)  # Tab leaves the table
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setAccessibleName(say("access.table"))
        self._empty = QLabel(say("table.empty"), self.viewport())
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("look", "empty")
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._set_up_headers()
        self.restyle(style)
        self._ageing = QTimer(self, interval=REPAINT_MS)
        self._ageing.timeout.connect(self._age)
        self._ageing.start()
        for changed in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            changed.connect(self._show_emptiness)
        self.selectionModel().currentRowChanged.connect(self._tell_current)

    def restyle(self, style: Style) -> None:
        self._style = style
        self._drawn_by.restyle(style)
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(style.px(ROW))
        rows.setDefaultSectionSize(style.px(ROW))
        self.horizontalHeader().setFixedHeight(style.px(ROW))
        self._fit_columns()

    def say_when_empty(self, text: str) -> None:
        """What an empty table says."""
        self._empty.setText(text)

    def current_id(self) -> int:
        return self.items.rows.id_at(self.currentIndex().row())

    def selected_ids(self) -> list[int]:
        """The selected rows, from the top."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.items.rows.id_at(row) for row in rows]

    def go_to(self, item_id: int) -> None:
        """Select a row and bring it into view."""
        row = self.items.rows.row_of(item_id)
        if row >= 0:
            self.selectRow(row)
            if row == 0:
                self.scrollToTop()
            else:
                self.scrollTo(self.currentIndex())

    def rename(self, item_id: int) -> None:
        """Open the editor for a row's name, over its cell."""
        row = self.items.rows.row_of(item_id)
        item = self.items.item_at(row) if row >= 0 else None
        if item is not None:
            index = self.items.index(row, Column.NAME)
            self.scrollTo(index)
            editor = NameEditor(item.name, self.viewport(), self)
            editor.setGeometry(self.visualRect(index).adjusted(2, 3, -2, -4))
            editor.finished.connect(lambda name: self.renamed.emit(item_id, name))
            editor.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current_id()
        if current and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(current)
        elif current and event.key() == Qt.Key.Key_Space:
            self.opened.emit(current)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Letters never jump about in the table: they may be the first ones of a scan."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        if self.selected_ids():
            self.menu_wanted.emit(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        self._drawn_by.paint_rows(painter, self._rows_in(event.rect()), self._columns_in_view())
        painter.end()

    def _rows_in(self, rect: QRect) -> list[RowPlace]:
        first = self.rowAt(rect.top())
        if first < 0:
            return []
        last = self.rowAt(rect.bottom())
        last = last if last >= 0 else self.items.rowCount() - 1
        chosen = self.selectionModel()
        current = self.currentIndex().row() if self.hasFocus() else -1
        top, height = self.rowViewportPosition(first), self.rowHeight(first)
        return [
            RowPlace(row, top + (row - first) * height, chosen.isRowSelected(row, _NOWHERE), row == current)
            for row in range(first, last + 1)
        ]

    def _columns_in_view(self) -> list[ColumnPlace]:
        places = ((column, self.columnViewportPosition(column), self.columnWidth(column)) for column in Column)
        return [ColumnPlace(*place) for place in places if place[2]]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _set_up_headers(self) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(True)
        columns.setSortIndicatorShown(False)
        columns.setAccessibleName(say("access.header"))
        self.doubleClicked.connect(self._open)

    def _fit_columns(self) -> None:
        header = self.horizontalHeader()
        first, last = self._style.px(NUMBER_WIDTH), self._style.px(SCANNED_WIDTH)
        rest = self.viewport().width() - first - last
        header.resizeSection(Column.NUMBER, first)
        narrow = self.viewport().width() < self._style.px(NARROW)
        self.setColumnHidden(Column.WHAT, narrow)
        shares = {column: share for column, share in SHARES.items() if not (narrow and column is Column.WHAT)}
        for column, share in shares.items():
            header.resizeSection(column, int(rest * share / sum(shares.values())))
        taken = sum(header.sectionSize(column) for column in (Column.NUMBER, *shares))
        header.resizeSection(Column.SCANNED, self.viewport().width() - taken)
        self._empty.setGeometry(self.viewport().rect())

    @Slot()
    def _show_emptiness(self) -> None:
        self._empty.setVisible(self.items.rowCount() == 0)

    @Slot()
    def _age(self) -> None:
        self._drawn_by.age()
        self.viewport().update()

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        item_id = self.items.rows.id_at(index.row())
        if index.column() == Column.NAME:
            self.rename(item_id)
        else:
            self.opened.emit(item_id)

    @Slot(QModelIndex, QModelIndex)
    def _tell_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.current_changed.emit(self.items.rows.id_at(current.row()))
