"""A folder that other tools drop pictures and lists into: each file is read once it is whole, then put aside."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, ClassVar

from .base import Condition, State
from .base import Settings as ScannerSettings
from .folder_shelves import put_aside, shelves_work
from .framing.reading import Reading

if TYPE_CHECKING:
    from station.vision.picture import PdfPages

    from .pictures_folders import PictureReport

POLL_S = 0.25
LISTS = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xlsx"})
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart")
Print = tuple[str, int, int]
"""What tells a file as it is now from all others: its name, size in bytes, time of change in nanoseconds."""


@dataclass(frozen=True, slots=True)
class FolderSettings(ScannerSettings):
    """``folder`` is watched, not the folders in it. A file is read once it has not changed for ``still_s`` seconds.

    ``leave``: files stay where they are; then only those that arrive while the folder is watched are read.
    """

    folder: str = field(default="", metadata={"path": "folder"})
    leave: bool = False
    still_s: float = field(default=1.0, metadata={"advanced": True})


@dataclass(frozen=True, slots=True)
class FolderDoors:
    """Where files go that are no pictures, and who knows when what was read is safe.

    ``read_list`` reads a list to its end and gives the sentence why nothing of it could be used, or an empty text; None
    where the event was set before the end;
    ``explain`` makes a sentence of what is wrong with a picture; ``are_kept`` waits until all scans handed on so far
    are on disk, and is False where one could not be kept: the file is then read again.
    """

    read_list: Callable[[Path, Event], str | None] | None = None
    explain: Callable[["PictureReport"], str] = lambda report: str(report.problem)
    are_kept: Callable[[], bool] = lambda: True
    pdf_pages: "PdfPages | None" = None


class Folder(Reading):
    """Watches one folder."""

    name: ClassVar[str] = "folder"
    settings_type: ClassVar[type[ScannerSettings]] = FolderSettings
    echoes: ClassVar[bool] = False

    def __init__(
        self, settings: FolderSettings | None = None, title: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC), doors: FolderDoors | None = None,
    ) -> None:
        self.settings = settings or FolderSettings()
        super().__init__(title or self.name, now)
        self._doors = doors or FolderDoors()
        self._done: set[Print] | None = None
        self._to_move: dict[Print, str] = {}
        """Files that were read and could not be moved, as another program holds them open; why they gave nothing."""

    def read(self) -> None:
        folder = Path(self.settings.folder).expanduser()
        if not self.settings.folder or not folder.is_dir():
            self.tell(Condition.UNPLUGGED, str(folder))
            self.stopping.wait(1.0)
            return
        if not self.settings.leave and not shelves_work(folder):
            # Files that could not be put aside would be read again at each start.
            self.tell(Condition.NO_PERMISSION, str(folder))
            self.stopping.wait(1.0)
            return
        self.tell(Condition.READY, str(folder))
        self._watch(folder)

    def sort(self, error: Exception) -> State:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return State(Condition.UNPLUGGED, str(error))
        return super().sort(error)

    def _watch(self, folder: Path) -> None:
        if self._done is None:
            self._done = set(_files(folder)) if self.settings.leave else set()
        done, waits = self._done, dict[Print, float]()
        while not self.stopping.is_set():
            now, there = time.monotonic(), set(_files(folder))
            done &= there
            self._move(folder, there)
            waits = {each: waits.get(each, now) for each in there if each not in done}
            whole = [each for each, since in waits.items() if now - since >= self.settings.still_s]
            for each in sorted(whole, key=lambda each: (each[2], each[0])):
                if not self.stopping.is_set() and self._take(folder, each):
                    done.add(each)
                waits.pop(each)  # one that has to be read again waits anew
            self.stopping.wait(POLL_S)

    def _move(self, folder: Path, there: set[Print]) -> None:
        """Put aside what was read."""
        for each, why in list(self._to_move.items()):
            with suppress(OSError):
                if each in there:
                    put_aside(folder / each[0], why)
                del self._to_move[each]

    def _take(self, folder: Path, file: Print) -> bool:
        """Read one file and put it aside; False where it has to be read again."""
        path = folder / file[0]
        self.tell(Condition.READING, file[0])
        why = self._read_list(path) if path.suffix.lower() in LISTS else self._read_picture(path)
        if why is None:
            return False
        if not self._doors.are_kept():
            self.tell(Condition.FAILED, "not kept")
            return False
        if not self.settings.leave:
            self._to_move[file] = why
            self._move(folder, {file})
        self.tell(Condition.READY, str(folder))
        return True

    def _read_list(self, path: Path) -> str | None:
        if self._doors.read_list is None:
            return "lists are not read here"
        return self._doors.read_list(path, self.stopping)

    def _read_picture(self, path: Path) -> str | None:
        """Why it gave nothing, empty where it gave something, None where reading was broken off."""
        # Imported with the first picture: the decoding engines take a moment.
        from .pictures import read_files

        said: list[str] = []

        def hear(report: "PictureReport") -> None:
            said.append("" if report.count else self._doors.explain(report))

        summary = read_files([path], self.pass_on, hear, self.stopping, self._now, self._doors.pdf_pages)
        if summary.stopped:
            return None
        return said[0] if said else ""


def _files(folder: Path) -> Iterator[Print]:
    """The files of a folder that may be read: no hidden ones, none that is being written under another name, no
    links."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~")) or entry.name.lower().endswith(_UNFINISHED):
                continue
            try:
                facts = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # it is gone again
            if stat.S_ISREG(facts.st_mode) and facts.st_size:
                yield entry.name, facts.st_size, facts.st_mtime_ns


SCANNER = Folder
