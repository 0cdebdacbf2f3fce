"""The window's start, in the order that makes it quick: the desk's thread first, Qt meanwhile."""

import faulthandler
import os
import sys

from station.folders import Folders, find_folders
from station.logs import start_logging
from station.parts import Station, assemble
from station.settings import Settings, SettingsError, read_settings
from station.timings import tell_news


def start_window() -> int:
    """Start the station with its window; gives the exit status."""
    _catch_crashes()
    folders = find_folders()
    try:
        settings = read_settings(folders.settings)
    except SettingsError as error:
        sys.stderr.write(f"station: {error}\n")
        return 2
    if _no_screen():
        sys.stderr.write("station: there is no screen here; `station demo` does the whole job without one.\n")
        return 1
    start_logging(folders.logs)
    station = _assemble(settings, folders)
    if station is None:
        return 1
    if not station.lock.take() and _raised_other(folders, settings):
        return 0
    station.desk.listen(tell_news)
    station.start()
    # Imported while the desk opens its database on its own thread.
    from station.app import show

    return show(station)


def _assemble(settings: Settings, folders: Folders) -> Station | None:
    try:
        return assemble(settings, folders)
    except OSError as error:
        sys.stderr.write(f"station: the data folder cannot be used: {error}\n")
        return None


def _catch_crashes() -> None:
    if sys.stderr is not None:
        faulthandler.enable()


def _no_screen() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _raised_other(folders: Folders, settings: Settings) -> bool:
    """Somebody else holds the lock: if it is a window, it comes to the front and this start is over."""
    from station.ui.single import raise_first

    return raise_first(folders.databases(settings.is_practice))
