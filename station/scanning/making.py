"""Makes the scanner that a desk's settings ask for, with its secrets and with the doors that its kind needs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from station.core.secret import Secret
from station.credentials import Credentials, Place
from station.desk import lists
from station.desk.desk import Desk
from station.scanners.base import SHELF, Scanner, Shelf
from station.scanning.forms import secret_names, typed_settings
from station.scanning.hub import ASKS_A_PERSON, LockedError
from station.scanning.line import Line
from station.settings import ScannerSettings
from station.words import advise, say

if TYPE_CHECKING:
    from station.scanners.pictures_folders import PictureReport
    from station.vision.picture import PdfPages

_LOCKED = {Place.LOCKED_FILE: "locked_file", Place.LOCKED_KEYRING: ASKS_A_PERSON}


def secret_owner(name: str) -> str:
    """Under which name a scanner's secrets are kept, apart from those of a connection of the same name."""
    return f"scanner_{name}"


class Making:
    """For ``Scanning``. Called on threads that may wait for the disk and the keyring."""

    def __init__(
        self, credentials: Credentials, desk: Desk, now: Callable[[], datetime], pdf_pages: "PdfPages | None" = None,
        shelf: Shelf = SHELF,
    ) -> None:
        self._credentials, self._desk, self._now, self._pdf_pages = credentials, desk, now, pdf_pages
        self._shelf = shelf

    def __call__(self, wanted: ScannerSettings, line: Line) -> Scanner:
        """Raises ``SettingsError``, ``ScannerUnavailableError``, ``LockedError``."""
        cls = self._shelf.load(wanted.kind)
        settings = typed_settings(cls, wanted, self._secrets(wanted.name, cls))
        title = wanted.title or wanted.name
        if wanted.kind == "folder":
            return self._folder(cls, settings, title, line)
        return cls(settings, title)  # type: ignore[call-arg]

    def _secrets(self, name: str, cls: type[Scanner]) -> dict[str, Secret]:
        """Without a secret that is locked away nothing is opened: a door must not stand open for lack of its key."""
        owner, found = secret_owner(name), dict[str, Secret]()
        for each in secret_names(cls):
            locked = _LOCKED.get(self._credentials.place(owner, each))
            if locked is not None:
                raise LockedError(locked)
            secret = self._credentials.find(owner, each)
            if secret is not None:
                found[each] = secret
        return found

    def _folder(self, cls: type[Scanner], settings: object, title: str, line: Line) -> Scanner:
        from station.scanners.folder import FolderDoors  # of that kind alone, which may not be what is set up

        doors = FolderDoors(self._read_list, self._explain, line.are_kept, self._pdf_pages)
        return cls(settings, title, self._now, doors)  # type: ignore[call-arg]

    def _read_list(self, path: Path, stop: Event) -> str | None:
        """A list's rows go the way of one that was dropped on the window."""
        progress = lists.bring_in(self._desk, path, self._now, stop)
        if stop.is_set():
            return None
        return "" if progress.kept else say("scanners.list_gave_nothing", name=path.name, n=progress.bad)

    def _explain(self, report: "PictureReport") -> str:
        from station.core.news import BadInput

        self._desk.do(lists.tell, BadInput(report.path.name, 0, str(report.problem), report.detail))
        told = advise("picture", str(report.problem), name=report.path.name)
        return f"{told.cause}. {told.next_step}"
