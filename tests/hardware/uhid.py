"""A HID device that the kernel takes for a real one, made of its report descriptor."""

import os
import struct

from .plugged import USB, Plugged

_CREATE, _DESTROY, _INPUT = 11, 1, 12


class HidDevice(Plugged):
    """Plugged in when it is made. Source: Linux, Documentation/hid/uhid.rst and include/uapi/linux/uhid.h."""

    def __init__(
        self, descriptor: bytes, vendor: int = 0x05E0, product: int = 0x1300, serial: str = "SN-1",
        name: str = "Symbol HID POS", bus: int = USB,
    ) -> None:
        self._file = os.open("/dev/uhid", os.O_RDWR | os.O_NONBLOCK)
        words = (name.encode(), b"", serial.encode(), len(descriptor), bus, vendor, product, 1, 0, descriptor)
        os.write(self._file, struct.pack("=I128s64s64sHHIIII4096s", _CREATE, *words))

    def send(self, report: bytes) -> None:
        self._drain()
        os.write(self._file, struct.pack("=IH", _INPUT, len(report)) + report)

    def unplug(self) -> None:
        if self._file >= 0:
            os.write(self._file, struct.pack("=I", _DESTROY))
            os.close(self._file)
            self._file = -1

    def _drain(self) -> None:
        """What the kernel told meanwhile (somebody opened it) is of no use here."""
        try:
            while os.read(self._file, 8192):
                pass
        except BlockingIOError:
            pass
