"""Scanners at a serial port: USB (CDC), RS-232, Bluetooth (SPP)."""

import errno
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import serial
from serial.tools import list_ports

from .base import Condition, Found, Remedy, State
from .base import Settings as ScannerSettings
from .framing.lines import Lines
from .framing.reading import Lap, Reading

POLL_S = 0.05
_ADVANCED = {"advanced": True}
_BUSY = frozenset({errno.EBUSY, errno.EAGAIN})


@dataclass(frozen=True, slots=True)
class SerialSettings(ScannerSettings):
    """``device`` is a device's key (see ``Found``) or a port's name; ``idle_ms`` ends a scan without a terminator."""

    device: str = ""
    baud: int = field(default=9600, metadata={"choices": (9600, 19200, 38400, 57600, 115200)})
    parity: str = field(default="N", metadata={"choices": ("N", "E", "O"), **_ADVANCED})
    data_bits: int = field(default=8, metadata={"choices": (7, 8), **_ADVANCED})
    stop_bits: int = field(default=1, metadata={"choices": (1, 2), **_ADVANCED})
    idle_ms: int = field(default=150, metadata=_ADVANCED)
    keep_tabs: bool = field(default=False, metadata=_ADVANCED)


class Serial(Reading):
    """Reads one port; plugged out, it waits for the same device at whatever port it comes back."""

    name: ClassVar[str] = "serial"
    settings_type: ClassVar[type[ScannerSettings]] = SerialSettings

    def __init__(
        self, settings: SerialSettings | None = None, title: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings or SerialSettings()
        super().__init__(title or self.settings.device or self.name, now)

    @classmethod
    def find(cls) -> tuple[Found, ...]:
        """Ports of this computer that a scanner can stand behind: a bare ``ttyS0`` is there without any socket."""
        ports = [port for port in list_ports.comports() if port.vid is not None or "rfcomm" in str(port.device)]
        return tuple(_found(port) for port in sorted(ports, key=lambda port: str(port.device)))

    @classmethod
    def remedy(cls, found: Found) -> Remedy | None:
        if found.state.condition is Condition.NO_PERMISSION:
            return Remedy("serial_group", f"sudo usermod -aG {_group(found.state.detail)} $USER")
        return None

    def read(self) -> None:
        port = self._port()
        if port is None:
            self.tell(Condition.UNPLUGGED, self.settings.device)
            self.stopping.wait(POLL_S * 10)
            return
        with self._open(port) as device:
            self.tell(Condition.READY)
            lines, lap = Lines(self.settings.idle_ms / 1000, self.settings.keep_tabs), Lap(POLL_S)
            while not self.stopping.is_set():
                data = device.read(max(device.in_waiting, 1))
                now = time.monotonic()
                if lap.held_up(now):
                    lines.held_up(now)
                for scan in lines.feed(data, now) if data else lines.tick(now):
                    self.hand_on(scan)

    def sort(self, error: Exception) -> State:
        number = getattr(error, "errno", None)
        if number == errno.EACCES or "permission" in str(error).lower() or "access is denied" in str(error).lower():
            return State(Condition.NO_PERMISSION, str(error))
        if number in _BUSY or "lock" in str(error).lower():
            return State(Condition.BUSY, str(error))
        if self._port() is None or number in (errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOENT):
            return State(Condition.UNPLUGGED, str(error))
        return super().sort(error)

    def _open(self, port: str) -> Any:
        wanted = self.settings
        return serial.Serial(
            port, wanted.baud, bytesize=wanted.data_bits, parity=wanted.parity, stopbits=wanted.stop_bits,
            timeout=POLL_S, exclusive=None if port.upper().startswith("COM") else True,
        )

    def _port(self) -> str | None:
        """The port at which the device is now; a port's own name is taken as it is."""
        wanted = self.settings.device
        for port in list_ports.comports():
            if wanted in (_key(port), port.device):
                return str(port.device)
        return wanted if wanted.startswith(("/dev/", "COM", "com", "\\\\.\\")) else None


def _key(port: Any) -> str:
    """Vendor, product and serial number; a port that has none is named by itself."""
    if port.vid is None or port.pid is None:
        return str(port.device)
    return f"{port.vid:04x}:{port.pid:04x}:{port.serial_number or ''}"


def _found(port: Any) -> Found:
    title = " ".join(filter(None, (port.manufacturer, port.product))) or port.description or port.device
    return Found("serial", _key(port), str(title), _condition(str(port.device)), (("device", _key(port)),))


def _condition(device: str) -> State:
    """Whether this program may open the port; asked without opening it, as opening resets some devices."""
    # Imported here: Windows has no such question, a port is there or it is not.
    import os

    if device.startswith("/dev/") and not os.access(device, os.R_OK | os.W_OK):
        return State(Condition.NO_PERMISSION, device)
    return State(Condition.READY)


def _group(device: str) -> str:
    """The group that may open a port: "dialout" on Debian, "uucp" on Arch."""
    with suppress(ImportError, OSError, KeyError):  # Windows has none
        import grp

        name = grp.getgrgid(Path(device).stat().st_gid).gr_name
        if name != "root":
            return name
    return "dialout"


SCANNER = Serial
