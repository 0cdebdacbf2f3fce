"""Where the desk's news cross over to the Qt thread: many news, one wake-up, little work a turn."""

import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from station.core import news
from station.core.item import Item
from station.core.news import News

from .garbage import Garbage

SLICE_S = 0.008
"""How long one turn of Qt's loop may hand news over before it goes on with painting and keys."""
SLICE_NEWS = 250
TURN_S = 0.001
"""How long a busy thread may keep Qt's waiting; Python's own 5 ms, several times in one painting, can be seen."""


class DeskDoor(Protocol):
    """What the window needs of the desk."""

    def do(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]: ...

    def listen(self, listener: Callable[[News], None]) -> Callable[[], None]: ...

    def read(self, query: Callable[..., Any]) -> "Future[Any]": ...


class Bridge(QObject):
    """One signal for each kind of news, sent on the Qt thread; listens from its making until ``stop``.

    Changed rows that arrive together come as one tuple, the newest version of each; of plans and claim progress
    only the newest counts. ``heard`` brings all scans of a slice at once, in order.
    """

    ready = Signal(object)
    heard = Signal(object)  # tuple[ScanHeard, ...]
    items_changed = Signal(object)  # tuple[Item, ...]
    items_gone = Signal(object)
    listing = Signal(object)
    page = Signal(object)
    details_read = Signal(object)
    plan = Signal(object)
    connection = Signal(object)
    connection_gone = Signal(object)
    connection_tried = Signal(object)
    targets_read = Signal(object)
    target_created = Signal(object)
    claiming = Signal(object)
    summary = Signal(object)
    refused = Signal(object)
    undone = Signal(object)
    imported = Signal(object)
    fetched_ahead = Signal(object)
    bad_input = Signal(object)
    trouble = Signal(object)
    stopping = Signal(object)
    _woken = Signal()

    def __init__(self, desk: DeskDoor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(TURN_S)
        self._garbage = Garbage(self)
        self._waiting: deque[News] = deque()
        self._asleep = True
        # Not by another queued signal: Qt delivers those in one go, and would neither paint nor hear a key in between.
        self._again = QTimer(self, interval=0, singleShot=True)
        self._again.timeout.connect(self._hand_over)
        self._woken.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)
        self.stop: Callable[[], None] = desk.listen(self.take)

    def take(self, told: News) -> None:
        """Called on the desk's thread: keep the news and wake the Qt thread, once for many."""
        self._waiting.append(told)
        if self._asleep:
            self._asleep = False
            self._woken.emit()

    @Slot()
    def _hand_over(self) -> None:
        self._garbage.put_off()
        until = time.monotonic() + SLICE_S
        turn = _Slice(self)
        for _ in range(SLICE_NEWS):
            try:
                told = self._waiting.popleft()
            except IndexError:
                break
            turn.add(told)
            if time.monotonic() > until:
                break
        turn.flush()
        self._asleep = not self._waiting
        if self._waiting:  # again, for news may have come in between
            self._asleep = False
            self._again.start()


class _Slice:
    """The news of one turn: gathers what may be gathered and keeps the order of what may not."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._items: dict[int, Item] = {}
        self._heard: list[news.ScanHeard] = []
        self._newest: dict[type, News] = {}

    def add(self, told: News) -> None:
        if isinstance(told, news.ItemsChanged):
            self._items.update((item.id, item) for item in told.items)
        elif isinstance(told, news.ScanHeard):
            self._heard.append(told)
        elif isinstance(told, news.Plan | news.Claiming | news.FetchedAhead):
            self._newest[type(told)] = told
        else:
            self.flush()
            getattr(self._bridge, _SIGNALS[type(told)]).emit(told)

    def flush(self) -> None:
        """Send what was gathered: rows before the scans that made them."""
        newest = self._items
        if self._items:
            self._bridge.items_changed.emit(tuple(self._items.values()))
            self._items = {}
        if self._heard:
            # What became of the row since, within this turn, was told above: the scan must not bring its old self back.
            rows = (newest.get(one.item.id, one.item) if one.item is not None else None for one in self._heard)
            pairs = zip(self._heard, rows, strict=True)
            self._bridge.heard.emit(tuple(one if one.item is row else replace(one, item=row) for one, row in pairs))
            self._heard = []
        for kind, told in self._newest.items():
            getattr(self._bridge, _SIGNALS[kind]).emit(told)
        self._newest = {}


_SIGNALS: dict[type, str] = {
    news.Ready: "ready",
    news.ItemsGone: "items_gone",
    news.Listing: "listing",
    news.Page: "page",
    news.DetailsRead: "details_read",
    news.Plan: "plan",
    news.ConnectionState: "connection",
    news.ConnectionGone: "connection_gone",
    news.ConnectionTried: "connection_tried",
    news.TargetsRead: "targets_read",
    news.TargetCreated: "target_created",
    news.Claiming: "claiming",
    news.Summary: "summary",
    news.Refused: "refused",
    news.Undone: "undone",
    news.ImportProgress: "imported",
    news.FetchedAhead: "fetched_ahead",
    news.BadInput: "bad_input",
    news.Trouble: "trouble",
    news.Stopping: "stopping",
}
