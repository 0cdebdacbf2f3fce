"""Runs one task: in a transaction, with its news after it, and again where the disk refused an outcome."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from station.core.news import ItemsChanged, News, Trouble

from .ports import Store
from .state import State
from .tasks import Lane, Task
from .work import Outside, Work

log = logging.getLogger(__name__)

PLAN_EVERY_S = 0.2
PUMP_WITHIN_S = 0.05


@dataclass(frozen=True, slots=True)
class OwnVerbs:
    """What the desk does by itself.

    ``begin`` is the first task, ``beat`` runs when the desk is idle, ``plan`` tells what Claim would do, ``pump`` lets
    leave what can leave.
    """

    begin: Callable[[Work], None]
    beat: Callable[[Work], None]
    plan: Callable[[Work], None]
    pump: Callable[[Work], None]


class Performer:
    """Performs tasks on one store, on the desk's thread."""

    def __init__(
        self, store: Store, state: State, outside: Outside, own: OwnVerbs, tell: Callable[..., None]
    ) -> None:
        self._store, self._state, self._outside, self._own, self._tell = store, state, outside, own, tell
        self._unwritten: list[Task] = []
        self._refusal: Exception | None = None
        self._stalled = False
        self.plan_due = False
        self._plan_at = 0.0
        self._pump_due = False
        self._pumped_at = 0.0

    def take_up(self, task: Task) -> None:
        """Perform a posted task; no scan beeps while an outcome waits for the disk."""
        if self._refusal is not None and task.lane is Lane.FIRST and not task.must:
            self._failed(task, self._refusal)
        else:
            self.perform(task)

    def perform(self, task: Task) -> None:
        """Run a task whole or not at all; its news and its network jobs leave after the commit."""
        if task.verb is None or not task.future.set_running_or_notify_cancel():
            return
        work = Work(self._store, self._state, self._outside)
        try:
            with self._store.transaction():
                result = task.verb(work, *task.args, **task.kwargs)
                if work.touched:
                    # First of all news: what follows may point to these rows.
                    work.news.insert(0, ItemsChanged(tuple(self._store.items(list(work.touched)))))
        except Exception as error:
            for undo in reversed(work.undo):
                undo()
            self._failed(task, error)
            return
        self._disk_works()
        self._committed(task, work, result)

    def _committed(self, task: Task, work: Work, result: Any) -> None:
        news: list[News] = work.news
        self.plan_due = self.plan_due or bool(news)
        self._tell(*news)
        task.future.set_result(result)
        for follow in work.after:
            self._follow(follow)
        self._pump_due = self._pump_due or work.woken

    def _follow(self, follow: Callable[[], None]) -> None:
        """What is on disk already must have its effect, whatever becomes of the step before it."""
        try:
            follow()
        except Exception as error:
            log.exception("a step after the commit failed")
            self._tell(Trouble("fault", str(error), getattr(follow, "__name__", "")))

    def _failed(self, task: Task, error: Exception) -> None:
        """A disk that refuses is waited for where an outcome is at stake; a fault is told, and the desk goes on."""
        problem = getattr(error, "problem", None)
        name = getattr(task.verb, "__name__", "")
        by_itself = task.must or task.verb in (self._own.beat, self._own.pump, self._own.plan)
        told_before = by_itself and problem is not None and not self._state.disk_ok
        if not told_before:
            log.error("a task failed: %s", name, exc_info=error)
            self._tell(Trouble(str(problem or "fault"), str(error), name))
        if problem is not None:
            self._state.disk_ok, self._stalled = False, True
            if task.must:
                self._refusal = error
                self._unwritten.append(task.again())
        with suppress(Exception):
            task.future.set_exception(error)
        rescue = getattr(task.verb, "rescue", None)
        if rescue is not None and problem is None:
            self.perform(Task(Lane.FIRST, rescue, (*task.args, error), must=True))

    def _disk_works(self) -> None:
        if not self._unwritten:
            self._state.disk_ok, self._refusal = True, None

    def write_again(self) -> None:
        """In order, until one is refused again: the others wait behind it, and nothing is sent before all are kept."""
        while self._unwritten:
            before = len(self._unwritten)
            self.perform(self._unwritten[0])
            if len(self._unwritten) > before:
                self._unwritten[0] = self._unwritten.pop()
                return
            del self._unwritten[0]
            self._disk_works()

    def pump(self, *, nothing_waits: bool) -> None:
        """Let leave what can leave; scans that pour in go first, but hold it up for a moment only."""
        while self._pump_due and (nothing_waits or self._outside.clock.monotonic() - self._pumped_at >= PUMP_WITHIN_S):
            self._pump_due, self._pumped_at = False, self._outside.clock.monotonic()
            self.perform(Task(Lane.FIRST, self._own.pump))

    def idle(self) -> None:
        """Nothing was posted for a while; what could not leave when the disk refused can perhaps leave now."""
        self.perform(Task(Lane.NORMAL, self._own.beat))
        if self._stalled and self._state.disk_ok:
            self._stalled, self._pump_due = False, True

    def tell_plan(self, *, nothing_waits: bool) -> None:
        """Tell what Claim would do, after each change but not more often than can be read."""
        now = self._outside.clock.monotonic()
        if self.plan_due and (nothing_waits or now - self._plan_at >= PLAN_EVERY_S):
            self._plan_at = now
            self.perform(Task(Lane.NORMAL, self._own.plan))
            self.plan_due = False
