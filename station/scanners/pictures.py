"""Reads the codes in picture files and folders of them; each code becomes a scan, each failure a report."""

import queue
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import ClassVar

from station.core.scan import Scan
from station.vision.cascade import BUDGET, read_symbols
from station.vision.headers import kind_of
from station.vision.picture import LARGEST_FILE, PdfPages, PictureError, PictureProblem, pages
from station.vision.symbol import LABELS, Format, Formats, Symbol

from .base import Condition, OnScan, OnState, Scanner, Settings, State

DEEPEST = 32
"""Folders within folders; deeper ones are not entered."""

_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class PictureReport:
    """Why a picture gave no code, or not all: ``count`` codes were read from it all the same."""

    path: Path
    problem: PictureProblem
    detail: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class PictureSummary:
    """What a run over files came to; ``stopped`` when it was ended before the last one."""

    pictures: int
    codes: int
    problems: int
    stopped: bool = False


OnProblem = Callable[[PictureReport], None]


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
    for page in pages(_contents(path), pdf_pages):
        yield from read_symbols(page, formats, BUDGET)


def walk(paths: Iterable[Path], on_problem: OnProblem) -> Iterator[Path]:
    """The files to read: those named, and the pictures in the folders named. Links that lead back are left out."""
    seen: set[tuple[int, int]] = set()
    for path in paths:
        try:
            is_folder = path.is_dir()
        except (OSError, ValueError):
            is_folder = False
        if is_folder:
            yield from _pictures_in(path, on_problem, seen, 0)
        else:
            yield path


def _pictures_in(folder: Path, on_problem: OnProblem, seen: set[tuple[int, int]], depth: int) -> Iterator[Path]:
    try:
        facts = folder.stat()
        here = (facts.st_dev, facts.st_ino)
        if here in seen or depth > DEEPEST:
            return
        seen.add(here)
        entries = sorted((entry for entry in folder.iterdir() if not _hidden(entry)), key=_natural)
    except OSError as error:
        on_problem(PictureReport(folder, _problem_of(error), error.strerror or ""))
        return
    for entry in entries:
        if _is_folder(entry):
            yield from _pictures_in(entry, on_problem, seen, depth + 1)
        elif _looks_like_a_picture(entry):
            yield entry


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
        return count, PictureReport(path, _problem_of(error), error.strerror or "", count)
    except MemoryError:
        return count, PictureReport(path, PictureProblem.TOO_LARGE, "", count)
    except Exception as error:  # a file is from outside: whatever it does to a decoder gets an answer
        return count, PictureReport(path, PictureProblem.UNREADABLE, f"{type(error).__name__}: {error}"[:200], count)
    return count, None if count else PictureReport(path, PictureProblem.NO_CODE)


def _contents(path: Path) -> bytes:
    """A file's bytes, at most ``LARGEST_FILE``; only of an ordinary file, as a pipe may never end."""
    try:
        facts = path.stat()
    except ValueError as error:  # a name with a NUL in it
        raise PictureError(PictureProblem.MISSING) from error
    if not stat.S_ISREG(facts.st_mode):
        raise PictureError(PictureProblem.NOT_A_PICTURE)
    if facts.st_size > LARGEST_FILE:
        raise PictureError(PictureProblem.TOO_LARGE, f"{facts.st_size // 1_000_000} MB")
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def _looks_like_a_picture(path: Path) -> bool:
    """True for pictures by their first bytes, and for what cannot be opened or is empty: both need an answer."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            head = file.read(64)
    except OSError:
        return path.suffix.lower() in _SUFFIXES
    return kind_of(head) is not None or path.suffix.lower() in _SUFFIXES


_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".pdf", ".heic", ".heif", ".avif"})


def _problem_of(error: OSError) -> PictureProblem:
    if isinstance(error, PermissionError):
        return PictureProblem.NO_ACCESS
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return PictureProblem.MISSING
    return PictureProblem.UNREADABLE


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """"label 2" before "label 10"."""
    parts = _NUMBERS.split(path.name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


@dataclass(frozen=True, slots=True)
class PictureSettings(Settings):
    """``formats`` are the kinds of code that pictures are searched for."""

    formats: tuple[Format, ...] = tuple(Format)


class Pictures(Scanner):
    """Reads pictures that are handed to it, in the background and in their order."""

    name: ClassVar[str] = "pictures"
    settings_type: ClassVar[type[Settings]] = PictureSettings

    def __init__(
        self,
        settings: PictureSettings | None = None,
        on_problem: OnProblem = lambda report: None,
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
