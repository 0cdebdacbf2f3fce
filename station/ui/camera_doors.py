"""What the camera's panel shows and asks for, as data, and the doors to whoever has the camera."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from station.core.news import ScanHeard

Corners = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """What a person picked: a camera by its key, an address on the network, or a video file; nothing of it: none."""

    device: str = ""
    address: str = ""
    file: str = ""

    def __bool__(self) -> bool:
        return bool(self.device or self.address or self.file)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be picked, by the name that a person knows it by."""

    pick: Pick
    title: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The cameras that are plugged in, and what this desk used last; ``chosen`` is None where it never used one."""

    cameras: tuple[Choice, ...] = ()
    chosen: Choice | None = None
    mirror: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """A code in view: ``corners`` are pixels of the picture; ``sure`` once it counts as read. ``number`` stays with it,
    and is below zero for one that only a still picture showed."""

    number: int
    corners: Corners
    sure: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A frame and the codes in it. ``picture`` is an array of 8 bits, rows x columns, or with blue, green and red."""

    number: int
    picture: Any
    sights: tuple[Sight, ...] = ()

    @property
    def width(self) -> int:
        return int(self.picture.shape[1])

    @property
    def height(self) -> int:
        return int(self.picture.shape[0])


@dataclass(frozen=True, slots=True)
class CameraState:
    """How the camera is doing: a code ("reading", "busy", "unplugged", "no_permission", "failed", "stopped", or empty
    while it is being opened), and the name or the system's own word that goes with it."""

    condition: str = ""
    detail: str = ""


NOT_KEPT = "not_kept"
"""The refusal of a scan that the desk could not write down."""


class CameraDoors(Protocol):
    """None of these waits for the camera."""

    def look(self) -> "Future[Choices]":
        """What is plugged in now."""
        ...

    def show(self, choice: Choice, *, mirror: bool) -> None:
        """Open that one, close the one before; remembered for the next start."""
        ...

    def hide(self) -> None:
        """Let the camera go until it is shown again."""
        ...

    def newest(self) -> Seen | None: ...

    def state(self) -> CameraState: ...

    def heard(self, number: int) -> ScanHeard | None:
        """What became of a code in view; None while it is being kept."""
        ...

    def hold(self, held: bool) -> None:
        """Read no codes of the running picture while a still one is looked at."""
        ...

    def read_still(self, seen: Seen) -> "Future[Seen]":
        """Read a still picture thoroughly; those codes that are new are kept like all others."""
        ...
