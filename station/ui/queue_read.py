"""Reads the queue for the panel, a step on the desk's thread and one on the reading thread; one look at a time."""

from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from . import verbs
from .bridge import DeskDoor
from .panel_parts import Asker


class QueueLook(QObject):
    """``ask`` begins; ``seen`` tells the batches that wait (None where they cannot be read), on the Qt thread."""

    seen = Signal(object)  # tuple[QueuedBatch, ...] | None
    _stood = Signal(object)

    def __init__(self, desk: DeskDoor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._under_way = desk, False
        self._known: dict[str, Any] = {}  # the reading thread's, one look at a time
        self._asker = Asker(desk, self)
        self._asker.answered.connect(self._take)
        self._stood.connect(self._read)

    def ask(self) -> None:
        """Look, unless a look is under way already."""
        if not self._under_way:
            self._under_way = True
            self._desk.do(verbs.queue_facts.stand).add_done_callback(self._done)

    def _done(self, future: "Future[Any]") -> None:
        failed = future.cancelled() or future.exception() is not None
        with suppress(RuntimeError):  # the window may be gone by now
            self._stood.emit(None if failed else future.result())

    @Slot(object)
    def _read(self, standing: Any) -> None:
        if standing is None:
            self._take(None)
        else:
            self._asker.ask(lambda reader: verbs.queue_facts.read(reader, standing, self._known))

    @Slot(object)
    def _take(self, found: object) -> None:
        self._under_way = False
        self.seen.emit(found)
