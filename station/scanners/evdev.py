"""Keyboard-type scanners on Linux, taken for the station alone: read whatever window has the keyboard."""

import fcntl
import os
import select
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from .base import Condition, Found, Remedy, State
from .base import Settings as ScannerSettings
from .framing.key_events import KeyCodes
from .framing.reading import Reading
from .keyboard_layouts import TABLES
from .keyboard_settings import KeyboardSettings

EVENT = struct.Struct("llHHi")
EVIOCGRAB = 0x40044590
EVIOCSCLOCKID = 0x400445A0
"""Sets the clock of the events' times: here that of ``time.monotonic``."""
POLL_S = 0.1
_INPUTS = Path("/sys/class/input")
_KEY_A = 30
_ADVANCED = {"advanced": True}


@dataclass(frozen=True, slots=True)
class EvdevSettings(ScannerSettings):
    """``device`` is a device's key (see ``Found``) or a file in /dev/input; the others as for ``keyboard``."""

    device: str = ""
    layout: str = field(default="us", metadata={"choices": ("us", *TABLES)})
    prefix: str = field(default="", metadata=_ADVANCED)
    idle_ms: int = field(default=150, metadata=_ADVANCED)


class Evdev(Reading):
    """Grabs one device: its keys reach nobody else until it is let go."""

    name: ClassVar[str] = "evdev"
    settings_type: ClassVar[type[ScannerSettings]] = EvdevSettings

    def __init__(
        self, settings: EvdevSettings | None = None, title: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC), inputs: Path = _INPUTS,
    ) -> None:
        self.settings = settings or EvdevSettings()
        super().__init__(title or self.settings.device or self.name, now)
        self._inputs = inputs

    @classmethod
    def find(cls) -> tuple[Found, ...]:
        return tuple(
            Found(cls.name, device.key, device.title, device.state, (("device", device.key),)) for device in _devices()
        )

    @classmethod
    def remedy(cls, found: Found) -> Remedy | None:
        if found.state.condition is not Condition.NO_PERMISSION:
            return None
        vendor, product, *_ = [*found.key.split(":"), "", ""]
        # The input device's own numbers: one at Bluetooth has no USB device above it.
        rule = f'SUBSYSTEM=="input", ATTRS{{id/vendor}}=="{vendor}", ATTRS{{id/product}}=="{product}", TAG+="uaccess"'
        return Remedy("input_udev", rule)

    def read(self) -> None:
        path = self._path()
        if path is None:
            self.tell(Condition.UNPLUGGED, self.settings.device)
            self.stopping.wait(1.0)
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            fcntl.ioctl(descriptor, EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
            fcntl.ioctl(descriptor, EVIOCGRAB, 1)
            self.tell(Condition.READY, path)
            self._hear(descriptor)
        finally:
            os.close(descriptor)  # which lets go of the device too

    def sort(self, error: Exception) -> State:
        if isinstance(error, BlockingIOError) or getattr(error, "errno", 0) == 16:  # EBUSY: somebody else has it
            return State(Condition.BUSY, str(error))
        if getattr(error, "errno", 0) in (2, 6, 19):  # ENOENT, ENXIO, ENODEV
            return State(Condition.UNPLUGGED, str(error))
        return super().sort(error)

    def _hear(self, descriptor: int) -> None:
        wanted = self.settings
        keys = KeyCodes(KeyboardSettings(layout=wanted.layout, prefix=wanted.prefix, idle_ms=wanted.idle_ms))
        lost = 0
        while not self.stopping.is_set():
            ready, _, _ = select.select([descriptor], [], [], POLL_S)
            events = os.read(descriptor, EVENT.size * 256) if ready else b""
            if ready and not events:
                raise OSError(19, "the device is gone")
            codes = [code for event in _events(events) for code in keys.feed(*event)]
            # Nothing waits, so the silence up to now is the scanner's own, however late this thread comes.
            for code in codes if ready else keys.tick(time.monotonic()):
                self.hand_on(code.encode("utf-8"))
            if keys.lost > lost:
                lost = keys.lost
                self.tell(Condition.FAILED, "events were dropped")
                self.tell(Condition.READY, "")

    def _path(self) -> str | None:
        wanted = self.settings.device
        if wanted.startswith("/"):
            return wanted if Path(wanted).exists() else None
        return next((device.path for device in _devices(self._inputs) if wanted in ("", device.key)), None)


@dataclass(frozen=True, slots=True)
class _Device:
    path: str
    key: str
    title: str
    state: State


def _events(data: bytes) -> Iterator[tuple[int, int, int, float]]:
    """Type, code, value and time in seconds, as ``KeyCodes`` takes them."""
    for seconds, micros, kind, code, value in EVENT.iter_unpack(data[: len(data) // EVENT.size * EVENT.size]):
        yield kind, code, value, seconds + micros / 1_000_000


def _devices(inputs: Path = _INPUTS) -> list[_Device]:
    """The devices that have the keys of a keyboard and a vendor, as the system describes them."""
    found = []
    for event in sorted(inputs.glob("event*"), key=lambda path: (len(path.name), path.name)):
        about = event / "device"
        vendor, product = _line(about / "id" / "vendor"), _line(about / "id" / "product")
        if not _types(_line(about / "capabilities" / "key")) or vendor in ("", "0000"):
            continue
        path = f"/dev/input/{event.name}"
        allowed = os.access(path, os.R_OK)
        state = State(Condition.READY) if allowed else State(Condition.NO_PERMISSION, path)
        found.append(_Device(path, f"{vendor}:{product}:{_line(about / 'uniq')}", _line(about / "name"), state))
    return found


def _types(words: str) -> bool:
    """Whether a key mask (hexadecimal words, highest first) has a letter's bit."""
    try:
        return bool(int(words.rsplit(maxsplit=1)[-1], 16) >> _KEY_A & 1) if words.strip() else False
    except ValueError:
        return False


def _line(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


SCANNER = Evdev
