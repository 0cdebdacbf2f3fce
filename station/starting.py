"""The window's start, in the order that makes it quick: what is needed for the first paint, and nothing else."""

import faulthandler
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from station.folders import Folders, Lock, find_folders
from station.logs import start_logging
from station.settings import Settings, SettingsError, settings_in


def start_window(files: Sequence[str] = ()) -> int:
    """Start the station with its window, which takes in ``files`` (pictures and lists); gives the exit status."""
    if sys.stderr is not None:
        faulthandler.enable()
    # A window that is there already has another working folder.
    paths = [str(Path(file).absolute()) for file in files]
    folders = find_folders()
    try:
        settings = settings_in(folders)
    except SettingsError as error:
        _tell(str(error))
        return 2
    if _no_screen():
        sys.stderr.write("station: there is no screen here; `station demo` does the whole job without one.\n")
        return 1
    if _runs_already(folders, settings, paths):
        return 0
    start_logging(folders.logs)
    # Imported here: a start that is over before its window needs no Qt. The imports first, for all that come after.
    from station.ui.plain_imports import restore

    restore()
    from station.app import show

    return show(settings, folders, paths)


def _tell(trouble: str) -> None:
    """On standard error; in a window of its own where nobody looks at that."""
    if sys.stderr is not None:
        sys.stderr.write(f"station: {trouble}\n")
        if sys.stderr.isatty() or _no_screen() or os.environ.get("QT_QPA_PLATFORM") == "offscreen":
            return
    from station.ui.plain_imports import restore

    restore()
    from station.ui.start_trouble import show_trouble
    from station.words import say

    show_trouble(say("cli.bad_settings", detail=trouble))


def _no_screen() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _runs_already(folders: Folders, settings: Settings, files: Sequence[str]) -> bool:
    """Where somebody else holds the lock and is a window, that one comes to the front and this start is over."""
    try:
        folders.make(settings.is_practice)
    except OSError:
        return False
    folder = folders.databases(settings.is_practice)
    lock = Lock(folder)
    if lock.take():
        lock.give_back()
        return False
    from station.ui.single import raise_first

    return raise_first(folder, files)
