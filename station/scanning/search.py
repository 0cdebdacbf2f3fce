"""Looks for devices that are plugged in, kind by kind, again and again on a thread of its own."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from station.scanners.base import SHELF, Found, ScannerUnavailableError, Shelf

log = logging.getLogger(__name__)

EVERY_S = 2.0
FIRST_AFTER_S = 1.0
"""The first look waits until the window has had its turn: drivers are imported for it."""


class Search:
    """Asks each kind for its devices; ``told`` is called on this thread whenever something changed.

    ``found`` holds the devices by kind, ``missing`` the kinds that cannot be used here and why; both are replaced,
    never changed.
    """

    def __init__(
        self, kinds: Sequence[str], told: Callable[[], None], shelf: Shelf = SHELF, every_s: float = EVERY_S,
        first_s: float = FIRST_AFTER_S,
    ) -> None:
        self.found: Mapping[str, tuple[Found, ...]] = {}
        self.missing: Mapping[str, str] = {}
        self.has_looked = False
        self._kinds, self._told, self._shelf = tuple(kinds), told, shelf
        self._every_s, self._first_s = every_s, first_s
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="scanner search", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """End; False where a driver does not come back, and is left behind."""
        self._stopping.set()
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def look(self) -> bool:
        """One look at all kinds; whether anything changed."""
        before = (self.found, self.missing, self.has_looked)
        found, missing = dict(self.found), dict(self.missing)
        for kind in self._kinds:
            if self._stopping.is_set():
                return False
            try:
                found[kind] = self._shelf.load(kind).find()
                missing.pop(kind, None)
            except ScannerUnavailableError as error:
                missing[kind] = error.reason
            except Exception:  # a driver's fault is no reason to look for nothing else
                if found.pop(kind, ()):
                    log.exception("the devices of kind %s cannot be listed", kind)
        self.found, self.missing, self.has_looked = found, missing, True
        return before != (found, missing, True)

    def _run(self) -> None:
        wait_s = self._first_s
        while not self._stopping.wait(wait_s):
            if self.look():
                self._told()
            wait_s = self._every_s
