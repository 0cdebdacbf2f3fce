"""Brings the answers of those that work on threads of their own to the Qt thread."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot


class Answers(QObject):
    """Hands what a future holds to whoever waits for it, in a later turn of Qt's loop."""

    _came = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._came.connect(self._hand_over)

    def wait(self, future: "Future[Any]", take: Callable[[Any], object]) -> None:
        def done(settled: "Future[Any]") -> None:
            with suppress(RuntimeError):  # the window may be gone by now
                self._came.emit(take, settled.result())

        future.add_done_callback(done)

    def do(self, wish: Callable[[], object]) -> None:
        """Have something done on the Qt thread; called on any thread."""
        with suppress(RuntimeError):  # as above
            self._came.emit(lambda _nothing: wish(), None)

    @Slot(object, object)
    def _hand_over(self, take: Callable[[Any], object], result: object) -> None:
        take(result)
