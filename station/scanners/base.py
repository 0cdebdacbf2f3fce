"""What every kind of input has in common, and the list of those that lie in this folder."""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from station.core.scan import Scan


class Condition(StrEnum):
    """How a scanner is doing."""

    READY = "ready"
    READING = "reading"
    STOPPED = "stopped"
    UNPLUGGED = "unplugged"
    BUSY = "busy"
    NO_PERMISSION = "no_permission"
    FAILED = "failed"
    LEFT_OUT = "left_out"  # what it takes is not in this edition of the station


@dataclass(frozen=True, slots=True)
class State:
    """A scanner's condition; ``detail`` is the device's or the system's own word for it, not a sentence.

    ``turned_away`` are the addresses that were not let in, and how often each tried.
    """

    condition: Condition
    detail: str = ""
    turned_away: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a scanner; each kind has a frozen dataclass of its own, from which its form is drawn.

    A form field is text, number, yes/no by its type; a choice where its metadata has ``choices`` (a tuple), a secret
    where it has ``secret``, a file's or folder's name where it has ``path``, folded away where it has ``advanced``,
    left to the settings file where it has ``in_file``.
    """


@dataclass(frozen=True, slots=True)
class Found:
    """A device that is plugged in, as far as this program may see it.

    ``key`` names it by vendor, product and serial number ("05e0:1300:S1234"), never by its port, so that it is the same
    device in another socket; ``title`` is its own name. ``settings`` are the values that bind a scanner to it.
    """

    kind: str
    key: str
    title: str
    state: State
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a person can do about a device that cannot be used: a code for the sentence, and a text to copy."""

    code: str
    text: str = ""


OnScan = Callable[[Scan], None]
OnState = Callable[[State], None]


class Scanner(ABC):
    """One source of scans. It reads on a thread of its own; both callbacks are called on that thread."""

    name: ClassVar[str]
    """The name of its file in this folder."""

    settings_type: ClassVar[type[Settings]] = Settings

    echoes: ClassVar[bool] = True
    """Whether one reading may come twice from it, as from a scanner that looks at a label for too long."""

    lasting: ClassVar[bool] = True
    """Whether it is begun again at the next start by itself; else a person begins it each time."""

    @classmethod
    def find(cls) -> tuple[Found, ...]:
        """The devices of this kind that are plugged in now; quick enough to be asked every two seconds on a thread."""
        return ()

    @classmethod
    def remedy(cls, found: Found) -> Remedy | None:  # noqa: ARG003 - a kind without devices has no remedy
        """What to do about a device that is there and cannot be used; None where there is nothing to be done."""
        return None

    @abstractmethod
    def start(self, on_scan: OnScan, on_state: OnState) -> None:
        """Begin to read; returns at once. What goes wrong later arrives at ``on_state``."""

    @abstractmethod
    def stop(self, timeout: float = 2.0) -> bool:
        """Stop reading and join the thread; False when it did not end in time. May be called twice."""


class ScannerUnavailableError(Exception):
    """A scanner of this folder that cannot be imported here, and why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Listing:
    """A scanner by name; ``reason`` says why it cannot be used, as far as anybody has tried, or is empty."""

    name: str
    reason: str = ""

    @property
    def available(self) -> bool:
        return not self.reason


class Shelf:
    """The scanners of a folder: listed without importing them, imported on first use.

    A scanner is a module with a name ``SCANNER`` for its class. A module named after another one
    (``keyboard_table`` beside ``keyboard``) is a part of it and not listed.
    """

    def __init__(self, package: str, folders: tuple[str, ...]) -> None:
        """``package`` is the dotted name, ``folders`` its ``__path__``."""
        self._package = package
        self._folders = folders
        self._reasons: dict[str, str] = {}

    def listings(self) -> tuple[Listing, ...]:
        return tuple(Listing(name, self._reasons.get(name, "")) for name in self._names())

    def load(self, name: str) -> type[Scanner]:
        """The class of a scanner. Raises ``ScannerUnavailableError`` and remembers the reason."""
        if name not in self._names():
            raise ScannerUnavailableError(name, "no such scanner")
        try:
            scanner: type[Scanner] = importlib.import_module(f"{self._package}.{name}").SCANNER
        except Exception as error:  # a plug-in may fail in any way; the rest must work
            reason = f"{type(error).__name__}: {error}"
            self._reasons[name] = reason
            raise ScannerUnavailableError(name, reason) from error
        self._reasons.pop(name, None)
        return scanner

    def _names(self) -> tuple[str, ...]:
        modules = {module.name for module in pkgutil.iter_modules(self._folders) if not module.ispkg}
        found = modules - {"base", "__main__"}
        return tuple(sorted(name for name in found if not any(name.startswith(f"{other}_") for other in found)))


SHELF = Shelf("station.scanners", (str(Path(__file__).parent),))
"""The scanners that come with the station."""


def listings() -> tuple[Listing, ...]:
    """All scanners of this folder, not imported."""
    return SHELF.listings()
