"""The table's rows for Qt: lazy, and silent about all roles that nobody needs."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Slot

from station.core.item import Item
from station.words import age, identifier_text, say, status, what_it_is

from .item_list import ItemList

Index = QModelIndex | QPersistentModelIndex
PAGE = 120
"""How many rows are asked for at once."""
RUNS = 32
"""Up to so many runs of rows leave one by one; more, and the table is laid out anew."""
_NOWHERE = QModelIndex()


class Column(IntEnum):
    NUMBER = 0
    IDENTIFIER = 1
    WHAT = 2
    NAME = 3
    PLACE = 4
    STATUS = 5
    SCANNED = 6


class ItemsModel(QAbstractTableModel):
    """``ask_page`` is called with the IDs of rows that are on the screen but not in memory; ``keep`` takes the rows.

    ``place_of`` says where a row goes, in words.
    """

    def __init__(self, ask_page: Callable[[Sequence[int]], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = ItemList()
        self.place_of: Callable[[Item], str] = lambda item: item.target_title
        self._wanted: set[int] = set()
        self._ask_page = ask_page
        self._asking = QTimer(self, interval=0, singleShot=True)
        self._asking.timeout.connect(self._ask)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return say(f"table.{Column(section).name.lower()}")
        if role == Qt.ItemDataRole.TextAlignmentRole and section == Column.NUMBER:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        """For screen readers and copying only: the delegate paints from ``item_at``."""
        if role not in _TEXT_ROLES or not index.isValid():
            return None
        item = self.item_at(index.row())
        if item is None:
            return None
        text = self.text_of(item, index.column())
        return f"{say(f'table.{Column(index.column()).name.lower()}')}: {text}" if role == _SPOKEN else text

    def text_of(self, item: Item, column: int, now: datetime | None = None) -> str:
        """What a cell says, whole."""
        return self.place_of(item) if column == Column.PLACE else cell_text(item, column, now)

    def item_at(self, row: int) -> Item | None:
        """The row, or None while it is being read."""
        item = self.rows.item_at(row)
        if item is None:
            self._wanted.add(row)
            if not self._asking.isActive():
                self._asking.start()
        return item

    def lay_out(self, ids: Sequence[int]) -> None:
        """Show these rows in this order, first on top."""
        self.beginResetModel()
        self.rows.lay_out(ids)
        self._wanted.clear()
        self.endResetModel()

    def keep(self, items: Iterable[Item]) -> list[Item]:
        """Take rows in; those that are not in the list are given back, and the others are painted anew."""
        strangers = []
        changed = []
        for item in items:
            row = self.rows.row_of(item.id)
            if row < 0:
                strangers.append(item)
            else:
                self.rows.keep(item)
                changed.append(row)
        if changed:
            self.dataChanged.emit(self.index(min(changed), 0), self.index(max(changed), Column.SCANNED))
        return strangers

    def put_on_top(self, items: Sequence[Item]) -> None:
        """Add new rows on top, the newest last."""
        self.beginInsertRows(_NOWHERE, 0, len(items) - 1)
        for item in items:
            self.rows.put_on_top(item)
        self.endInsertRows()

    def take_out(self, ids: Iterable[int]) -> None:
        """Take rows out of the list."""
        gone = set(ids)
        runs = list(self.rows.runs(gone))
        if len(runs) > RUNS:
            every = (self.rows.id_at(row) for row in range(len(self.rows)))
            self.lay_out([item_id for item_id in every if item_id not in gone])
            return
        for first, last in runs:
            self.beginRemoveRows(_NOWHERE, first, last)
            self.rows.take_out(first, last)
            self.endRemoveRows()

    @Slot()
    def _ask(self) -> None:
        if not self._wanted or not len(self.rows):
            return
        low = max(min(self._wanted) - PAGE // 4, 0)
        high = min(max(max(self._wanted) + 1, low + PAGE), low + 3 * PAGE, len(self.rows))
        self._wanted.clear()
        missing = [self.rows.id_at(row) for row in range(low, high) if self.rows.item_at(row) is None]
        if missing:
            self._ask_page(missing)


_SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)
_TEXT_ROLES = frozenset({int(Qt.ItemDataRole.DisplayRole), _SPOKEN})


def cell_text(item: Item, column: int, now: datetime | None = None) -> str:
    """What a cell says, whole, of what the row itself knows."""
    now = now or datetime.now(UTC)
    match column:
        case Column.NUMBER:
            return str(item.number)
        case Column.IDENTIFIER:
            return identifier_text(item.identifier)
        case Column.WHAT:
            return what_it_is(item)
        case Column.NAME:
            return item.name
        case Column.PLACE:
            return item.target_title
        case Column.STATUS:
            return status(item, now).text
        case _:
            return age(item.scanned_at, now)
