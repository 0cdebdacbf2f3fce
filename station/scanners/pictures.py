"""Reads the codes in picture files and folders of them; each code becomes a scan, each failure a report."""

import queue
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import ClassVar

from station.core.scan import Scan
from station.vision.cascade import BUDGET, read_symbols
from station.vision.picture import PdfPages, PictureError, PictureProblem, pages
from station.vision.symbol import LABELS, Format, Formats, Symbol

from .base import Condition, OnScan, OnState, Scanner, Settings, State
from .pictures_folders import OnProblem, PictureReport, contents_of, problem_of, walk

__all__ = ["PictureReport", "PictureSettings", "PictureSummary", "Pictures", "read_files", "read_picture"]

@dataclass(frozen=True, slots=True)
class PictureSummary:
    """What a run over files came to; ``stopped`` when it was ended before the last one."""

    pictures: int
    codes: int
    problems: int
    stopped: bool = False


def read_files(
    paths: Iterable[Path],
    on_scan: OnScan,
    on_problem: OnProblem,
    stop: Event,
    now: Callable[[], datetime],
    pdf_pages: PdfPages | None = None,
    formats: Formats = LABELS,
) -> PictureSummary:
    """Read files and folders (with all in them, in natural order), on the caller's thread.

    In folders, hidden files and files that are no pictures are passed over; a file that was named is always
    answered for. ``stop`` ends the run before the next page.
    """
    pictures = codes = problems = 0
    for path in walk(paths, on_problem):
        if stop.is_set():
            return PictureSummary(pictures, codes, problems, stopped=True)
        pictures += 1
        count, report = _read_file(path, on_scan, stop, now, pdf_pages, formats)
        codes += count
        if report:
            problems += 1
            on_problem(report)
    return PictureSummary(pictures, codes, problems, stop.is_set())


def read_picture(path: Path, pdf_pages: PdfPages | None = None, formats: Formats = LABELS) -> Iterator[Symbol]:
    """The codes of one picture file, page by page. Raises ``PictureError`` where it ends too early."""
    for page in pages(contents_of(path), pdf_pages):
        yield from read_symbols(page, formats, BUDGET)


def _read_file(
    path: Path,
    on_scan: OnScan,
    stop: Event,
    now: Callable[[], datetime],
    pdf_pages: PdfPages | None,
    formats: Formats,
) -> tuple[int, PictureReport | None]:
    """Read one file to its end: the number of codes, and what went wrong."""
    count = 0
    source = f"picture: {path.name}"
    try:
        for symbol in read_picture(path, pdf_pages, formats):
            on_scan(Scan(symbol.data, source, now(), symbol.symbology))
            count += 1
            if stop.is_set():
                return count, None
    except PictureError as error:
        return count, PictureReport(path, error.problem, error.detail, count)
    except OSError as error:
        return count, PictureReport(path, problem_of(error), error.strerror or "", count)
    except MemoryError:
        return count, PictureReport(path, PictureProblem.TOO_LARGE, "", count)
    except Exception as error:  # a file is from outside: whatever it does to a decoder gets an answer
        return count, PictureReport(path, PictureProblem.UNREADABLE, f"{type(error).__name__}: {error}"[:200], count)
    return count, None if count else PictureReport(path, PictureProblem.NO_CODE)


@dataclass(frozen=True, slots=True)
class PictureSettings(Settings):
    """``formats`` are the kinds of code that pictures are searched for."""

    formats: tuple[Format, ...] = tuple(Format)


class Pictures(Scanner):
    """Reads pictures that are handed to it, in the background and in their order."""

    name: ClassVar[str] = "pictures"
    settings_type: ClassVar[type[Settings]] = PictureSettings
    echoes: ClassVar[bool] = False

    def __init__(
        self,
        settings: PictureSettings | None = None,
        on_problem: OnProblem = lambda _report: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pdf_pages: PdfPages | None = None,
    ) -> None:
        self._formats = frozenset((settings or PictureSettings()).formats)
        self._on_problem = on_problem
        self._now = now
        self._pdf_pages = pdf_pages
        self._waiting: queue.SimpleQueue[tuple[Path, ...] | None] = queue.SimpleQueue()
        self._stop = Event()
        self._thread: Thread | None = None

    def read(self, paths: Iterable[Path]) -> None:
        """Put files and folders in the queue; returns at once."""
        self._waiting.put(tuple(paths))

    def start(self, on_scan: OnScan, on_state: OnState) -> None:
        if self._thread is not None:
            return
        self._stop.clear()
        self._thread = Thread(target=self._run, args=(on_scan, on_state), name="pictures", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """Stop after the page in hand; what waits in the queue is dropped."""
        self._stop.set()
        return self.finish(timeout)

    def finish(self, timeout: float | None = None) -> bool:
        """Read what is in the queue, then end; False when that takes longer than ``timeout`` seconds."""
        thread = self._thread
        if thread is None:
            return True
        self._waiting.put(None)
        thread.join(timeout)
        if thread.is_alive():
            return False
        self._thread = None
        return True

    def _run(self, on_scan: OnScan, on_state: OnState) -> None:
        on_state(State(Condition.READY))
        while not self._stop.is_set():
            paths = self._waiting.get()
            if paths is None:
                break
            on_state(State(Condition.READING))
            try:
                read_files(paths, on_scan, self._on_problem, self._stop, self._now, self._pdf_pages, self._formats)
                on_state(State(Condition.READY))
            except Exception as error:  # a listener's fault must not end the thread
                on_state(State(Condition.FAILED, f"{type(error).__name__}: {error}"))
        on_state(State(Condition.STOPPED))


SCANNER = Pictures
