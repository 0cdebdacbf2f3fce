"""What the camera's panel shows and asks for, as data, and the doors to whoever has the camera."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from station.core.news import ScanHeard
from station.core.secret import Secret

Corners = tuple[tuple[int, int], ...]
Size = tuple[int, int]
"""Width and height of a picture in pixels; (0, 0): as the program likes it best."""
FORMATS = ("labels", "every", "squares", "bars")
"""What can be looked for in a picture."""


@dataclass(frozen=True, slots=True)
class Pick:
    """What a person picked: a camera by its key, an address on the network, or a video file; nothing of it: none.

    ``address`` may be shown and written down; ``whole`` is the address with its name and password, where it has some.
    """

    device: str = ""
    address: str = ""
    file: str = ""
    whole: Secret = field(default=Secret(""), compare=False)

    def __bool__(self) -> bool:
        return bool(self.device or self.address or self.file)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be picked, by the name that a person knows it by; with the size of its pictures, and what is
    looked for in them."""

    pick: Pick
    title: str
    size: Size = (0, 0)
    formats: str = FORMATS[0]


@dataclass(frozen=True, slots=True)
class Choices:
    """The cameras that are plugged in, and what this desk used last; ``chosen`` is None where it never used one.

    ``sizes`` are what each camera offers, by its key. ``not_kept``: why the password of the chosen address is not kept.
    """

    cameras: tuple[Choice, ...] = ()
    chosen: Choice | None = None
    mirror: bool = False
    sizes: Mapping[str, tuple[Size, ...]] = field(default_factory=dict)
    not_kept: str = ""


def pick_address(text: str) -> Pick:
    """An address on the network. What may be a secret in it, a name and password or a query, is kept apart."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return Pick(address=text.partition("?")[0].rpartition("@")[2])
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    return Pick(address=bare, whole=Secret(text if text != bare else ""))


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
    """How the camera is doing: a code ("reading", "busy", "unplugged", "no_permission", "failed", "left_out",
    "stopped", or empty while it is being opened), and the name or the system's own word that goes with it."""

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
