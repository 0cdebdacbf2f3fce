"""Stands between the scanners and the desk, so that a shift can be written down."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from station.core.news import ScanHeard
from station.core.scan import Scan

if TYPE_CHECKING:
    from station.scanning.tape import Tape

Keep = Callable[[Scan], "Future[ScanHeard]"]


class Recorder:
    """Stands between all scanners and the desk; passes each scan on, and writes it down while it records."""

    def __init__(self, keep: Keep, now: Callable[[], datetime]) -> None:
        self._keep, self._now = keep, now
        self._tape: Tape | None = None

    def keep(self, scan: Scan) -> "Future[ScanHeard]":
        """Have a scan kept; called on any thread."""
        answer, tape = self._keep(scan), self._tape
        if tape is not None:
            at = time.monotonic()
            answer.add_done_callback(lambda done: tape.take(scan, at, done))
        return answer

    def begin(self, path: Path) -> None:
        """Record into a new file. Raises OSError, as for one that is there already."""
        # Imported with the first recording: the window's start needs none of it.
        from station.scanning.tape import Tape

        self.end()
        self._tape = Tape(path, self._now())

    def end(self) -> int:
        """Record no more; what was read before is in the file. Gives the scans in it."""
        tape, self._tape = self._tape, None
        if tape is None:
            return 0
        tape.end()
        return tape.count

    def note(self) -> tuple[str, int]:
        """The file that is written and the scans in it; an empty text while nothing is recorded."""
        tape = self._tape
        return (str(tape.path), tape.count) if tape is not None and not tape.failed else ("", 0)
