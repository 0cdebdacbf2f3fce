"""The table of scanned rows: its columns, its keys and its menu."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QLabel, QTableView, QWidget

from station.words import say

from .items_columns import columns_in_view, fit_columns, rows_in, set_up_headers
from .items_delegate import ItemsDelegate
from .items_model import Column, ItemsModel
from .name_editor import NameEditor
from .style import ROW, Style

REPAINT_MS = 5_000
"""How often the ages are painted anew."""


class EmptyNote(QLabel):
    """What an empty table says; out of the way of rows and of the mouse."""

    def __init__(self, model: ItemsModel, parent: QWidget) -> None:
        super().__init__(say("table.empty"), parent)
        self._model = model
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("look", "empty")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        for changed in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            changed.connect(self.show_emptiness)

    @Slot()
    def show_emptiness(self) -> None:
        self.setVisible(self._model.rowCount() == 0)


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
        self.empty = EmptyNote(model, self.viewport())
        set_up_headers(self)
        self.doubleClicked.connect(self._open)
        self.restyle(style)
        self._ageing = QTimer(self, interval=REPAINT_MS)
        self._ageing.timeout.connect(self._age)
        self._ageing.start()
        self.selectionModel().currentRowChanged.connect(self._tell_current)

    def restyle(self, style: Style) -> None:
        self._style = style
        self._drawn_by.restyle(style)
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(style.px(ROW))
        rows.setDefaultSectionSize(style.px(ROW))
        self.horizontalHeader().setFixedHeight(style.px(ROW))
        fit_columns(self, style)

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
        """Open the editor for a row's name, over its cell; the details where the table has no room for names."""
        if self.isColumnHidden(Column.NAME):
            self.opened.emit(item_id)
            return
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
        self._drawn_by.paint_rows(painter, rows_in(self, event.rect()), columns_in_view(self))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fit_columns(self, self._style)
        self.empty.setGeometry(self.viewport().rect())

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
