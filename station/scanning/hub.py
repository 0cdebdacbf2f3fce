"""The desk's scanners: those that are set up read, all that are plugged in are known, each change is told."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import partial

from station.scanners.base import SHELF, Condition, Scanner, ScannerUnavailableError, Shelf, State
from station.scanning.forms import ELSEWHERE, KEYBOARD
from station.scanning.line import Keep, Line
from station.scanning.search import EVERY_S, FIRST_AFTER_S, Search
from station.scanning.sight import survey
from station.scanning.turns import Turns, guarded
from station.settings import ScannerSettings, SettingsError
from station.ui.scanner_doors import ScannersSeen

log = logging.getLogger(__name__)

Make = Callable[[ScannerSettings, Line], Scanner]
"""Makes the scanner that settings ask for. May wait for a keyring; raises ``SettingsError``,
``ScannerUnavailableError``, and ``LockedError`` where a secret cannot be had now."""
STOP_S = 2.0
TELL_EVERY_S = 0.1
AGAIN_S = 2.0
"""After so long a scanner that did not start is tried again."""
STARTING = "starting"


ASKS_A_PERSON = "locked_keyring"


class LockedError(Exception):
    """A scanner's secret is kept where nobody can look now: ``ASKS_A_PERSON``, or "locked_file"."""


class Scanning:
    """Runs the scanners. What is to be done is done in turn on a thread of its own; whoever listens is told by it."""

    def __init__(
        self, wanted: Sequence[ScannerSettings], keep: Keep, make: Make, keyboard: Line | None = None, *,
        shelf: Shelf = SHELF, search_every_s: float = EVERY_S, search_first_s: float = FIRST_AFTER_S,
    ) -> None:
        """``keyboard`` is the line of the keyboard, which the window starts and stops."""
        self._keep, self._make, self._shelf, self._keyboard = keep, make, shelf, keyboard
        self.lines: dict[str, Line] = {}
        kinds = [each.name for each in shelf.listings() if each.name not in ELSEWHERE]
        self.search = Search(kinds, self.changed, shelf, search_every_s, search_first_s)
        self._wanted = tuple(each for each in wanted if each.kind not in {KEYBOARD, *ELSEWHERE})
        self._listeners: tuple[Callable[[ScannersSeen], None], ...] = ()
        self._turns = Turns("scanners", self._begin_all, self._try_again, AGAIN_S)
        self._untold = threading.Event()
        self.note: Callable[[], tuple[str, int]] = lambda: ("", 0)
        """The file that a recording is written into, and how many scans it holds."""

    def start(self) -> None:
        if self._keyboard is not None:
            self._keyboard.changed = self.changed
        self._turns.start()
        self.search.start()

    def stop(self) -> bool:
        """Let all devices go, in two seconds at most; False where one had to be left behind."""
        self.search.stop(0)
        self._turns.stop(2 * STOP_S)
        closed = _close(tuple(self.lines.values()))
        return self.search.stop(STOP_S) and closed

    def listen(self, hear: Callable[[ScannersSeen], None]) -> Callable[[], None]:
        """Hear how things stand, now and after each change, on the scanners' thread."""
        self._listeners = (*self._listeners, hear)
        self.changed()

        def stop() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not hear)

        return stop

    def changed(self) -> None:
        """There is something new to tell; called on any thread."""
        if not self._untold.is_set():
            self._untold.set()
            self._turns.post(self._tell)

    def see(self) -> ScannersSeen:
        """How things stand."""
        lines = [*self.lines.values(), *([self._keyboard] if self._keyboard is not None else [])]
        file, count = self.note()
        return survey(lines, self.search, self._shelf, file, count)

    def put(self, wanted: ScannerSettings) -> "Future[None]":
        """Have a scanner read with these settings, in place of what it did before; or not at all, if not enabled."""
        return self._turns.do(partial(self._put, wanted))

    def remove(self, name: str) -> "Future[None]":
        return self._turns.do(partial(self._remove, name))

    def _begin_all(self) -> None:
        for wanted in self._wanted:
            self._put(wanted)

    def _put(self, wanted: ScannerSettings) -> None:
        self._remove(wanted.name)
        line = self.lines[wanted.name] = Line(wanted, self._keep, self.changed)
        if wanted.enabled:
            line.tell(State(Condition.STOPPED, STARTING))
            self._open(line)
        self.changed()

    def _open(self, line: Line) -> None:
        """Make and start a scanner on a thread of its own: its driver or a keyring may take their time."""

        def begin(scanner: Scanner) -> None:
            """Unless it was taken away or changed while it was being made."""
            if self.lines.get(line.wanted.name) is line:
                line.start(scanner)

        def open_() -> None:
            made = _make(self._make, line)
            if isinstance(made, State):
                line.tell(made)
            else:
                self._turns.post(partial(begin, made))

        threading.Thread(target=open_, name=f"open {line.wanted.name}", daemon=True).start()

    def _remove(self, name: str) -> None:
        line = self.lines.pop(name, None)
        if line is not None:
            _close((line,))
            self.changed()

    def _try_again(self) -> None:
        """Whatever did not start is given another try: a library was installed, a file unlocked."""
        for line in self.lines.values():
            failed = line.wanted.enabled and line.scanner is None and line.state.condition is Condition.FAILED
            if failed and line.state.detail != ASKS_A_PERSON:
                self._open(line)

    def _tell(self) -> None:
        self._untold.clear()
        seen = self.see()
        for hear in self._listeners:
            guarded(partial(hear, seen))
        self._turns.stopping.wait(TELL_EVERY_S)


def _make(make: Make, line: Line) -> Scanner | State:
    """The scanner that a line asks for, or why there is none."""
    try:
        return make(line.wanted, line)
    except ScannerUnavailableError as error:
        return State(Condition.FAILED, error.reason)
    except (LockedError, SettingsError, ValueError) as error:
        return State(Condition.FAILED, str(error))
    except Exception as error:  # whatever a kind does, the others work
        log.exception("scanner %s cannot be made", line.wanted.name)
        return State(Condition.FAILED, f"{type(error).__name__}: {error}")


def _close(lines: Iterable[Line]) -> bool:
    """Stop several at once; whoever does not end in time is left behind."""
    ended: list[bool] = []

    def close(line: Line) -> None:
        ended.append(line.stop(STOP_S))

    closing = [threading.Thread(target=close, args=(line,), daemon=True) for line in lines]
    for each in closing:
        each.start()
    for each in closing:
        each.join(STOP_S + 0.5)
    return len(ended) == len(closing) and all(ended)
