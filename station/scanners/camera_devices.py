"""The cameras of this computer: their names, and keys that stay the same in another socket."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from station.vision.opencv import opencv

from .base import Condition, State

SYSTEM = Path("/sys/class/video4linux")


class Listed(Protocol):
    """What the system tells of a camera."""

    index: int
    name: str
    path: str | None
    vid: int | None
    pid: int | None
    backend: int


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """A camera that is plugged in. ``key`` is vendor, product and serial number, its name where it tells none;
    of several that cannot be told apart the second is "…#2". ``path`` and ``index`` are where it is right now."""

    key: str
    title: str
    path: str
    index: int
    backend: int

    @property
    def state(self) -> State:
        """Whether this program may open it; that another one has it open shows only when it is opened."""
        if self.path.startswith("/dev/") and not os.access(self.path, os.R_OK | os.W_OK):
            return State(Condition.NO_PERMISSION, self.path)
        return State(Condition.READY)


def list_cameras() -> list[Listed]:
    """What the system tells, capture devices only: a camera's second node, for its metadata, is none."""
    if sys.platform == "linux" and not any(Path("/dev").glob("video*")):
        return []  # the listing below imports OpenCV, which is not needed to see that there is nothing
    opencv()
    from cv2_enumerate_cameras import enumerate_cameras  # it imports OpenCV
    from cv2_enumerate_cameras import supported_backends as backends

    cv2 = opencv()
    wanted = next((each for each in (cv2.CAP_V4L2, cv2.CAP_DSHOW, cv2.CAP_AVFOUNDATION) if each in backends), None)
    return [] if wanted is None else list(enumerate_cameras(wanted))


def find_cameras(listing: Callable[[], Iterable[Listed]] = list_cameras) -> tuple[CameraDevice, ...]:
    """The cameras that are plugged in now, in the system's order."""
    seen: Counter[str] = Counter()
    found = []
    for each in sorted(listing(), key=lambda listed: listed.index):
        key = _key(each)
        seen[key] += 1
        key = key if seen[key] == 1 else f"{key}#{seen[key]}"
        found.append(CameraDevice(key, _title(each), each.path or "", each.index, each.backend))
    return tuple(found)


def find_camera(wanted: str, cameras: Iterable[CameraDevice]) -> CameraDevice | None:
    """The camera of that key, path or name, or, with nothing wanted, the first."""
    known = list(cameras)
    if not wanted:
        return known[0] if known else None
    return next((each for each in known if wanted in (each.key, each.path, each.title)), None)


def _key(listed: Listed) -> str:
    if listed.vid is None or listed.pid is None:
        return _title(listed)
    return f"{listed.vid:04x}:{listed.pid:04x}:{_serial(listed.path or '')}"


def _title(listed: Listed) -> str:
    return " ".join(str(listed.name or "").split()) or str(listed.path or listed.index)


def _serial(path: str) -> str:
    """The serial number of the USB device behind a Linux video node, or nothing."""
    node = SYSTEM / Path(path).name / "device"
    try:
        return (node.resolve().parent / "serial").read_text("utf-8", "replace").strip()
    except OSError:
        return ""
