"""What a verb gets to work with: the store, the clock, the network, and a way to tell what changed."""

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec

from station.backends.base import Backend
from station.core.errors import Cause, NotSentError
from station.core.item import Item
from station.core.news import News

from .ports import Clock, FaultHook, Store
from .state import State
from .witness import Witness

P = ParamSpec("P")
Verb = Callable[Concatenate["Work", P], Any]
Job = Callable[[], Coroutine[Any, Any, Any]]


@dataclass
class Outside:
    """What the desk was built with: everything that a test passes in differently."""

    clock: Clock
    faults: FaultHook
    chance: random.Random
    submit: Callable[[str, Job, Callable[[Any, BaseException | None], None]], None]
    """Run a coroutine on the network thread for a connection; the callback comes on that thread."""
    submit_to: Callable[[Backend, Job, Callable[[Any, BaseException | None], None]], None]
    """The same for a backend that need not be anybody's connection."""
    retire: Callable[[Backend], None]
    """Close a backend that is not used any more, when what it has under way is done."""
    take_lock: Callable[[], bool]
    """Try to become the one process that sends; True once it is held."""
    witness: Witness
    post: Callable[..., Any] = field(init=False)
    """Post an outcome to the desk: it goes before other tasks and is written until the disk takes it."""
    later: Callable[..., None] = field(init=False)
    """``later(seconds, verb, *args)``: run a verb on the desk's thread after so many seconds."""
    read: Callable[..., None] = field(init=False)
    """``read(query, verb, *args)``: have a reader on a thread of its own answer what takes long, then run a verb with
    the answer behind its arguments, None where there is none."""


@dataclass
class Work:
    """One task's surroundings. News and network jobs leave only after the task's transaction is on disk."""

    store: Store
    state: State
    outside: Outside
    news: list[News] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)
    """What takes back, newest first, what was changed in memory, where the transaction is not kept."""
    touched: dict[int, None] = field(default_factory=dict)
    woken: bool = False

    @property
    def clock(self) -> Clock:
        return self.outside.clock

    def tell(self, news: News) -> None:
        self.news.append(news)

    def touch(self, *items: int) -> None:
        """Remember rows whose new state everybody should see."""
        self.touched.update(dict.fromkeys(items))

    def wake(self) -> None:
        """Look, after this task, whether look-ups, calls or read-backs can leave now."""
        self.woken = True

    def backend(self, connection: str) -> Backend | None:
        return self.state.backends.get(connection)

    def item(self, item: int) -> Item:
        """A row that is known to exist."""
        found = self.store.item(item)
        if found is None:
            raise LookupError(f"row {item} is gone")
        return found

    def start(self, connection: str, job: Job, settle: Callable[..., Any], *args: Any) -> None:
        """After the commit, run ``job`` on the network thread; then ``settle(work, *args, result, error)`` on ours."""

        def done(result: Any, error: BaseException | None) -> None:
            self.outside.post(settle, *args, result, error)

        self.after.append(lambda: self.outside.submit(connection, job, done))

    def ask(self, connection: str, job: Job, settle: Callable[..., Any], *args: Any) -> None:
        """As ``start``, for what only reads: the answer does not count where the connection was set up anew since."""
        self.start(connection, job, _Reading(settle, connection, self.state.backends.get(connection)), *args)

    def wake_later(self, seconds: float) -> None:
        self.after.append(lambda: self.outside.later(seconds, wake))


@dataclass(frozen=True)
class _Reading:
    """Settles a read, as long as the backend that was asked is still the connection's."""

    settle: Callable[..., Any]
    connection: str
    backend: Backend | None

    @property
    def __name__(self) -> str:
        return self.settle.__name__

    @property
    def rescue(self) -> Callable[..., Any] | None:
        return getattr(self.settle, "rescue", None)

    def __call__(self, work: Work, *args: Any) -> Any:
        if work.backend(self.connection) is self.backend:
            return self.settle(work, *args)
        anew = NotSentError(Cause.NOT_SET_UP, "set up anew", retry_after=0.0)
        return self.settle(work, *args[:-2], None, anew)


def wake(work: Work) -> None:
    """A wait is over: look again what can leave."""
    work.wake()
