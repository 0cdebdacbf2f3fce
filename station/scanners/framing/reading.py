"""The life of a scanner that is opened, read, lost and opened again, on a thread of its own."""

import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from station.core.scan import Scan, split_aim

from ..base import Condition, OnScan, OnState, Scanner, State

AGAIN_S = 1.0
"""How long a device that cannot be opened is left alone before the next try."""


@dataclass
class Lap:
    """Tells a reading thread that was held up (a listener took its time, the computer slept) from a silent device.

    ``poll_s`` is how long one wait for the device takes at most.
    """

    poll_s: float
    _last: float = field(default_factory=time.monotonic)

    def held_up(self, now: float) -> bool:
        """To be asked once after each wait: whether the time since the last one was longer than waiting explains."""
        late, self._last = now - self._last > 2 * self.poll_s, now
        return late


class Reading(Scanner):
    """A scanner that reads one device; a kind says in ``read`` how, and may raise OSError when the device is gone."""

    def __init__(self, title: str = "", now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._title = title or self.name
        self._now = now
        self.stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._on_scan: OnScan = lambda _scan: None
        self._on_state: OnState = lambda _state: None
        self._said: State | None = None

    @abstractmethod
    def read(self) -> None:
        """Open the device and read it until ``stopping`` is set or the device is gone (OSError)."""

    def sort(self, error: Exception) -> State:
        """What an error of the device means."""
        if isinstance(error, PermissionError):
            return State(Condition.NO_PERMISSION, str(error))
        if isinstance(error, FileNotFoundError):
            return State(Condition.UNPLUGGED, str(error))
        return State(Condition.FAILED, f"{type(error).__name__}: {error}")

    def start(self, on_scan: OnScan, on_state: OnState) -> None:
        if self._thread is not None:
            return
        self.stopping.clear()
        self._on_scan, self._on_state, self._said = on_scan, on_state, None
        self._thread = threading.Thread(target=self._live, name=f"scanner {self._title}", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> bool:
        self.stopping.set()
        self.interrupt()
        thread = self._thread
        if thread is None:
            return True
        thread.join(timeout)
        if thread.is_alive():
            return False
        self._thread = None
        return True

    def interrupt(self) -> None:
        """Wake a read that would wait for longer; called by ``stop`` on another thread."""

    def tell(self, condition: Condition, detail: str = "", turned_away: tuple[tuple[str, int], ...] = ()) -> None:
        """Say how the scanner is doing, once for each change."""
        state = State(condition, detail, turned_away)
        if state != self._said:
            self._said = state
            self._on_state(state)

    def hand_on(self, data: bytes, symbology: str = "", source: str = "") -> None:
        """Give a scan away; an AIM identifier in front of it is its symbology. A listener's fault ends nothing."""
        text = data.decode("latin-1")
        aim, rest = ("", text) if symbology else split_aim(text)
        self.pass_on(Scan(rest.encode("latin-1"), source or self._title, self._now(), symbology or aim))

    def pass_on(self, scan: Scan) -> None:
        """Give a scan away as it is."""
        try:
            self._on_scan(scan)
        except Exception as error:  # the desk's trouble is not the device's
            self.tell(Condition.FAILED, f"{type(error).__name__}: {error}")
            self.tell(Condition.READY)

    def _live(self) -> None:
        while not self.stopping.is_set():
            try:
                self.read()
            except Exception as error:  # whatever a driver does, the scanner is opened again
                state = self.sort(error)
                with suppress(Exception):
                    self.tell(state.condition, state.detail)
                self.stopping.wait(AGAIN_S)
        self.tell(Condition.STOPPED)
