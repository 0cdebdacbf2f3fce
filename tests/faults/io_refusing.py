"""What the system is to refuse a process, and the small library below SQLite and Python that refuses it."""

import ctypes
import errno
import os
import shutil
import subprocess
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
LIBRARY = "STATION_TEST_REFUSING"
"""Names the built library in a process that was started with it."""
FOR_GOOD = -1


class Call(IntEnum):
    """The kinds of call that are counted and refused, each for itself; the library knows them by these numbers."""

    WRITE = 0
    FSYNC = 1
    RENAME = 2
    OPEN = 3
    FTRUNCATE = 4
    UNLINK = 5
    MKDIR = 6
    LINK = 7
    PREAD = 8


@dataclass(frozen=True)
class Way:
    """How the n-th call is refused: with which error, and how many in a row.

    ``full``: as a disk without room, every write and every new file from then on. ``half``: the n-th write takes half
    of what it is given and says so.
    """

    error: int
    lasting: int = 1
    full: bool = False
    half: bool = False

    def __str__(self) -> str:
        text = "half" if self.half else errno.errorcode[self.error]
        many = {1: "once", FOR_GOOD: "from then on"}.get(self.lasting, f"{self.lasting} times")
        return f"{text}, then full" if self.half and self.full else text if self.half else f"{text} {many}"


@dataclass(frozen=True)
class Refusal:
    """The n-th call of a kind below the data folder is refused in a way."""

    call: Call
    nth: int
    way: Way

    def __str__(self) -> str:
        return f"{self.call.name.lower()} {self.nth}, {self.way}"


EIO, FULL, SEVEN = Way(errno.EIO), Way(errno.ENOSPC, FOR_GOOD, full=True), Way(errno.ENOSPC, 7, full=True)
"""Once an input/output error; a disk that is full from the n-th write on; one that has room again after seven."""
HALF, TORN = Way(errno.ENOSPC, half=True), Way(errno.ENOSPC, FOR_GOOD, full=True, half=True)
BROKEN = Way(errno.EIO, FOR_GOOD)
WAYS: dict[Call, tuple[Way, ...]] = {
    Call.WRITE: (EIO, FULL, SEVEN, HALF, TORN),
    Call.FSYNC: (EIO, BROKEN),
    Call.RENAME: (EIO, Way(errno.ENOSPC)),
    Call.OPEN: (EIO, Way(errno.EMFILE, 3), Way(errno.EACCES, FOR_GOOD)),
    Call.FTRUNCATE: (EIO, Way(errno.ENOSPC, FOR_GOOD)),
    Call.UNLINK: (EIO, BROKEN),
    Call.MKDIR: (Way(errno.ENOSPC), Way(errno.EROFS, FOR_GOOD)),
    Call.LINK: (Way(errno.EPERM), Way(errno.ENOSPC)),
    Call.PREAD: (EIO, HALF),
}


def build(folder: Path) -> Path:
    """Compile the library. Raises FileNotFoundError where there is no gcc."""
    compiler = shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("gcc")
    made = folder / "refusing.so"
    command = [compiler, "-Wall", "-Werror", "-O1", "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return made


class Refuser:
    """The library in this process, which must have been started with it."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(os.environ[LIBRARY])
        self._library.refuse_from.argtypes = [
            ctypes.c_char_p, ctypes.c_int, ctypes.c_long, ctypes.c_int, ctypes.c_long, ctypes.c_int, ctypes.c_int
        ]
        for name in ("refused_calls", "seen_calls"):
            getattr(self._library, name).restype = ctypes.c_long
        self._library.refused_first.restype = ctypes.c_char_p

    def begin(self, below: Path, refusal: Refusal) -> None:
        way = refusal.way
        self._library.refuse_from(
            os.fsencode(below.resolve()), refusal.call, refusal.nth, way.error, way.lasting, way.full, way.half
        )

    def end(self) -> str:
        """Refuse nothing more; gives the file that the first refusal met, empty where nothing was refused."""
        self._library.refuse_no_more()
        return os.fsdecode(self._library.refused_first() or b"")

    def seen(self, call: Call) -> int:
        """How many calls of a kind there were since the begin."""
        return int(self._library.seen_calls(int(call)))
