"""Python's search for garbage, on Qt's thread and at its time.

Wherever it was begun, a search destroys what it finds there and then: Qt's objects on another thread than theirs, which
can end the program. And a full one stops every thread for up to a tenth of a second: it is made when nobody waits.
"""

import atexit
import gc
import time

from PySide6.QtCore import QObject, QTimer, Slot

LOOK_MS = 250
"""How often it is asked whether there is enough that is young."""
REST_MS = 20_000
LONGEST_S = 300.0
"""A desk that is never at rest is searched all the same after so long: what is out of reach would gather all day."""


class Garbage(QObject):
    """Takes the search over for the whole process: of what is young often, of all once nothing has happened for
    ``rest_ms``, and ``longest_s`` (and a rest) after the last time."""

    def __init__(self, parent: QObject | None = None, rest_ms: int = REST_MS, longest_s: float = LONGEST_S) -> None:
        super().__init__(parent)
        gc.disable()
        atexit.unregister(_give_back)
        atexit.register(_give_back)
        self._longest_s, self._searched = longest_s, time.monotonic()
        self._first = True
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self._look)
        self._looking.start()
        self._rest = QTimer(self, interval=rest_ms, singleShot=True)
        self._rest.timeout.connect(self._search)
        self._rest.start()

    def put_off(self) -> None:
        """Something happens: not all now, if the last search is not too long ago."""
        if not self._rest.isActive() or time.monotonic() - self._searched < self._longest_s:
            self._rest.start()

    @Slot()
    def _look(self) -> None:
        """As Python would: the youngest once there are many, and those that stayed after so many times."""
        (young, middle, _), (most, times, _) = gc.get_count(), gc.get_threshold()
        if young > most:
            gc.collect(1 if middle > times else 0)

    @Slot()
    def _search(self) -> None:
        gc.collect()
        self._searched = time.monotonic()
        if self._first:  # what the start has made stays to the end, and need not be looked at again
            self._first = False
            gc.freeze()


def _give_back() -> None:
    """Python's own last searches find what the libraries would else call leaked."""
    gc.unfreeze()
    gc.enable()
