"""The yardstick of the table: a QStandardItemModel in a QTableView, with the cells that the window shows."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QTableView

COLUMNS = 6
ROW = 38


def plain_table() -> tuple[QTableView, QStandardItemModel]:
    """An empty table of our size of rows that Qt paints by itself."""
    model = QStandardItemModel(0, COLUMNS)
    view = QTableView()
    view.setModel(model)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(ROW)
    view.setShowGrid(False)
    return view, model


def cells(texts: tuple[str, ...]) -> list[QStandardItem]:
    """A row with what ours shows: text, a monospaced identifier, colours and alignment."""
    row = [QStandardItem(text) for text in texts]
    row[0].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    row[1].setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    row[4].setForeground(Qt.GlobalColor.darkBlue)
    row[4].setBackground(Qt.GlobalColor.white)
    return row
