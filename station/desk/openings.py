"""Which backends are open on the network thread, and which of them are to be closed once they are done."""

import asyncio
import logging

from station.backends.base import Backend

log = logging.getLogger(__name__)


class Openings:
    """Opens each backend once, by whoever needs it first, and closes it when it is idle or the loop ends."""

    def __init__(self) -> None:
        self._backends: dict[int, Backend] = {}
        self._open: dict[int, asyncio.Task[None]] = {}
        self._busy: dict[int, set[asyncio.Task[None]]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def opening(self, backend: Backend) -> "asyncio.Task[None]":
        """Its opening, under way or done; begun again where it failed."""
        known = self._open.get(id(backend))
        if known is None or (known.done() and (known.cancelled() or known.exception() is not None)):
            self._backends[id(backend)] = backend
            self._open[id(backend)] = asyncio.ensure_future(backend.open())
        return self._open[id(backend)]

    def busy(self, backend: Backend, task: "asyncio.Task[None]") -> None:
        """A request of this backend's is under way."""
        tasks = self._busy.setdefault(id(backend), set())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def retire(self, backend: Backend) -> None:
        """Close it when nothing of it is under way any more."""
        closing = asyncio.ensure_future(self._retire(backend))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def close_all(self) -> None:
        """At the end, when nothing is under way."""
        if self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)
        for backend in list(self._backends.values()):
            await self._close(backend)

    async def _retire(self, backend: Backend) -> None:
        while tasks := self._busy.get(id(backend)):
            await asyncio.wait(tasks)
        self._busy.pop(id(backend), None)
        await self._close(backend)

    async def _close(self, backend: Backend) -> None:
        opened = self._open.pop(id(backend), None)
        if self._backends.pop(id(backend), None) is None:
            return
        try:
            if opened is not None and not opened.done():
                opened.cancel()
                await asyncio.wait([opened])
            await backend.close()
        except Exception:
            log.exception("a backend did not close")
