"""What the set-up of scanners shows and asks for, as data, and the doors to whoever carries it out."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from .connection_doors import Done, Draft, KindForm, Problem, Value


@dataclass(frozen=True, slots=True)
class ScannerSeen:
    """A device that is plugged in, or a scanner that is set up; mostly both.

    ``key`` tells it from all others; ``name`` is what it is set up as, empty where it is not; ``state`` a code
    ("ready", "unplugged", "no_permission" …) and ``detail`` the system's own word for it. ``remedy`` is a code for what
    to do about it, ``copy_text`` a text for that. ``last`` is what it read last, as it may be shown. ``turned_away``:
    addresses that gave no token or a wrong one, and how often.
    """

    key: str
    kind: str
    title: str
    state: str
    detail: str = ""
    name: str = ""
    enabled: bool = False
    found: bool = False
    device: str = ""
    remedy: str = ""
    copy_text: str = ""
    last: str = ""
    last_at: datetime | None = None
    last_source: str = ""
    last_heard: str = ""
    turned_away: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ScannersSeen:
    """All of them; ``missing`` are kinds that cannot be used here and why; ``recording`` the file that is written."""

    scanners: tuple[ScannerSeen, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    recording: str = ""
    recorded: int = 0
    searched: bool = False

    @property
    def last(self) -> ScannerSeen | None:
        """The scanner that read last."""
        heard = [each for each in self.scanners if each.last_at is not None]
        return max(heard, key=lambda each: each.last_at.timestamp() if each.last_at else 0.0, default=None)

    def by_key(self, key: str) -> ScannerSeen | None:
        return next((each for each in self.scanners if each.key == key), None)


@dataclass(frozen=True, slots=True)
class ScannerSetUp:
    """What a scanner's form shows: its kind's form, its values, where its secrets are kept (codes)."""

    form: KindForm
    name: str = ""
    title: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    repeat_s: float = 1.0
    keyring: str = ""
    file: str = "missing"


@dataclass(frozen=True, slots=True)
class ScannerDraft:
    """What stands in the form; ``draft.name`` is empty for a scanner that is not set up yet."""

    draft: Draft
    title: str = ""
    repeat_s: float = 1.0


class ScannerDoors(Protocol):
    """Carries out what the panel asks for, on threads of its own: each answer comes in a future."""

    def listen(self, hear: Callable[[ScannersSeen], None]) -> Callable[[], None]:
        """Hear how things stand, now and after each change, on any thread; gives a function that ends it."""
        ...

    def kinds(self) -> "Future[tuple[KindForm, ...] | Problem]":
        """The kinds that can be set up by hand."""
        ...

    def set_up(self, name: str, kind: str, device: str) -> "Future[ScannerSetUp | Problem]":
        """What the form begins with: of a scanner that is set up, or of a kind and a device that was found."""
        ...

    def use(self, key: str) -> "Future[Done | Problem]":
        """Read this device from now on."""
        ...

    def leave(self, key: str) -> "Future[Done | Problem]":
        """Read it no longer; its settings stay."""
        ...

    def save(self, draft: ScannerDraft) -> "Future[Done | Problem]": ...

    def take_away(self, name: str) -> "Future[Done | Problem]": ...

    def record(self, on: bool) -> "Future[Done | Problem]":
        """Begin to write down what all scanners read, or end it."""
        ...
