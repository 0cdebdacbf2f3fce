"""Keeps the table in step with the desk: new rows on top, gone rows out, and a new order when one is wanted."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from station.core.item import Item
from station.core.news import ItemsGone, Page
from station.core.news import Listing as Listed
from station.desk.sorting import Order, Show, SortBy

from .bridge import Bridge
from .items_model import ItemsModel

AGAIN_MS = 250
"""How long changed rows gather before a filtered or sorted table is asked for anew."""
TOO_MANY = 2_000
"""More new rows than this at once, and the whole order is asked for."""

AskOrder = Callable[[int, Order], object]


class Listing(QObject):
    """Fills an ``ItemsModel`` from a ``Bridge``. ``ask`` posts the wish for an order with a ticket."""

    laid_out = Signal()

    def __init__(self, bridge: Bridge, model: ItemsModel, ask: AskOrder, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.order = Order()
        self._model = model
        self._ask = ask
        self._ticket = 0
        self._again = QTimer(self, interval=AGAIN_MS, singleShot=True)
        self._again.timeout.connect(self.ask)
        bridge.items_changed.connect(self.take)
        bridge.items_gone.connect(self.drop)
        bridge.page.connect(self.keep)
        bridge.listing.connect(self.lay_out)

    def choose(self, order: Order) -> None:
        """Show the rows in this order from now on."""
        if order != self.order:
            self.order = order
            self.ask()

    @property
    def newest_on_top(self) -> bool:
        """Whether a new row simply goes on top."""
        order = self.order
        plain = order.by in (SortBy.NUMBER, SortBy.SCANNED) and order.descending
        return plain and not order.text and order.show is Show.ALL

    @Slot()
    def ask(self) -> None:
        """Ask for the whole order; the answer to an older question no longer counts."""
        self._again.stop()
        self._ticket += 1
        self._ask(self._ticket, self.order)

    @Slot(object)
    def take(self, items: tuple[Item, ...]) -> None:
        strangers = self._model.keep(items)
        if not self.newest_on_top:
            self._ask_soon()
        elif strangers:
            self._put_on_top(strangers)

    @Slot(object)
    def drop(self, gone: ItemsGone) -> None:
        self._model.take_out(gone.ids)

    @Slot(object)
    def keep(self, page: Page) -> None:
        self._model.keep(page.items)

    @Slot(object)
    def lay_out(self, listed: Listed) -> None:
        if listed.ticket == self._ticket:
            self._model.lay_out(listed.ids)
            self.laid_out.emit()

    def _put_on_top(self, items: list[Item]) -> None:
        items.sort(key=lambda item: item.number)
        top = self._model.item_at(0) if self._model.rowCount() else None
        known = top is not None or not self._model.rowCount()
        if len(items) > TOO_MANY or not known or (top is not None and items[0].number <= top.number):
            self._ask_soon()
        else:
            self._model.put_on_top(items)

    def _ask_soon(self) -> None:
        if not self._again.isActive():
            self._again.start()
