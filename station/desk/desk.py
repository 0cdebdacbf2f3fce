"""The desk: one thread that owns the database and the truth; everybody else posts tasks and listens."""

import heapq
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from typing import Any, Concatenate, ParamSpec, TypeVar

from station.core.news import News, Trouble

from .performing import PLAN_EVERY_S, OwnVerbs, Performer
from .ports import Reader, Store
from .state import State
from .tasks import Lane, Task
from .work import Outside, Work

P = ParamSpec("P")
T = TypeVar("T")
Listener = Callable[[News], None]
log = logging.getLogger(__name__)

IDLE_S = 0.25
OPENS_WITHIN_S = 30.0


class Desk:
    """Takes up tasks one after the other; tells the news of each after it is on disk."""

    def __init__(
        self, opening: Callable[["Desk"], Store], outside: Outside, state: State, own: OwnVerbs
    ) -> None:
        """``opening`` opens the store on the desk's thread."""
        self._opening, self._outside, self._state, self._own = opening, outside, state, own
        outside.post, outside.later, outside.read = self.post, self.later, self._read_for
        self._queue: queue.PriorityQueue[Task] = queue.PriorityQueue()
        self._timers: list[tuple[float, int, Callable[..., Any], tuple[Any, ...]]] = []
        self._timed = count()
        self._listeners: tuple[Listener, ...] = ()
        self._ended = False
        self._opened = threading.Event()
        self._store: Store | None = None
        self.thread = threading.Thread(target=self.run, name="desk")

    def do(self, verb: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Post a task; its result comes as news and in the future (which the Qt thread never waits for)."""
        task = Task(Lane.FIRST if getattr(verb, "first", False) else Lane.NORMAL, verb, args, kwargs)
        self._queue.put(task)
        if self._ended:
            task.future.cancel()
        return task.future

    def post(self, verb: Callable[..., Any], *args: Any) -> None:
        """Post an outcome: before other tasks, and never lost to a disk that is full for a while."""
        self._queue.put(Task(Lane.FIRST, verb, args, must=True))

    def later(self, seconds: float, verb: Callable[..., Any], *args: Any) -> None:
        """Run a verb after so many seconds; only the desk's own thread calls this."""
        due = self._outside.clock.monotonic() + seconds
        heapq.heappush(self._timers, (due, next(self._timed), verb, args))

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear all news from now on, on the desk's thread; gives a function that ends it."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return stop

    def read(self, query: Callable[[Reader], T]) -> "Future[T]":
        """Read through a connection of its own, on a thread of its own: history, export, reports."""
        future: Future[T] = Future()

        def reading() -> None:
            try:
                self._opened.wait(OPENS_WITHIN_S)
                if self._store is None:
                    raise RuntimeError("the database is not open")
                with self._store.read_only() as reader:
                    future.set_result(query(reader))
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=reading, name="reading").start()
        return future

    def _read_for(self, query: Callable[[Reader], Any], verb: Callable[..., Any], *args: Any) -> None:
        """Read as ``read`` does; then a task with what was read, or with None where that failed."""

        def tell(done: "Future[Any]") -> None:
            error = done.exception()
            if error is not None:
                log.error("a read failed", exc_info=error)
            self.do(verb, *args, None if error is not None else done.result())

        self.read(query).add_done_callback(tell)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Run the queue dry, then end the thread. Timers that are not due are dropped: a start begins them anew."""
        self._queue.put(Task(Lane.LAST, None))

    def run(self) -> None:
        """The thread's life: open the store, then one task after the other until the stop."""
        try:
            store = self._store = self._opening(self)
        except Exception as error:
            log.exception("the database cannot be opened")
            self.tell(Trouble(str(getattr(error, "problem", "store_closed")), str(error)))
            self._opened.set()
            _refuse_until_stop(self._queue, error)
        else:
            self._opened.set()
            try:
                self._live(Performer(store, self._state, self._outside, self._own, self.tell))
            finally:
                self._ended = True
                store.close()
        self._ended = True
        _drop_the_rest(self._queue)

    def _live(self, performer: Performer) -> None:
        performer.perform(Task(Lane.FIRST, self._own.begin, must=True))
        while self._turn(performer):
            pass
        performer.perform(Task(Lane.FIRST, self._own.plan))

    def _turn(self, performer: Performer) -> bool:
        """What is due, then one task; False after the stop."""
        now = self._outside.clock.monotonic()
        for _ in range(len(self._timers)):  # not those that these begin: work in slices lets others have their turn
            if not self._timers or self._timers[0][0] > now:
                break
            _, _, verb, args = heapq.heappop(self._timers)
            performer.perform(Task(Lane.NORMAL, verb, args))
        performer.write_again()
        performer.pump(nothing_waits=self._queue.empty())
        performer.tell_plan(nothing_waits=self._queue.empty())
        try:
            task = self._queue.get(timeout=self._wait(PLAN_EVERY_S if performer.plan_due else IDLE_S))
        except queue.Empty:
            performer.idle()
            return True
        performer.take_up(task)
        return task.verb is not None

    def _wait(self, longest: float) -> float:
        until = self._timers[0][0] - self._outside.clock.monotonic() if self._timers else longest
        return min(max(until, 0.0), longest)

    def tell(self, *news: News) -> None:
        """Hand news to every listener; one that fails is logged and the others still hear."""
        for each in news:
            for listener in self._listeners:
                try:
                    listener(each)
                except Exception:
                    log.exception("a listener failed")


def _refuse_until_stop(posted: "queue.PriorityQueue[Task]", error: Exception) -> None:
    """The database did not open: whoever asks is told so, until the stop."""
    while (task := posted.get()).verb is not None:
        with suppress(Exception):
            task.future.set_exception(error)


def _drop_the_rest(posted: "queue.PriorityQueue[Task]") -> None:
    """A task that was posted after the stop is not left waiting for ever."""
    while not posted.empty():
        with suppress(Exception):
            posted.get_nowait().future.cancel()
