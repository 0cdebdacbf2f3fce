"""The doctor's look at the machine: Python, Qt, screen, sound, disk, folders, rights to devices."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata

from station.folders import Folders

from .checkup import Found, try_it

OLDEST, NEWEST = (3, 11), (3, 13)
LEAST_FREE = 500_000_000
"""Bytes: below this a desk has no room for its journal and the copies before migrations."""


def look_at_machine(folders: Folders) -> Iterator[Found]:
    yield _python()
    yield try_it("qt", _qt)
    screen = _screen()
    yield screen
    if screen.ok:
        yield try_it("window", _window)
    yield try_it("sound", _sound)
    yield from (_writable(folders, name) for name in ("data", "config", "state", "logs"))
    yield try_it("disk", lambda: _disk(folders))
    if sys.platform == "linux":
        yield try_it("serial", _serial)


def _python() -> Found:
    here = sys.version_info[:2]
    return Found("python", OLDEST <= here <= NEWEST, f"{platform.python_version()} on {platform.platform()}", True)


def _qt() -> Found:
    # Qt may be what is missing here.
    import station.ui.offscreen  # noqa: F401

    return Found("qt", True, f"PySide6 {metadata.version('PySide6')}", True)


def _screen() -> Found:
    """Where a window would go; without one the command line works all the same."""
    if sys.platform != "linux":
        return Found("screen", True, sys.platform)
    names = ("WAYLAND_DISPLAY", "DISPLAY", "QT_QPA_PLATFORM")
    told = ", ".join(f"{name}={os.environ[name]}" for name in names if os.environ.get(name))
    return Found("screen", bool(told), told or "-")


def _window() -> Found:
    """Whether Qt can open that screen: tried in a process of its own, for Qt ends the program where it cannot."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "station"]
    tried = subprocess.run(  # noqa: S603 - this program itself
        [*program, "doctor", "--try-window"], capture_output=True, text=True, timeout=30, check=False
    )
    if tried.returncode == 0:
        return Found("window", True, tried.stdout.strip())
    told = [line for line in tried.stderr.splitlines() if line.strip()]
    return Found("window", False, (told[0] if told else f"status {tried.returncode}")[:300])


def _sound() -> Found:
    # Qt's sound library is slow to load, and may be missing.
    from station.ui.offscreen import application, sound_device

    application()
    device = sound_device()
    return Found("sound", bool(device), device or "-")


def _writable(folders: Folders, name: str) -> Found:
    folder = getattr(folders, name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        told = f"{folder}: {error.strerror or type(error).__name__}"
        return Found(f"folder_{name}", False, told, name == "data", {"folder": folder})
    return Found(f"folder_{name}", True, str(folder), name == "data")


def _disk(folders: Folders) -> Found:
    free = shutil.disk_usage(folders.data).free
    return Found("disk", free >= LEAST_FREE, f"{free / 1e9:.1f} GB", True)


def _serial() -> Found:
    """Whether this user may open serial scanners: the group that owns such ports."""
    import grp  # only there is such a group

    names = {grp.getgrgid(number).gr_name for number in os.getgroups()}
    owners = [group.gr_name for group in grp.getgrall() if group.gr_name in ("dialout", "uucp")]
    member = sorted(names & set(owners))
    ok = bool(member) or os.geteuid() == 0
    told = ", ".join(member) or ("root" if ok else "-")
    return Found("serial", ok, told, blanks={"group": (owners or ["dialout"])[0]})
