"""The pictures that a camera offers: in which formats and sizes, as its driver tells without being started."""

import os
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Linux, include/uapi/linux/videodev2.h: the formats, then the sizes of a format, one by one until there are no more.
_FORMATS, _SIZES = 0xC0405602, 0xC02C564A
_FORMAT = struct.Struct("=3I32s5I")
_SIZE = struct.Struct("=11I")
_CAPTURE = 1
_DISCRETE = 1
_MOST = 64
COMMON = ((640, 480), (800, 600), (1280, 720), (1280, 960), (1600, 1200), (1920, 1080), (2560, 1440), (3840, 2160))
"""The sizes that are named of a camera that can give any size between two."""

Ask = Callable[[int, bytes], bytes]
"""Asks the driver: the request's number and its structure, answered by the structure filled in; OSError: no more."""


@dataclass(frozen=True, slots=True, order=True)
class Mode:
    """``width`` and ``height`` in pixels; ``format`` is the four letters of Video4Linux ("MJPG", "YUYV")."""

    width: int
    height: int
    format: str


def list_modes(path: str) -> tuple[Mode, ...]:
    """What the camera at that device file offers, smallest first; nothing where the system or the driver does not tell
    (not Linux, no permission, gone). It may be asked while the camera is in use."""
    if sys.platform != "linux" or not path.startswith("/dev/"):
        return ()
    import fcntl  # there is none on Windows

    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ()
    try:
        return tuple(sorted(set(read_modes(lambda request, about: fcntl.ioctl(file, request, about)))))
    finally:
        os.close(file)


def read_modes(ask: Ask) -> Iterator[Mode]:
    """The modes in the driver's own order."""
    for number in range(_MOST):
        try:
            answer = _FORMAT.unpack(ask(_FORMATS, _FORMAT.pack(number, _CAPTURE, 0, b"", 0, 0, 0, 0, 0)))
        except OSError:
            return
        pixels = answer[4]
        name = pixels.to_bytes(4, "little").decode("ascii", "replace").strip()
        yield from (Mode(width, height, name) for width, height in _sizes(ask, pixels) if width and height)


def _sizes(ask: Ask, pixels: int) -> Iterator[tuple[int, int]]:
    for number in range(_MOST):
        try:
            _, _, kind, *sizes = _SIZE.unpack(ask(_SIZES, _SIZE.pack(number, pixels, *[0] * 9)))
        except OSError:
            return
        if kind == _DISCRETE:
            yield sizes[0], sizes[1]
        else:
            least_w, most_w, _, least_h, most_h, _ = sizes[:6]
            known = {*COMMON, (most_w, most_h)}
            yield from (each for each in known if least_w <= each[0] <= most_w and least_h <= each[1] <= most_h)
            return
