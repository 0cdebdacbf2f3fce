"""Looks for a newer version at the start and once a day; fetches its installer and opens it when asked."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from station.settings import UpdateSettings
from station.ui.about_doors import Step, Update

from .fetching import FetchError, fetch
from .index import MOST_BYTES, IndexProblemError, Installer, newest, read_index
from .installer import InstallerError, Opener, clear, download, open_file, open_installer, platform_here
from .seen import Seen

log = logging.getLogger(__name__)

DAY_S = 24 * 3600.0
AGAIN_S = 3600.0
"""After a failure: the network may be back."""
LIMIT_S = 30.0
LEAVES_WITHIN_S = 2.0
_TELLS_EACH = 1 << 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outside:
    """What the watch needs of the world; tests pass their own."""

    now: Callable[[], datetime]
    opener: Opener = open_file
    platform: str = ""
    first_after_s: float = 5.0
    limit_s: float = LIMIT_S


class Watch:
    """Calls ``tell`` on its own thread with each ``Update``; nothing that it does raises or waits elsewhere."""

    def __init__(
        self, settings: UpdateSettings, ca_file: str, state: Path, current: str, outside: Outside,
        tell: Callable[[Update], object],
    ) -> None:
        self._settings, self._ca_file, self._current, self._outside = settings, ca_file, current, outside
        self._tell = tell
        self._platform = outside.platform or platform_here()
        self._seen = Seen(state / "updates.json")
        self._folder = state / "updates"
        self._wanted: Installer | None = None
        self._path: Path | None = None
        self._wishes: queue.SimpleQueue[Callable[[], float | None] | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[Any] | None = None
        self._stops = threading.Event()
        self._thread = threading.Thread(target=self._run, name="updates", daemon=True)
        self.update = Update()

    def start(self) -> None:
        self._thread.start()

    def look(self) -> None:
        """Look now."""
        self._wishes.put(self._look)

    def fetch(self) -> None:
        """Fetch the installer that was offered."""
        self._wishes.put(self._fetch)

    def open(self) -> None:
        """Open the installer that was fetched."""
        self._wishes.put(self._open)

    def stop(self) -> None:
        """End within two seconds; what hangs in the system's own calls is left behind."""
        self._stops.set()
        self._wishes.put(None)
        loop, running = self._loop, self._running
        if loop is not None and running is not None:
            with suppress(RuntimeError):  # it has just ended
                loop.call_soon_threadsafe(running.cancel)
        if self._thread.ident is not None:
            self._thread.join(LEAVES_WITHIN_S)

    def _run(self) -> None:
        clear(self._folder)
        wait = self._outside.first_after_s
        while not self._stops.is_set():
            try:
                wish = self._wishes.get(timeout=wait)
            except queue.Empty:
                wish = self._look
            if wish is None:
                return
            try:
                wait = wish() or wait
            except asyncio.CancelledError:
                return
            except Exception as error:  # whatever a server or a disk does, the thread goes on
                log.exception("looking for updates")
                self._say(problem="other", detail=type(error).__name__)
                wait = AGAIN_S

    def _look(self) -> float:
        data = bytearray()
        settings = self._settings
        try:
            self._wait_for(fetch(settings.index, data.extend, MOST_BYTES, self._outside.limit_s, self._ca_file))
            name = f"{settings.channel} {settings.public_key.strip()}"
            now = self._outside.now()
            index = read_index(bytes(data), settings.public_key, settings.channel, now, self._seen.serial(name))
        except (FetchError, IndexProblemError) as error:
            log.warning("no index of updates: %s", error)
            self._say(problem=str(error.problem), detail=error.detail)
            return AGAIN_S
        self._seen.remember(name, index.serial)
        found = newest(index, self._platform, self._current)
        if found is None:
            self._wanted = self._path = None
            self._put(Update(looked_at=now))
        elif self._wanted != found.installers[self._platform]:
            self._wanted, self._path = found.installers[self._platform], None
            self._put(Update(Step.OFFERED, found.version, found.published, found.notes_url, size=self._wanted.size,
                             looked_at=now))
        else:
            self._say(problem="", detail="", looked_at=now)
        return DAY_S

    def _fetch(self) -> None:
        if self._wanted is None or self._path is not None:
            return
        self._say(step=Step.FETCHING, done=0, problem="", detail="")
        told = 0

        def progress(done: int, _size: int) -> None:
            nonlocal told
            if done - told >= _TELLS_EACH:
                told = done
                self._say(done=done)

        try:
            self._path = self._wait_for(
                download(self._wanted, self._settings.index, self._platform, self._folder, self._ca_file, progress)
            )
        except (FetchError, InstallerError) as error:
            log.warning("the installer was not fetched: %s", error)
            self._say(step=Step.OFFERED, problem=str(error.problem), detail=error.detail)
            return
        self._say(step=Step.FETCHED, done=self._wanted.size)

    def _open(self) -> None:
        if self._wanted is None or self._path is None:
            return
        try:
            open_installer(self._path, self._wanted, self._outside.opener)
        except InstallerError as error:
            log.warning("the installer was not opened: %s", error)
            self._path = self._path if self._path.exists() else None
            step = Step.FETCHED if self._path is not None else Step.OFFERED
            self._say(step=step, problem=str(error.problem), detail=error.detail)
            return
        self._say(step=Step.OPENED, problem="", detail="")

    def _wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Run to the end, unless the station stops meanwhile."""

        async def whole() -> T:
            self._loop, self._running = asyncio.get_running_loop(), asyncio.current_task()
            try:
                if self._stops.is_set():
                    work.close()
                    raise asyncio.CancelledError
                return await work
            finally:
                self._loop = self._running = None

        return asyncio.run(whole())

    def _say(self, **changed: Any) -> None:
        self._put(replace(self.update, **changed))

    def _put(self, update: Update) -> None:
        self.update = update
        self._tell(update)
