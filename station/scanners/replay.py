"""Plays a recorded shift again, with its gaps or faster: for training, for reports of faults and for tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import ClassVar

from station.core.scan import Scan

from .base import Condition, State
from .base import Settings as ScannerSettings
from .framing.reading import Reading
from .framing.recording import RecordingError, read_recording

SOURCE = "replay"


@dataclass(frozen=True, slots=True)
class ReplaySettings(ScannerSettings):
    """``file`` is a recording; ``speed`` 2 plays it twice as fast, 0 without any gap. It is played once."""

    file: str = field(default="", metadata={"path": "file"})
    speed: float = 1.0


class Replay(Reading):
    """Plays one recording; each scan's source is "replay" and the scanner that read it then."""

    name: ClassVar[str] = "replay"
    settings_type: ClassVar[type[ScannerSettings]] = ReplaySettings
    echoes: ClassVar[bool] = False
    lasting: ClassVar[bool] = False

    def __init__(
        self, settings: ReplaySettings | None = None, title: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings or ReplaySettings()
        super().__init__(title or self.name, now)
        self._played = 0
        self.finished = Event()
        """Set once all of it was played."""

    def read(self) -> None:
        """From where it was, should it have been broken off: no scan comes twice."""
        before = 0.0
        for number, played in enumerate(read_recording(Path(self.settings.file).expanduser())):
            gap, before = played.at_s - before, played.at_s
            if number < self._played:
                continue
            self.tell(Condition.READING)
            if self.settings.speed > 0:
                self.stopping.wait(gap / self.settings.speed)
            if self.stopping.is_set():
                return
            self._played += 1
            source = f"{SOURCE}: {played.source}" if played.source else SOURCE
            self.pass_on(Scan(played.data, source, self._now(), played.symbology))
        self.tell(Condition.READY)
        self.finished.set()
        self.stopping.wait()

    def sort(self, error: Exception) -> State:
        if isinstance(error, RecordingError):
            return State(Condition.FAILED, str(error))
        return super().sort(error)


SCANNER = Replay
