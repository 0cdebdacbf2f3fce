"""A listener for scanners: remembers what it was told and can be waited on."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from station.core.scan import Scan
from station.scanners.base import Condition, State

PATIENCE_S = 10.0


@dataclass
class Heard:
    """Give a scanner ``scan`` and ``state``."""

    scans: list[Scan] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    _told: threading.Condition = field(default_factory=threading.Condition)

    def scan(self, scan: Scan) -> None:
        with self._told:
            self.scans.append(scan)
            self._told.notify_all()

    def state(self, state: State) -> None:
        with self._told:
            self.states.append(state)
            self._told.notify_all()

    @property
    def texts(self) -> list[str]:
        return [scan.text for scan in self.scans]

    @property
    def condition(self) -> Condition | None:
        return self.states[-1].condition if self.states else None

    def until(self, happened: Callable[[], bool]) -> None:
        with self._told:
            assert self._told.wait_for(happened, PATIENCE_S), (self.texts, self.states)

    def until_texts(self, *texts: str) -> None:
        self.until(lambda: len(self.scans) >= len(texts))
        time.sleep(0.02)  # a scan too many would come now
        assert self.texts == list(texts)
