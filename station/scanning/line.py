"""One scanner that is set up, while it runs: its state, what it read last, and no reading kept twice."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from datetime import datetime

from station.core.news import ScanHeard
from station.core.scan import Scan
from station.scanners.base import Condition, Scanner, State
from station.settings import ScannerSettings

log = logging.getLogger(__name__)

Keep = Callable[[Scan], "Future[ScanHeard]"]
"""Has a scan kept; the answer comes once it is on disk."""
KEPT_WITHIN_S = 30.0


@dataclass
class Echoes:
    """Tells a reading that comes twice: the same code from the same source, again and again within ``within_s``."""

    within_s: float
    _last: dict[tuple[str, bytes], float] = field(default_factory=dict)

    def hear(self, scan: Scan, at_s: float) -> bool:
        """Whether this is a reading that was taken already; times are in seconds and only grow."""
        what = (scan.source, scan.data)
        self._last = {known: at for known, at in self._last.items() if at_s - at < self.within_s}
        again = what in self._last
        if self.within_s > 0:
            self._last[what] = at_s
        return again


@dataclass(frozen=True, slots=True)
class LastScan:
    """What a scanner read last, as it may be shown; ``heard`` is what became of it, empty until that is known."""

    at: datetime
    shown: str = ""
    source: str = ""
    heard: str = ""


class Line:
    """Hands each scan of one scanner on, once; ``changed`` is called, on any thread, when there is news of it."""

    def __init__(
        self, wanted: ScannerSettings, keep: Keep, changed: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.wanted = wanted
        self.state = State(Condition.STOPPED)
        self.last: LastScan | None = None
        self.scanner: Scanner | None = None
        self._keep, self.changed, self._monotonic = keep, changed, monotonic
        self._echoes = Echoes(0)
        self._answers: deque[Future[ScanHeard]] = deque()
        self._lost = False
        self._mute = threading.Event()

    def start(self, scanner: Scanner) -> None:
        """Begin to read."""
        self._echoes = Echoes(self.wanted.repeat_s if scanner.echoes else 0.0)
        self._mute = mute = threading.Event()
        self.scanner = scanner
        try:
            scanner.start(
                lambda scan: None if mute.is_set() else self._take(scan),
                lambda state: None if mute.is_set() else self.tell(state),
            )
        except Exception as error:  # whatever a kind does, it is told and tried again
            log.exception("scanner %s does not start", self.wanted.name)
            self.scanner = None
            self.tell(State(Condition.FAILED, f"{type(error).__name__}: {error}"))

    def stop(self, timeout: float = 2.0) -> bool:
        """Stop reading; False where the scanner had to be left behind: nothing of it counts from now on."""
        scanner, self.scanner = self.scanner, None
        ended = True
        if scanner is not None:
            try:
                ended = scanner.stop(timeout)
            except Exception:  # as above
                log.exception("scanner %s does not stop", self.wanted.name)
                ended = False
        self._mute.set()
        self.tell(State(Condition.STOPPED))
        return ended

    def tell(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.changed()

    def are_kept(self) -> bool:
        """Wait until all that was handed on since the last call is on disk; False where something could not be kept.

        For the scanner's own thread.
        """
        while self._answers:
            self._let_go(self._answers[0], KEPT_WITHIN_S)
        lost, self._lost = self._lost, False
        return not lost

    def _let_go(self, answer: "Future[ScanHeard]", wait_s: float) -> None:
        try:
            answer.result(wait_s)
        except (Exception, CancelledError):  # a full disk, a desk that ended
            self._lost = True
        self._answers.popleft()

    def _take(self, scan: Scan) -> None:
        """Called on the scanner's own thread."""
        if self._echoes.hear(scan, self._monotonic()):
            return
        self.last = LastScan(scan.at, source=scan.source)
        answer = self._keep(scan)
        while self._answers and self._answers[0].done():
            self._let_go(self._answers[0], 0)
        self._answers.append(answer)
        answer.add_done_callback(lambda done: self._kept(scan, done))

    def _kept(self, scan: Scan, answer: "Future[ScanHeard]") -> None:
        """What became of a scan; called on the desk's thread."""
        if answer.cancelled() or answer.exception() is not None:
            return
        heard = answer.result()
        self.last = LastScan(scan.at, heard.shown, scan.source, str(heard.heard))
        self.changed()
