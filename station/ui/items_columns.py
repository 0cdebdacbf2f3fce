"""The table's columns: their widths, and which rows and columns are in view."""

from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from station.words import say

from .items_delegate import ColumnPlace, RowPlace
from .items_model import Column
from .style import Style

NUMBER_WIDTH, SCANNED_WIDTH = 56, 92
SHARES = {Column.IDENTIFIER: 0.24, Column.WHAT: 0.26, Column.NAME: 0.16, Column.STATUS: 0.34}
SHARES_OF_SEVERAL = {
    Column.IDENTIFIER: 0.18, Column.WHAT: 0.16, Column.NAME: 0.11, Column.PLACE: 0.23, Column.STATUS: 0.32,
}
"""How the columns between the first and the last share the rest of the width, the second where rows say where they go.
"""
NARROW = 700
"""Below this width, at 100 %, what a row is stands in the details alone."""
NARROWEST = 640
"""Below this one, so does its name."""
PLACE_WIDTH = 170
"""So much more is needed where rows say where they go."""
_NOWHERE = QModelIndex()


def set_up_headers(table: QTableView) -> None:
    """Headers that are pressed to sort; no row headers."""
    rows, columns = table.verticalHeader(), table.horizontalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    columns.setHighlightSections(False)
    columns.setSectionsClickable(True)
    columns.setSortIndicatorShown(False)
    table.setColumnHidden(Column.PLACE, True)
    columns.setAccessibleName(say("access.header"))


def show_places(table: QTableView, style: Style, *, places: bool) -> None:
    """Whether each row says where it goes."""
    if places == table.isColumnHidden(Column.PLACE):
        table.setColumnHidden(Column.PLACE, not places)
        fit_columns(table, style)


def fit_columns(table: QTableView, style: Style) -> None:
    """Share the width; never by measuring rows, of which there may be a hundred thousand."""
    header, width = table.horizontalHeader(), table.viewport().width()
    first, last = style.px(NUMBER_WIDTH), style.px(SCANNED_WIDTH)
    header.resizeSection(Column.NUMBER, first)
    more = 0 if table.isColumnHidden(Column.PLACE) else PLACE_WIDTH
    for column, least in ((Column.WHAT, NARROW + more), (Column.NAME, NARROWEST + more)):
        table.setColumnHidden(column, width < style.px(least))
    every = SHARES_OF_SEVERAL if more else SHARES
    shares = {column: share for column, share in every.items() if not table.isColumnHidden(column)}
    for column, share in shares.items():
        header.resizeSection(column, int((width - first - last) * share / sum(shares.values())))
    taken = sum(header.sectionSize(column) for column in (Column.NUMBER, *shares))
    header.resizeSection(Column.SCANNED, width - taken)


def rows_in(table: QTableView, rect: QRect) -> list[RowPlace]:
    """The rows that a part of the view shows."""
    first = table.rowAt(rect.top())
    if first < 0:
        return []
    last = table.rowAt(rect.bottom())
    last = last if last >= 0 else table.model().rowCount() - 1
    chosen = table.selectionModel()
    current = table.currentIndex().row() if table.hasFocus() else -1
    top, height = table.rowViewportPosition(first), table.rowHeight(first)
    return [
        RowPlace(row, top + (row - first) * height, chosen.isRowSelected(row, _NOWHERE), row == current)
        for row in range(first, last + 1)
    ]


def columns_in_view(table: QTableView) -> list[ColumnPlace]:
    places = ((column, table.columnViewportPosition(column), table.columnWidth(column)) for column in Column)
    return [ColumnPlace(*place) for place in places if place[2]]
