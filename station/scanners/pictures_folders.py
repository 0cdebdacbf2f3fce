"""Finds the picture files that were named or lie in named folders, and opens each without trusting it."""

import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from station.vision.headers import kind_of
from station.vision.picture import LARGEST_FILE, PictureError, PictureProblem

DEEPEST = 32
"""Folders within folders; deeper ones are not entered."""

_NUMBERS = re.compile(r"(\d+)")

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".pdf", ".heic", ".heif", ".avif"})


@dataclass(frozen=True, slots=True)
class PictureReport:
    """Why a picture gave no code, or not all: ``count`` codes were read from it all the same."""

    path: Path
    problem: PictureProblem
    detail: str = ""
    count: int = 0


OnProblem = Callable[[PictureReport], None]


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
        on_problem(PictureReport(folder, problem_of(error), error.strerror or ""))
        return
    for entry in entries:
        if _is_folder(entry):
            yield from _pictures_in(entry, on_problem, seen, depth + 1)
        elif _looks_like_a_picture(entry):
            yield entry


def contents_of(path: Path) -> bytes:
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


def problem_of(error: OSError) -> PictureProblem:
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
