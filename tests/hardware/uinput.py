"""A keyboard that the kernel takes for a real one: what a keyboard-type scanner is to it."""

import fcntl
import os
import struct
import time
from pathlib import Path

from tests.scanners.scanner_model import place

from .plugged import USB, Plugged, wait_for_node

EV_SYN, EV_KEY = 0, 1
ENTER, SHIFT, CTRL, RIGHT_BRACE = 28, 42, 29, 27
_EVENT = struct.Struct("llHHi")
_SET_EV, _SET_KEY, _SETUP, _CREATE, _DESTROY = 0x40045564, 0x40045565, 0x405C5503, 0x5501, 0x5502
_SYSNAME = 0x8040552C


class Keyboard(Plugged):
    """Plugged in when it is made. ``path`` is its file in /dev/input. Source: Linux, include/uapi/linux/uinput.h."""

    def __init__(
        self, vendor: int = 0x05E0, product: int = 0x1200, name: str = "Symbol Bar Code Scanner", bus: int = USB
    ) -> None:
        self._file = os.open("/dev/uinput", os.O_WRONLY | os.O_NONBLOCK)
        for kind in (EV_SYN, EV_KEY):
            fcntl.ioctl(self._file, _SET_EV, kind)
        for key in range(1, 128):
            fcntl.ioctl(self._file, _SET_KEY, key)
        about = struct.pack("HHHH80sI", bus, vendor, product, 1, name.encode(), 0)
        fcntl.ioctl(self._file, _SETUP, about)
        fcntl.ioctl(self._file, _CREATE)
        answer = bytearray(64)
        fcntl.ioctl(self._file, _SYSNAME, answer)
        folder = Path("/sys/devices/virtual/input") / answer.rstrip(b"\0").decode()
        self.path = wait_for_node(Path("/dev/input") / next(folder.glob("event*")).name)

    def unplug(self) -> None:
        if self._file >= 0:
            fcntl.ioctl(self._file, _DESTROY)
            os.close(self._file)
            self._file = -1

    def type(self, text: str, end: bool = True, gap_s: float = 0.002) -> None:
        """Each key as a scanner presses it, on an American layout; a group separator is Ctrl and a bracket."""
        for char in text:
            if char == "\x1d":
                self._tap(RIGHT_BRACE, CTRL)
            else:
                code, level = place("us", char)
                self._tap(code, SHIFT if level else 0)
            time.sleep(gap_s)
        if end:
            self._tap(ENTER)

    def _tap(self, code: int, held: int = 0) -> None:
        keys = [(held, 1)] if held else []
        keys += [(code, 1), (code, 0), *([(held, 0)] if held else [])]
        for key, value in keys:
            os.write(self._file, _EVENT.pack(0, 0, EV_KEY, key, value) + _EVENT.pack(0, 0, EV_SYN, 0, 0))


class Bystander:
    """Another program that reads the same device."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def keys(self) -> int:
        """How many key events have come since it was last asked."""
        try:
            data = os.read(self._file, _EVENT.size * 4096)
        except BlockingIOError:
            return 0
        return sum(kind == EV_KEY for _, _, kind, _, _ in _EVENT.iter_unpack(data))

    def close(self) -> None:
        os.close(self._file)
