"""Does what may wait on a thread of its own, and gives its answer in a future."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


def ask(work: Callable[[], object], problem: Callable[[Exception], object], name: str) -> "Future[Any]":
    """Begin ``work`` on a daemon thread of that name; what it raises becomes what ``problem`` makes of it."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # told to whoever asked
            result = problem(error)
        future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
