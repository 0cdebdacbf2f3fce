"""A whole installer on this computer: fetched into a folder of its own, held against what was signed, and opened."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from .fetching import FetchError, FetchProblem, fetch
from .index import Installer

LIMIT_S = 3600.0
_SPARE_BYTES = 200_000_000
"""What is left free on the disk: the desk writes there too."""
_ENDINGS = {"windows": ".exe", "linux-deb": ".deb", "linux-rpm": ".rpm"}
_PIECE = 1 << 20
Opener = Callable[[Path], None]
Progress = Callable[[int, int], None]


class InstallerProblem(StrEnum):
    """Why an installer is not opened."""

    WRONG_SIZE = "wrong_size"
    WRONG_SUM = "wrong_sum"
    WRONG_NAME = "wrong_name"
    NO_SPACE = "no_space"
    DISK = "disk"
    CHANGED = "changed"
    NOT_OPENED = "not_opened"


class InstallerError(Exception):
    """The installer is not opened; ``detail`` is for support."""

    def __init__(self, problem: InstallerProblem, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem, self.detail = problem, detail


def platform_here() -> str:
    """What an installer for this computer is called in the index: "windows-x86_64", "linux-deb-x86_64" …"""
    system = sysconfig.get_platform()  # "win-amd64", "linux-x86_64"
    machine = system.rpartition("-")[2].replace("amd64", "x86_64")
    if sys.platform == "win32":
        return f"windows-{machine}"
    return f"linux-{'deb' if Path('/var/lib/dpkg/status').exists() else 'rpm'}-{machine}"


async def download(
    wanted: Installer, index_url: str, platform: str, folder: Path, ca_file: str = "",
    progress: Progress = lambda _done, _size: None, limit_s: float = LIMIT_S,
) -> Path:
    """Fetch the installer into ``folder``, which holds nothing else then. Raises ``FetchError``, ``InstallerError``."""
    url, name = _address(index_url, wanted.url, platform)
    path = _room(folder, wanted.size) / name
    digest, done = hashlib.sha256(), 0

    def take(piece: bytes) -> None:
        nonlocal done
        stream.write(piece)
        digest.update(piece)
        done += len(piece)
        progress(done, wanted.size)

    try:
        with path.open("xb") as stream:
            await fetch(url, take, wanted.size, limit_s, ca_file)
            stream.flush()
            os.fsync(stream.fileno())
        if done != wanted.size:
            raise InstallerError(InstallerProblem.WRONG_SIZE, f"{done} of {wanted.size}")
        if digest.hexdigest() != wanted.sha256:
            raise InstallerError(InstallerProblem.WRONG_SUM)
    except BaseException as error:
        shutil.rmtree(path.parent, ignore_errors=True)
        if isinstance(error, OSError):
            raise InstallerError(InstallerProblem.DISK, error.strerror or type(error).__name__) from error
        if isinstance(error, FetchError) and error.problem is FetchProblem.TOO_LARGE:
            raise InstallerError(InstallerProblem.WRONG_SIZE, error.detail) from error
        raise
    return path


def open_installer(path: Path, wanted: Installer, opener: Opener) -> None:
    """Look at the whole file once more, for it may have been exchanged; then hand it on. Raises ``InstallerError``."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise InstallerError(InstallerProblem.CHANGED, error.strerror or type(error).__name__) from error
    if digest.hexdigest() != wanted.sha256:
        path.unlink(missing_ok=True)
        raise InstallerError(InstallerProblem.CHANGED)
    try:
        opener(path)
    except OSError as error:
        raise InstallerError(InstallerProblem.NOT_OPENED, error.strerror or type(error).__name__) from error


def open_file(path: Path) -> None:
    """Open a file as a person would by a double click. Raises OSError."""
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - checked against what was signed
        return
    # What a frozen program sets for its own libraries must not reach others.
    around = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    if "LD_LIBRARY_PATH_ORIG" in around:
        around["LD_LIBRARY_PATH"] = around.pop("LD_LIBRARY_PATH_ORIG")
    opener = shutil.which("xdg-open")
    if opener is None:
        raise FileNotFoundError(2, "xdg-open is not on this machine")
    # A program in between ends at once, so that nobody has to wait for what it opened.
    subprocess.run(  # noqa: S603 - the desktop's own opener
        ["/bin/sh", "-c", '"$0" "$1" >/dev/null 2>&1 </dev/null &', opener, str(path)], env=around, check=False,
        start_new_session=True,
    )


def clear(folder: Path) -> None:
    """Take away what an earlier run fetched: it was opened, or is too old by now."""
    for each in folder.glob("installer-*"):
        shutil.rmtree(each, ignore_errors=True)


def _room(folder: Path, size: int) -> Path:
    """A fresh folder for its owner alone, on a disk that has place."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear(folder)
        if shutil.disk_usage(folder).free < size + _SPARE_BYTES:
            raise InstallerError(InstallerProblem.NO_SPACE, str(size))
        return Path(tempfile.mkdtemp(prefix="installer-", dir=folder))
    except OSError as error:
        raise InstallerError(InstallerProblem.DISK, error.strerror or type(error).__name__) from error


def _address(index_url: str, told: str, platform: str) -> tuple[str, str]:
    """Where it lies, and a plain name of the ending that this platform's installers have: it decides what opens it."""
    ending = next(value for name, value in _ENDINGS.items() if platform.startswith(name))
    with suppress(ValueError):
        url = urljoin(index_url, told)
        name = re.sub(r"[^A-Za-z0-9._+-]", "_", unquote(urlsplit(url).path).rpartition("/")[2])[-100:]
        if name.endswith(ending) and name.lstrip("._-") == name:
            return url, name
    raise InstallerError(InstallerProblem.WRONG_NAME, ending)
