"""The network thread: one event loop that runs the backends' coroutines and the bundled server's life."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from typing import Any

from station.backends.base import Backend
from station.core.errors import CallError, Cause, NotSentError, UnclearError

from .openings import Openings

log = logging.getLogger(__name__)

AGAIN_S, AGAIN_AT_MOST_S = 1.0, 30.0
"""After how long a service that failed is begun anew: the first time, and at most."""
Done = Callable[[Any, BaseException | None], None]
Service = Callable[[], AbstractAsyncContextManager[None]]


class Network:
    """Runs coroutines for the desk; each answer goes to a callback on this thread, which only posts it."""

    def __init__(self, services: Callable[[], list[Service]] = list) -> None:
        """``services`` (the bundled server's lifespan) are entered before the first request and left last."""
        self._services = services
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._opened = Openings()
        self._tasks: set[asyncio.Task[None]] = set()
        self._serving: asyncio.Task[None] | None = None
        self._leave: asyncio.Event | None = None
        self._gate: asyncio.Event | None = None
        self._hurry: asyncio.Event | None = None
        self.thread = threading.Thread(target=self._run, name="network")

    def start(self) -> None:
        self.thread.start()
        self._ready.wait()

    def open_services(self) -> None:
        """Let the services start; requests wait until then. Called once what is more urgent is done."""
        if self._loop is not None and self._gate is not None:
            self._loop.call_soon_threadsafe(self._gate.set)

    def submit(self, backend: Backend, job: Callable[[], Coroutine[Any, Any, Any]], done: Done) -> None:
        """Run ``job`` for a backend, which is opened first; safe from any thread. After the stop, nothing is sent."""
        loop = self._loop
        try:
            if loop is None:
                raise RuntimeError("not started")
            loop.call_soon_threadsafe(self._begin, backend, job, done)
        except RuntimeError:
            done(None, NotSentError(Cause.NOT_SET_UP, "the network thread is not running"))

    def retire(self, backend: Backend) -> None:
        """Close a backend that nothing new is asked of, once what it has under way is done; safe from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended, and has closed it
                self._loop.call_soon_threadsafe(self._opened.retire, backend)

    def stop(self, wait_s: float) -> None:
        """Give what is in flight so many seconds, then end it; awaits everything before the loop stops."""
        if self._loop is not None and self.thread.is_alive():
            self._loop.call_soon_threadsafe(lambda: asyncio.ensure_future(self._finish(wait_s)))
            self.thread.join()

    def hurry(self) -> None:
        """While it is being stopped: do not wait for what is in flight any longer."""
        if self._loop is not None and self._hurry is not None:
            self._loop.call_soon_threadsafe(self._hurry.set)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(self._live())
        self._loop = None

    async def _live(self) -> None:
        self._leave, self._gate, self._hurry = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._started = asyncio.get_running_loop().create_future()
        self._serving = asyncio.ensure_future(self._serve())
        self._ready.set()
        await self._leave.wait()
        await self._serving

    async def _serve(self) -> None:
        """Hold the services open; a service that fails makes every request say so instead of hanging, and is begun
        anew: a disk that was full for a moment must not cost the day."""
        leave, gate = self._leave, self._gate
        assert leave is not None  # noqa: S101 - set by _live
        assert gate is not None  # noqa: S101 - set by _live
        await gate.wait()
        wait_s = AGAIN_S
        while not leave.is_set():
            try:
                async with AsyncExitStack() as stack:
                    for service in self._services():
                        await stack.enter_async_context(service())
                    self._tell_started("")
                    await leave.wait()
            except Exception as error:
                log.exception("a service failed")
                self._tell_started(str(error) or type(error).__name__)
                with suppress(TimeoutError):
                    await asyncio.wait_for(leave.wait(), wait_s)
                wait_s = min(2 * wait_s, AGAIN_AT_MOST_S)

    def _tell_started(self, failure: str) -> None:
        """From now on requests go to the services, or say why not."""
        if self._started.done():
            self._started = asyncio.get_running_loop().create_future()
        self._started.set_result(failure)

    def _begin(self, backend: Backend, job: Callable[[], Coroutine[Any, Any, Any]], done: Done) -> None:
        if self._leave is None or self._leave.is_set():
            done(None, NotSentError(Cause.NOT_SET_UP, "the station is leaving"))
            return
        task = asyncio.ensure_future(self._do(backend, job, done))
        self._tasks.add(task)
        self._opened.busy(backend, task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, backend: Backend, job: Callable[[], Coroutine[Any, Any, Any]], done: Done) -> None:
        sent = False
        try:
            assert self._gate is not None  # noqa: S101 - set by _live
            await _wait_until_served(backend, self._gate, self._started)
            await asyncio.shield(self._opened.opening(backend))
            sent = True
            result = await job()
        except CallError as error:
            done(None, error)
        except asyncio.CancelledError:
            given_up = UnclearError if sent else NotSentError
            done(None, given_up(Cause.TIMEOUT, "the station was closed"))
            raise
        except Exception as error:
            # A fault of ours in the middle of a request: the vendor may have had it all the same.
            log.exception("a backend failed")
            failed = UnclearError if sent else NotSentError
            done(None, failed(Cause.CRASH, f"{type(error).__name__}: {error}"))
        else:
            done(result, None)

    async def _finish(self, wait_s: float) -> None:
        assert self._leave is not None  # noqa: S101 - set by _live
        opened = self._gate is not None and self._gate.is_set()  # before, nothing was sent that could be waited for
        if self._tasks and opened and self._hurry is not None:
            told = asyncio.ensure_future(self._hurry.wait())
            done = asyncio.ensure_future(asyncio.wait(self._tasks))
            both: set[asyncio.Future[object]] = {told, done}  # type: ignore[arg-type]
            await asyncio.wait(both, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            done.cancel()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._opened.close_all()
        if self._gate is not None:
            self._gate.set()
        self._leave.set()


async def _wait_until_served(backend: Backend, gate: asyncio.Event, started: "asyncio.Future[str]") -> None:
    """What goes to the server inside needs it; a vendor is reached without it, once what is more urgent is done."""
    if backend.app is None:
        await gate.wait()
    elif failure := await asyncio.shield(started):
        raise NotSentError(Cause.NOT_RUNNING, failure)


def submitter(network: Network, backends: Mapping[str, Backend]) -> Callable[[str, Any, Done], None]:
    """The desk's door to the network: by the connection's name."""

    def submit(connection: str, job: Callable[[], Coroutine[Any, Any, Any]], done: Done) -> None:
        backend = backends.get(connection)
        if backend is None:
            done(None, NotSentError(Cause.NOT_SET_UP, connection))
        else:
            network.submit(backend, job, done)

    return submit
