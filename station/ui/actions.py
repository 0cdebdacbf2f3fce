"""All that a key or the row menu does."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from station.core.item import Item
from station.core.progress import Progress
from station.words import say

from .filter_bar import FilterBar
from .items_model import Column
from .items_table import ItemsTable
from .panels import DETAILS, Panels
from .pasting import Pasting
from .wishes import Wishes

KEYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("help", ("F1",)),
    ("entry", ("F2",)),
    ("check_again", ("F5",)),
    ("target", ("F8",)),
    ("claim", ("F9",)),
    ("undo", ("Ctrl+Z",)),
    ("find", ("Ctrl+F",)),
    ("back", ("Esc",)),
    ("clear", ("Ctrl+Shift+Del",)),
)
"""Shortcuts of the whole window. Del, Ctrl+C and Ctrl+V belong to the table, so that fields keep theirs."""
TABLE_KEYS = (("remove", "Del"), ("copy", "Ctrl+C"), ("paste", "Ctrl+V"))


class Actions(QObject):
    """Makes the window's actions and carries them out through ``Wishes``."""

    claim_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self, window: QWidget, table: ItemsTable, filters: FilterBar, panels: Panels, wishes: Wishes) -> None:
        super().__init__(window)
        self._table, self._filters, self._panels, self._wishes = table, filters, panels, wishes
        self._rows = wishes.rows()
        self._pasting = Pasting(wishes, self)
        does: dict[str, Callable[[], object]] = {
            "help": lambda: panels.open("help"),
            "entry": lambda: panels.open("entry"),
            "check_again": lambda: self._rows.check_again(self._chosen()),
            "target": lambda: panels.open("targets"),
            "claim": self.claim_wanted.emit,
            "undo": self._rows.undo,
            "find": filters.open,
            "back": self.back,
            "clear": self.clear_wanted.emit,
            "remove": self._remove,
            "copy": self._copy,
            "paste": self.paste,
        }
        self.actions = {name: self._make(window, name, keys, does[name]) for name, keys in KEYS}
        self.actions["claim"].setAutoRepeat(False)  # a key that is kept down is no second press
        for name, key in TABLE_KEYS:
            self.actions[name] = self._make(table, name, (key,), does[name])
            self.actions[name].setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        table.menu_wanted.connect(self._show_menu)
        table.entered.connect(self._enter)
        table.opened.connect(lambda _item: panels.open(DETAILS))
        table.renamed.connect(self._rows.rename)
        filters.closed.connect(table.setFocus)
        panels.closed.connect(table.setFocus)

    @Slot()
    def back(self) -> None:
        """Esc: close what is open, one thing at a time, until the table stands there alone, ready to scan."""
        if not self._panels.close_open() and not self._filters.isHidden():
            self._filters.clear()
        self._table.setFocus()

    @Slot()
    def paste(self) -> None:
        """Take the lines of the clipboard in, one scan each."""
        self.take_text(QGuiApplication.clipboard().text())

    def take_text(self, text: str) -> None:
        """Take the lines of a text in, one scan each."""
        self._pasting.take(text)

    def _make(self, parent: QWidget, name: str, keys: tuple[str, ...], do: Callable[[], object]) -> QAction:
        action = QAction(say(f"action.{name}"), parent)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(lambda _checked=False: do())
        parent.addAction(action)
        return action

    def _chosen(self) -> list[int]:
        return self._table.selected_ids() if self._table.hasFocus() else []

    def _remove(self) -> None:
        chosen = self._table.selected_ids()
        if chosen:
            self._rows.remove(chosen)

    def _copy(self) -> None:
        rows = [self._table.items.rows.row_of(item_id) for item_id in self._table.selected_ids()]
        items = [item for item in map(self._table.items.item_at, rows) if item is not None]
        text_of = self._table.items.text_of
        lines = ("\t".join(text_of(item, column) for column in Column) for item in items)
        QGuiApplication.clipboard().setText("\n".join(lines))

    @Slot(int)
    def _enter(self, item_id: int) -> None:
        item = self._table.items.item_at(self._table.items.rows.row_of(item_id))
        if item is not None and item.fits:
            self._rows.move_to_fitting([item_id])
        elif item is not None and DETAILS in self._panels and (
            item.identifier.missing or item.progress is not Progress.OPEN
        ):
            self._panels.open(DETAILS)  # the field for what is missing is there, and what can be done after a claim
        else:
            self._table.rename(item_id)

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        chosen = self._table.selected_ids()
        item = self._table.items.item_at(self._table.items.rows.row_of(chosen[0]))
        if item is None:
            return
        menu = QMenu(self._table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, do in self._entries(item, chosen):
            menu.addAction(say(f"menu.{name}"), do)
        menu.popup(place)

    def _entries(self, item: Item, chosen: list[int]) -> list[tuple[str, Callable[[], object]]]:
        entries: list[tuple[str, Callable[[], object]]] = []
        if DETAILS in self._panels:
            entries.append(("details", lambda: self._panels.open(DETAILS)))
        if item.progress is Progress.OPEN:
            if item.fits:
                entries.append(("move", lambda: self._rows.move_to_fitting(chosen)))
            if item.identifier.missing and DETAILS in self._panels:
                entries.append(("fill", lambda: self._panels.open(DETAILS)))
            entries.append(("name", lambda: self._table.rename(item.id)))
            if "names" in self._panels:
                entries.append(("names", lambda: self._panels.open("names")))
            entries.append(("check_again", lambda: self._rows.check_again(chosen)))
            entries.append(("remove", lambda: self._rows.remove(chosen)))
        if item.progress is Progress.REFUSED:
            entries.append(("try_again", lambda: self._rows.try_again(chosen)))
        entries.append(("copy", self._copy))
        entries.append(("clear", self.clear_wanted.emit))
        return entries
