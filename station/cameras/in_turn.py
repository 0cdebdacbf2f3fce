"""Does one thing after the other on a thread of its own, which is begun with the first."""

import logging
import queue
from collections.abc import Callable
from threading import Thread

log = logging.getLogger(__name__)

Wish = Callable[[], object]


class InTurn:
    """``do`` returns at once; what fails is logged and told to ``failed``, and the next is done."""

    def __init__(self, name: str, failed: Callable[[Exception], object]) -> None:
        self._name, self._failed = name, failed
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._thread: Thread | None = None
        self._stopped = False

    def do(self, wish: Wish) -> None:
        """Have it done; after ``stop`` nothing is."""
        if self._stopped:
            return
        self._wishes.put(wish)
        if self._thread is None:
            self._thread = Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self, last: Wish, timeout: float) -> None:
        """Do what is waiting and this last thing, then end the thread; a thread that hangs is left behind."""
        self._stopped = True
        if self._thread is not None:
            self._wishes.put(last)
            self._wishes.put(None)
            self._thread.join(timeout)

    def _run(self) -> None:
        while (wish := self._wishes.get()) is not None:
            try:
                wish()
            except Exception as error:
                log.exception("%s", self._name)
                self._failed(error)
