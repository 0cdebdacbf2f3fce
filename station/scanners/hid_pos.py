"""USB scanners in HID-POS mode: read by their report descriptor, heard whatever window has the keyboard."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

if sys.platform.startswith("linux"):
    # The other module of this package takes keyboards away from the desktop and sees no usage pages here.
    import hidraw as hid
else:
    import hid

from .base import Condition, Found, Remedy, State
from .base import Settings as ScannerSettings
from .framing.hid_reports import PAGE, Codes, read_descriptor
from .framing.reading import Lap, Reading

POLL_MS = 100
LONGEST_REPORT = 4096


@dataclass(frozen=True, slots=True)
class HidPosSettings(ScannerSettings):
    """``device`` is a device's key (see ``Found``); empty: the first scanner in this mode that is plugged in."""

    device: str = ""


class HidPos(Reading):
    """Reads one scanner; plugged out, it waits for the same one."""

    name: ClassVar[str] = "hid_pos"
    settings_type: ClassVar[type[ScannerSettings]] = HidPosSettings

    def __init__(
        self, settings: HidPosSettings | None = None, title: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings or HidPosSettings()
        super().__init__(title or self.settings.device or self.name, now)

    @classmethod
    def find(cls) -> tuple[Found, ...]:
        return tuple(_found(each) for each in _devices())

    @classmethod
    def remedy(cls, found: Found) -> Remedy | None:
        if found.state.condition is Condition.NO_PERMISSION:
            vendor = found.key.partition(":")[0].upper()  # as the HID device's name has it, at a cable or Bluetooth
            return Remedy("hid_udev", f'KERNEL=="hidraw*", KERNELS=="*:{vendor}:*", TAG+="uaccess"')
        if found.state.condition is Condition.BUSY:
            return Remedy("hid_busy")
        return None

    def read(self) -> None:
        found = next((each for each in _devices() if self.settings.device in ("", _key(each))), None)
        if found is None:
            self.tell(Condition.UNPLUGGED, self.settings.device)
            self.stopping.wait(1.0)
            return
        device = hid.device()
        device.open_path(found["path"])
        try:
            codes = Codes(read_descriptor(bytes(device.get_report_descriptor())))
            self.tell(Condition.READY, _title(found))
            lap = Lap(POLL_MS / 1000)
            while not self.stopping.is_set():
                report = bytes(device.read(LONGEST_REPORT, POLL_MS))
                now = time.monotonic()
                if lap.held_up(now):
                    codes.held_up(now)
                for code in codes.feed(report, now) if report else codes.tick(now):
                    self.hand_on(code.data.rstrip(b"\r\n"), code.symbology)
        finally:
            device.close()

    def sort(self, error: Exception) -> State:
        found = next((each for each in _devices() if self.settings.device in ("", _key(each))), None)
        if found is None:
            return State(Condition.UNPLUGGED, str(error))
        if isinstance(error, OSError) and "open" in str(error).lower():
            return _openable(found)
        return super().sort(error)


def _devices() -> list[dict[str, Any]]:
    """What is plugged in and says of itself that it is a bar code scanner."""
    return [each for each in hid.enumerate() if each["usage_page"] == PAGE]


def _key(device: dict[str, Any]) -> str:
    return f"{device['vendor_id']:04x}:{device['product_id']:04x}:{device['serial_number'] or ''}"


def _title(device: dict[str, Any]) -> str:
    words = [device["manufacturer_string"], device["product_string"]]
    return " ".join(word.strip() for word in words if word) or _key(device)


def _openable(device: dict[str, Any]) -> State:
    """Why it cannot be opened: the rights are missing, or another program has it."""
    # Imported here: only Linux names a HID device by a file.
    import os

    path = bytes(device["path"]).decode("utf-8", "replace")
    if path.startswith("/dev/") and not os.access(path, os.R_OK | os.W_OK):
        return State(Condition.NO_PERMISSION, path)
    return State(Condition.BUSY, path)


def _found(device: dict[str, Any]) -> Found:
    state = _openable(device)
    condition = state if state.condition is Condition.NO_PERMISSION else State(Condition.READY)
    return Found("hid_pos", _key(device), _title(device), condition, (("device", _key(device)),))


SCANNER = HidPos
