"""A station without a window for as long as one command takes."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar

from station.core.errors import CallError, Cause, SignInError
from station.core.news import ConnectionState, LineState, News, Refused, TargetsRead
from station.desk import orders, pauses
from station.desk.orders import Standing
from station.desk.ports import Reader
from station.desk.work import Work
from station.folders import Folders, Lock, find_folders
from station.logs import start_logging
from station.parts import Station, assemble
from station.settings import Settings, SettingsError, settings_in
from station.words import advise, choose_language, error_code, has, say

from .answers import Exit, Stop

P = ParamSpec("P")
T = TypeVar("T")

PASSES_WITHIN_S = 10.0
"""How long a backend that answers too late is given before it is asked again."""
PATIENCE_S = 60.0
"""How long a task of the desk may take: it answers in milliseconds unless the disk is stuck."""
PASSING = frozenset({Cause.TIMEOUT, Cause.SERVER, Cause.RATE_LIMIT, Cause.TOO_EARLY, Cause.POOL, Cause.CUT_OFF})
"""Failures of a backend that is there and has too much to do: the desk tries again by itself."""
CLOCK_S = 60.0
"""A clock that is off by more is named where a sign-in is refused."""
READ_AGAIN_S = 0.25
"""How often what another process writes is looked at."""


def find_settings() -> tuple[Settings, Folders]:
    """The settings of this computer. Raises ``Stop`` for a file that is wrong."""
    folders = find_folders()
    try:
        settings = settings_in(folders)
    except SettingsError as error:
        raise Stop(say("cli.bad_settings", detail=str(error))) from error
    choose_language(settings.language)
    return settings, folders


class Session:
    """The started station: its tasks are waited for, its news remembered."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.refused: list[Refused] = []
        self.targets: dict[str, TargetsRead] = {}
        self.states: dict[str, ConnectionState] = {}
        self._heard = threading.Condition()

    def hear(self, news: News) -> None:
        """Called on the desk's thread."""
        with self._heard:
            if isinstance(news, Refused):
                self.refused.append(news)
            elif isinstance(news, TargetsRead):
                self.targets[news.connection] = news
            elif isinstance(news, ConnectionState):
                self.states[news.connection] = news
            self._heard.notify_all()

    def do(self, verb: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Have the desk do something. Raises ``Stop`` where its database cannot be used."""
        try:
            return self.station.desk.do(verb, *args, **kwargs).result(PATIENCE_S)
        except Exception as error:
            raise _stop_for(error) from error

    def read(self, query: Callable[[Reader], T]) -> T:
        try:
            return self.station.desk.read(query).result(PATIENCE_S)
        except Exception as error:
            raise _stop_for(error) from error

    def ask(self, connection: str, question: Callable[..., Any]) -> Any:
        """A backend's answer to a question without side effects, asked again once if need be. Raises ``CallError``."""
        try:
            return self._ask(connection, question)
        except CallError as error:
            if error.cause not in PASSING:
                raise
        self.wait_for(lambda: not self.is_slow(connection), PASSES_WITHIN_S)
        return self._ask(connection, question)

    def _ask(self, connection: str, question: Callable[..., Any]) -> Any:
        answer: Future[Any] = Future()
        self.do(orders.ask, connection, question, answer)
        return answer.result()

    def stand(self, connection: str = "") -> Standing:
        """Where an order would go. Raises ``Stop`` for a connection that is not set up."""
        found = self.do(orders.stand, connection)
        if found is None:
            raise Stop(advise("wish", "no_connection"))
        return found

    def wait_for(self, done: Callable[[], T], seconds: float) -> T:
        """Ask ``done`` at each piece of news, and now and then, until it gives something true or the time is over."""
        until = monotonic() + seconds
        while True:
            result = done()
            left = until - monotonic()
            if result or left <= 0:
                return result
            with self._heard:
                self._heard.wait(min(READ_AGAIN_S, left))

    def is_cut_off(self, connection: str) -> bool:
        """Whether nothing can be sent on a connection for now, and waiting a little would not change that."""
        state = self.states.get(connection)
        if state is None or state.state not in (LineState.OFFLINE, LineState.PAUSED):
            return False
        return state.state is LineState.PAUSED or state.cause not in PASSING

    def is_failing(self, connection: str) -> bool:
        """Whether the last request failed, in whatever way."""
        state = self.states.get(connection)
        return state is not None and state.state in (LineState.OFFLINE, LineState.PAUSED)

    def is_slow(self, connection: str) -> bool:
        """Whether the last request failed in a way that mostly passes by itself, and it is too early for the next."""
        state = self.states.get(connection)
        if state is None or state.state is not LineState.OFFLINE or state.cause not in PASSING:
            return False
        return state.retry_at is None or datetime.now(UTC) < state.retry_at


def _stop_for(error: Exception) -> Stop:
    if isinstance(error, Stop):
        return error
    problem = getattr(error, "problem", None)
    if problem is not None:
        return Stop(advise("store", str(problem)), Exit.REFUSED)
    return Stop(say("cli.fault", detail=f"{type(error).__name__}: {error}"), Exit.REFUSED)


@contextmanager
def running(*, sends: bool = False, settings: Settings | None = None, folders: Folders | None = None
            ) -> Iterator[Session]:
    """A started station, stopped at the end. Without ``sends`` it only asks: what waits in the queue stays there."""
    if settings is None or folders is None:
        settings, folders = find_settings()
    with ExitStack() as stack:
        try:
            folders.make(settings.is_practice)
            if not sends:
                # Whoever holds this lock is the one that sends; held here, the desk beside it does not.
                quiet = Lock(folders.databases(settings.is_practice))
                quiet.take()
                stack.callback(quiet.give_back)
            stack.enter_context(_logging(folders))
            station = assemble(settings, folders)
        except OSError as error:
            raise Stop(say("cli.no_folder", detail=str(error)), Exit.REFUSED) from error
        session = Session(station)
        stack.callback(station.desk.listen(session.hear))
        start(station)
        stack.callback(_stop, station)
        station.open_services()
        yield session


def start(station: Station) -> None:
    """Start the parts, the network first: the desk asks it for the targets with its first breath."""
    station.network.start()
    station.desk.start()


@contextmanager
def _logging(folders: Folders) -> Iterator[None]:
    root = logging.getLogger()
    before = list(root.handlers)
    start_logging(folders.logs)
    try:
        yield
    finally:
        for handler in [each for each in root.handlers if each not in before]:
            root.removeHandler(handler)
            handler.close()


def _stop(station: Station) -> None:
    """A call in flight gets its time limit; a second Ctrl+C does not wait for it."""
    try:
        station.stop()
    except KeyboardInterrupt:
        station.network.hurry()
        station.stop(0)


@contextmanager
def reading() -> Iterator[tuple[Reader, Settings]]:
    """The desk's database alone, for what only looks: nothing is started, nothing leaves."""
    # Imported here: only commands that read the database by themselves need its parts.
    from station.store import MemoryOnly, StoreError, open_store

    settings, folders = find_settings()
    try:
        folders.make(settings.is_practice)
        store = open_store(folders.databases(settings.is_practice) / "desk.db", MemoryOnly()).store
    except StoreError as error:
        raise Stop(advise("store", str(error.problem)), Exit.REFUSED) from error
    except OSError as error:
        raise Stop(say("cli.no_folder", detail=str(error)), Exit.REFUSED) from error
    try:
        with store.read_only() as reader:
            yield reader, settings
    finally:
        store.close()


def why(error: CallError, title: str) -> str:
    """A backend's failure as one sentence for the person."""
    if error.detail == pauses.BY_PERSON:
        return say("cli.is_paused", title=title)
    code, off = error_code(error.cause, error.detail), error.clock_off if isinstance(error, SignInError) else None
    if off is not None and abs(off) > CLOCK_S:
        return f"{say('banner.clock', n=round(abs(off) / 60))}. {say('cli.next.clock', title=title)}"
    advice = advise("error", code, title=title)
    # The window's next step names its own buttons.
    next_step = say(f"cli.next.{code}") if has(f"cli.next.{code}") else advice.next_step
    return f"{advice.cause}. {next_step}"
