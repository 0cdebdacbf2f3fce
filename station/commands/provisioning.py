"""``station provision``: puts a computer's own settings and authorities in place."""

from pathlib import Path

from station.folders import find_folders
from station.provisioning import provision as place
from station.settings import SettingsError
from station.words import say

from .answers import Exit, Stop, note


def provision(settings: Path | None, authorities: Path | None, folder: Path | None) -> Exit:
    """Check both files, then put them in place; nothing is changed where one is wrong."""
    fleet = folder or find_folders().fleet
    if settings is None and authorities is None:
        raise Stop(say("fleet.nothing_named"))
    if fleet is None:
        raise Stop(say("fleet.no_folder"))
    try:
        placed = place(fleet, settings, authorities)
    except SettingsError as error:
        raise Stop(say("fleet.refused", detail=str(error)), Exit.REFUSED) from error
    for path in placed:
        note(say("fleet.placed", path=str(path)))
    return Exit.DONE
