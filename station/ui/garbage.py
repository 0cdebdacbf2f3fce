"""Python's full search for garbage stops every thread for up to a tenth of a second: it is made when nobody waits."""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

REST_MS = 20_000
SELDOM = 2_000
"""Where work never rests, a full search still comes after so many smaller ones; Python's own way is after 10."""


class Garbage(QObject):
    """Searches once nothing has happened for ``rest_ms``."""

    def __init__(self, parent: QObject | None = None, rest_ms: int = REST_MS) -> None:
        super().__init__(parent)
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, SELDOM)
        self._first = True
        self._rest = QTimer(self, interval=rest_ms, singleShot=True)
        self._rest.timeout.connect(self._search)
        self._rest.start()

    def put_off(self) -> None:
        """Something happens: not now."""
        self._rest.start()

    @Slot()
    def _search(self) -> None:
        gc.collect()
        if self._first:  # what the start has made stays to the end, and need not be looked at again
            self._first = False
            gc.freeze()
