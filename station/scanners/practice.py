"""A scanner without hardware: plays a list of codes with given gaps, for practice, demonstrations and tests."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread
from typing import ClassVar

from station.core.scan import Scan, split_aim

from .base import Condition, OnScan, OnState, Scanner, Settings, State

SOURCE = "practice"


@dataclass(frozen=True, slots=True)
class PracticeSettings(Settings):
    """``texts`` in the order in which they come, an AIM identifier in front allowed; ``gaps`` are the seconds
    before each, and start over when there are more texts than gaps; ``rounds`` plays the list so often."""

    texts: tuple[str, ...] = ()
    gaps: tuple[float, ...] = (1.0,)
    rounds: int = 1

    def script(self) -> tuple[tuple[float, str], ...]:
        """(seconds to wait, text) for each scan."""
        texts = self.texts * self.rounds
        gaps = self.gaps or (0.0,)
        return tuple((max(0.0, gaps[number % len(gaps)]), text) for number, text in enumerate(texts))


def practice_scan(text: str, at: datetime) -> Scan:
    """The scan of a text that nobody scanned."""
    symbology, rest = split_aim(text)
    return Scan(rest.encode("utf-8", "replace"), SOURCE, at, symbology)


class Practice(Scanner):
    """Plays its script once on a thread of its own, then is ready, having nothing more to say."""

    name: ClassVar[str] = "practice"
    settings_type: ClassVar[type[Settings]] = PracticeSettings
    echoes: ClassVar[bool] = False

    def __init__(
        self, settings: PracticeSettings | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings or PracticeSettings()
        self._now = now
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self, on_scan: OnScan, on_state: OnState) -> None:
        if self._thread is not None:
            return
        self._stop.clear()
        self._thread = Thread(target=self._play, args=(on_scan, on_state), name="practice scanner", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> bool:
        self._stop.set()
        return self.join(timeout)

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the script has been played; False when it takes longer than ``timeout`` seconds."""
        thread = self._thread
        if thread is None:
            return True
        thread.join(timeout)
        if thread.is_alive():
            return False
        self._thread = None
        return True

    def _play(self, on_scan: OnScan, on_state: OnState) -> None:
        on_state(State(Condition.READING))
        for gap, text in self._settings.script():
            if self._stop.wait(gap):
                on_state(State(Condition.STOPPED))
                return
            try:
                on_scan(practice_scan(text, self._now()))
            except Exception as error:  # the listener's fault must not end the round
                on_state(State(Condition.FAILED, f"{type(error).__name__}: {error}"))
        on_state(State(Condition.READY))


SCANNER = Practice
