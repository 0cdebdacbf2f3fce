"""The desk: one thread that owns the database and the truth; everybody else posts tasks and listens."""

import heapq
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import Any, Concatenate, ParamSpec, TypeVar

from station.core.news import ItemsChanged, News, Trouble

from .ports import Reader, Store
from .state import State
from .work import Outside, Work

P = ParamSpec("P")
T = TypeVar("T")
Listener = Callable[[News], None]
log = logging.getLogger(__name__)

IDLE_S = 0.25
PLAN_EVERY_S = 0.2
OPENS_WITHIN_S = 30.0


class Lane(IntEnum):
    """Outcomes that the disk refused come first, then scans and outcomes, then everything else; the stop comes last."""

    FIRST = 0
    NORMAL = 1
    LAST = 2


@dataclass(order=True)
class Task:
    lane: Lane
    number: int
    verb: Callable[..., Any] | None = field(compare=False)
    args: tuple[Any, ...] = field(compare=False, default=())
    kwargs: dict[str, Any] = field(compare=False, default_factory=dict)
    future: "Future[Any]" = field(compare=False, default_factory=Future)
    must: bool = field(compare=False, default=False)
    """An outcome: it stays in memory and is written again until the disk takes it."""


class Desk:
    """Runs tasks one after the other, each in a transaction; tells the news of each after it is on disk."""

    def __init__(self, opening: Callable[["Desk"], Store], outside: Outside, state: State, beat: Callable[[Work], None],
                 begin: Callable[[Work], None], plan: Callable[[Work], None],
                 pump: Callable[[Work], None]) -> None:
        """``opening`` opens the store on the desk's thread; ``begin`` is the first task after that, ``beat`` runs when
        the desk is idle, ``plan`` tells what Claim would do, ``pump`` lets leave what can leave."""
        self._opening, self._outside, self._state = opening, outside, state
        outside.post, outside.later = self.post, self.later
        self._begin, self._beat, self._plan, self._pump = begin, beat, plan, pump
        self._queue: queue.PriorityQueue[Task] = queue.PriorityQueue()
        self._numbers = count()
        self._timers: list[tuple[float, int, Callable[..., Any], tuple[Any, ...]]] = []
        self._listeners: tuple[Listener, ...] = ()
        self._unwritten: list[Task] = []
        self._refusal: Exception | None = None
        self._stalled = False
        self._ended = False
        self._opened = threading.Event()
        self._plan_due = False
        self._plan_at = 0.0
        self._store: Store | None = None
        self.thread = threading.Thread(target=self.run, name="desk")

    def do(self, verb: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Post a task; its result comes as news and in the future (which the Qt thread never waits for)."""
        lane = Lane.FIRST if getattr(verb, "first", False) else Lane.NORMAL
        task = Task(lane, next(self._numbers), verb, args, kwargs)
        self._queue.put(task)
        if self._ended:
            task.future.cancel()
        return task.future

    def post(self, verb: Callable[..., Any], *args: Any) -> None:
        """Post an outcome: before other tasks, and never lost to a disk that is full for a while."""
        self._queue.put(Task(Lane.FIRST, next(self._numbers), verb, args, must=True))

    def later(self, seconds: float, verb: Callable[..., Any], *args: Any) -> None:
        """Run a verb after so many seconds; only the desk's own thread calls this."""
        due = self._outside.clock.monotonic() + seconds
        heapq.heappush(self._timers, (due, next(self._numbers), verb, args))

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

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Run the queue dry, then end the thread. Timers that are not due are dropped: a start begins them anew."""
        self._queue.put(Task(Lane.LAST, next(self._numbers), None))

    def run(self) -> None:
        """The thread's life: open the store, then one task after the other until the stop."""
        try:
            self._store = self._opening(self)
            self._opened.set()
        except Exception as error:
            log.exception("the database cannot be opened")
            self.tell(Trouble(str(getattr(error, "problem", "store_closed")), str(error)))
            self._opened.set()
            self._refuse_everything(error)
            self._ended = True
            self._refuse_what_is_left()
            return
        try:
            self._perform(Task(Lane.FIRST, next(self._numbers), self._begin, must=True))
            while self._turn():
                pass
            self._perform(Task(Lane.FIRST, next(self._numbers), self._plan))
        finally:
            self._ended = True
            self._store.close()
            self._refuse_what_is_left()

    def tell(self, *news: News) -> None:
        """Hand news to every listener; one that fails is logged and the others still hear."""
        for each in news:
            for listener in self._listeners:
                try:
                    listener(each)
                except Exception:
                    log.exception("a listener failed")

    def _turn(self) -> bool:
        clock = self._outside.clock
        while self._timers and self._timers[0][0] <= clock.monotonic():
            _, _, verb, args = heapq.heappop(self._timers)
            self._perform(Task(Lane.NORMAL, next(self._numbers), verb, args))
        self._write_again()
        self._tell_plan()
        try:
            task = self._queue.get(timeout=self._wait())
        except queue.Empty:
            self._perform(Task(Lane.NORMAL, next(self._numbers), self._beat))
            self._pump_again()
            return True
        if task.verb is None:
            return False
        if self._refusal is not None and task.lane is Lane.FIRST and not task.must:
            self._failed(task, self._refusal)  # no scan beeps while an outcome waits for the disk
        else:
            self._perform(task)
        return True

    def _pump_again(self) -> None:
        """What could leave when the disk refused can leave now."""
        if self._stalled and self._state.disk_ok:
            self._stalled = False
            self._perform(Task(Lane.FIRST, next(self._numbers), self._pump))

    def _wait(self) -> float:
        until = self._timers[0][0] - self._outside.clock.monotonic() if self._timers else IDLE_S
        if self._plan_due:
            until = min(until, PLAN_EVERY_S)
        return min(max(until, 0.0), IDLE_S)

    def _perform(self, task: Task) -> None:
        if not task.future.set_running_or_notify_cancel():
            return
        store = self._store
        if store is None or task.verb is None:
            raise RuntimeError("a task before the store was opened")
        work = Work(store, self._state, self._outside)
        try:
            with store.transaction():
                result = task.verb(work, *task.args, **task.kwargs)
                if work.touched:
                    # First of all news: what follows may point to these rows.
                    work.news.insert(0, ItemsChanged(tuple(store.items(list(work.touched)))))
        except Exception as error:
            for undo in reversed(work.undo):
                undo()
            self._failed(task, error)
            return
        self._disk_works()
        self._plan_due = self._plan_due or bool(work.news)
        self.tell(*work.news)
        task.future.set_result(result)
        for follow in work.after:
            self._follow(follow)
        if work.woken:
            self._perform(Task(Lane.FIRST, next(self._numbers), self._pump))

    def _failed(self, task: Task, error: Exception) -> None:
        """A disk that refuses is waited for where an outcome is at stake; a fault is told, and the desk goes on."""
        problem = getattr(error, "problem", None)
        name = getattr(task.verb, "__name__", "")
        by_itself = task.must or task.verb in (self._beat, self._pump, self._plan)
        told_before = by_itself and problem is not None and not self._state.disk_ok
        if not told_before:
            log.error("a task failed: %s", name, exc_info=error)
            self.tell(Trouble(str(problem or "fault"), str(error), name))
        if problem is not None:
            self._state.disk_ok, self._stalled = False, True
            if task.must:
                self._refusal = error
                self._unwritten.append(Task(Lane.FIRST, task.number, task.verb, task.args, task.kwargs, must=True))
        with suppress(Exception):
            task.future.set_exception(error)

    def _follow(self, follow: Callable[[], None]) -> None:
        """What is on disk already must have its effect, whatever becomes of the step before it."""
        try:
            follow()
        except Exception as error:
            log.exception("a step after the commit failed")
            self.tell(Trouble("fault", str(error), getattr(follow, "__name__", "")))

    def _disk_works(self) -> None:
        if not self._unwritten:
            self._state.disk_ok, self._refusal = True, None

    def _write_again(self) -> None:
        """In order, until one is refused again: the others wait behind it, and nothing is sent before all are kept."""
        while self._unwritten:
            before = len(self._unwritten)
            self._perform(self._unwritten[0])
            if len(self._unwritten) > before:
                self._unwritten[0] = self._unwritten.pop()
                return
            del self._unwritten[0]
            self._disk_works()

    def _tell_plan(self) -> None:
        now = self._outside.clock.monotonic()
        if self._plan_due and (self._queue.empty() or now - self._plan_at >= PLAN_EVERY_S):
            self._plan_due, self._plan_at = False, now
            self._perform(Task(Lane.NORMAL, next(self._numbers), self._plan))
            self._plan_due = False

    def _refuse_everything(self, error: Exception) -> None:
        """The database did not open: whoever asks is told so, until the stop."""
        while (task := self._queue.get()).verb is not None:
            with suppress(Exception):
                task.future.set_exception(error)

    def _refuse_what_is_left(self) -> None:
        """A task that was posted after the stop is not left waiting for ever."""
        while not self._queue.empty():
            with suppress(Exception):
                self._queue.get_nowait().future.cancel()
