"""Where the station keeps its things, and the lock that says who sends."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from platformdirs import PlatformDirs

_APP = "claiming-station"


@dataclass(frozen=True, slots=True)
class Folders:
    """``data`` holds databases and receipts, ``config`` the settings, ``state`` what tells this machine from a copy.

    ``fleet`` holds what somebody put in place for every user of this computer; None: nobody is asked.
    """

    data: Path
    config: Path
    state: Path
    logs: Path
    fleet: Path | None = None

    @property
    def settings(self) -> Path:
        return self.config / "settings.toml"

    @property
    def secrets(self) -> Path:
        """The file sealed by a passphrase, for a machine without a keyring."""
        return self.config / "secrets.sealed"

    def databases(self, practice: bool) -> Path:
        """Practice never shares a history with real work."""
        return self.data / "practice" if practice else self.data

    def make(self, practice: bool) -> None:
        for folder in (self.data, self.databases(practice), self.config, self.logs):
            folder.mkdir(parents=True, exist_ok=True)


def find_folders() -> Folders:
    """The platform's own folders, or all of them under ``STATION_HOME``; ``STATION_STATE`` moves the state folder."""
    dirs = PlatformDirs(_APP, appauthor=False)
    home = os.environ.get("STATION_HOME")
    state = os.environ.get("STATION_STATE")
    if home:
        base = Path(home)
        found = Folders(base / "data", base, base / "state", base / "logs")
    else:
        found = Folders(
            Path(dirs.user_data_dir), Path(dirs.user_config_dir), Path(dirs.user_state_dir), Path(dirs.user_log_dir)
        )
    return replace(found, state=Path(state) if state else found.state, fleet=fleet_folder())


def fleet_folder() -> Path | None:
    """Where a computer's own settings lie (see ``station.provisioning``); a home of its own has none."""
    told = os.environ.get("STATION_FLEET")
    if told:
        return Path(told)
    if os.environ.get("STATION_HOME"):
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA") or r"C:\ProgramData") / "ClaimingStation"
    return Path("/etc/claiming-station")


def resources() -> Path:
    """The folder of icons, sounds, translations and samples: beside the package, or inside the frozen program."""
    frozen = getattr(sys, "_MEIPASS", None)
    return (Path(frozen) if frozen else Path(__file__).resolve().parent.parent) / "resources"


class Lock:
    """The operating system's lock on a data folder: one process at a time sends. It goes with the process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "sending.lock"
        self._stream: IO[bytes] | None = None

    def take(self) -> bool:
        """True once this process holds the lock; safe to ask again and again."""
        if self._stream is not None:
            return True
        try:
            stream = self._path.open("a+b")
        except OSError:
            return False
        try:
            _lock(stream)
        except OSError:
            stream.close()
            return False
        self._stream = stream
        return True

    def give_back(self) -> None:
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
            self._stream = None


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[bytes]) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(stream: IO[bytes]) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
