"""Python's full search for garbage stops every thread for up to a tenth of a second: it is made when nobody waits."""

import gc
import time

from PySide6.QtCore import QObject, QTimer, Slot

REST_MS = 20_000
LONGEST_S = 300.0
"""A desk that is never at rest is searched all the same after so long: what is out of reach would gather all day."""
SELDOM = 2_000
"""Where work never rests, a full search still comes after so many smaller ones; Python's own way is after 10."""


class Garbage(QObject):
    """Searches once nothing has happened for ``rest_ms``, and ``longest_s`` (and a rest) after the last time."""

    def __init__(self, parent: QObject | None = None, rest_ms: int = REST_MS, longest_s: float = LONGEST_S) -> None:
        super().__init__(parent)
        self._longest_s, self._searched = longest_s, time.monotonic()
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, SELDOM)
        self._first = True
        self._rest = QTimer(self, interval=rest_ms, singleShot=True)
        self._rest.timeout.connect(self._search)
        self._rest.start()

    def put_off(self) -> None:
        """Something happens: not now, if the last search is not too long ago."""
        if not self._rest.isActive() or time.monotonic() - self._searched < self._longest_s:
            self._rest.start()

    @Slot()
    def _search(self) -> None:
        gc.collect()
        self._searched = time.monotonic()
        if self._first:  # what the start has made stays to the end, and need not be looked at again
            self._first = False
            gc.freeze()
