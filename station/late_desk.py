"""The desk's door before there is a desk: the window is painted first, and what it asks meanwhile waits."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol


class Door(Protocol):
    def do(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> "Future[Any]": ...

    def listen(self, listener: Callable[[Any], None]) -> Callable[[], None]: ...

    def read(self, query: Callable[..., Any]) -> "Future[Any]": ...


class LateDesk:
    """Keeps what is asked until ``attach``, then passes everything on, in order. Used by one thread."""

    def __init__(self) -> None:
        self._door: Door | None = None
        self._waiting: list[Callable[[Door], None]] = []

    def attach(self, door: Door) -> None:
        """From now on there is a desk."""
        waiting, self._waiting = self._waiting, []
        self._door = door
        for ask in waiting:
            ask(door)

    def do(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> "Future[Any]":
        return self._ask(lambda door: door.do(verb, *args, **kwargs))

    def read(self, query: Callable[..., Any]) -> "Future[Any]":
        return self._ask(lambda door: door.read(query))

    def listen(self, listener: Callable[[Any], None]) -> Callable[[], None]:
        stops: list[Callable[[], None]] = []
        if self._door is not None:
            return self._door.listen(listener)
        self._waiting.append(lambda door: stops.append(door.listen(listener)))

        def stop() -> None:
            for each in stops:
                each()

        return stop

    def _ask(self, ask: "Callable[[Door], Future[Any]]") -> "Future[Any]":
        if self._door is not None:
            return ask(self._door)
        promised: Future[Any] = Future()

        def pass_on(door: Door) -> None:
            ask(door).add_done_callback(lambda done: _copy(done, promised))

        self._waiting.append(pass_on)
        return promised


def _copy(done: "Future[Any]", promised: "Future[Any]") -> None:
    if done.cancelled():
        promised.cancel()
        return
    error = done.exception()
    if error is not None:
        promised.set_exception(error)
    else:
        promised.set_result(done.result())
