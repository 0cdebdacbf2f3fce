"""One thing after the other on a thread of its own, whatever becomes of each."""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


class Turns:
    """``first`` is done at the start, ``idle`` whenever nothing was to be done for ``idle_s`` seconds."""

    def __init__(
        self, name: str, first: Callable[[], object], idle: Callable[[], object], idle_s: float
    ) -> None:
        self.stopping = threading.Event()
        self._first, self._idle, self._idle_s = first, idle, idle_s
        self._tasks: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """End after the task in hand; what waits is dropped."""
        self.stopping.set()
        self._tasks.put(None)
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def post(self, task: Callable[[], object]) -> None:
        self._tasks.put(task)

    def do(self, work: Callable[[], T]) -> "Future[T]":
        """Post work whose result is waited for."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(work())
            except Exception as error:  # told to whoever asked
                future.set_exception(error)

        self.post(run)
        return future

    def _run(self) -> None:
        guarded(self._first)
        while not self.stopping.is_set():
            try:
                task = self._tasks.get(timeout=self._idle_s)
            except queue.Empty:
                task = self._idle
            if task is not None:
                guarded(task)


def guarded(task: Callable[[], object]) -> None:
    """Do it; what it raises is logged and ends nothing."""
    try:
        task()
    except Exception:
        log.exception("a task failed")
