"""Reads scanned codes as serial number and PIN: no label form is standardised, so patterns say which is which."""

import re
from dataclasses import dataclass

from station.core.identifier import Identifier, Kind

SERIAL = r"(?=.*[0-9])[0-9A-Za-z][0-9A-Za-z._:/-]{4,63}"
PIN = r"[0-9A-Za-z]{3,8}"
BOTH = r"(?P<serial>[^;|#\s]{3,64})\s*[;|#]\s*(?P<pin>[^;|#\s]{3,32})"
LONGEST = 200
"""No code is longer; a pattern of somebody's own may take its time with what is."""


@dataclass(frozen=True, slots=True)
class Reader:
    """The patterns of a connection; each must fit a code as a whole. ``both`` names its parts serial and pin."""

    serial: re.Pattern[str]
    pin: re.Pattern[str]
    both: re.Pattern[str]

    @classmethod
    def of(cls, serial: str, pin: str, both: str) -> "Reader":
        """A pattern that is empty or cannot be read gives way to the usual one."""
        return cls(_compiled(serial, SERIAL), _compiled(pin, PIN), _compiled(both, BOTH, "serial", "pin"))

    def read(self, code: str) -> Identifier | None:
        """A bare code: both halves, the serial number, or what can only be a PIN; None where nothing fits."""
        text = code.strip()
        if not text or len(text) > LONGEST:
            return None
        if found := self.both.fullmatch(text):
            return Identifier.of(Kind.SERIAL_PIN, serial=found["serial"], pin=found["pin"])
        if self.serial.fullmatch(text):
            return Identifier.of(Kind.SERIAL_PIN, serial=text)
        return Identifier.of(Kind.SERIAL_PIN, pin=text) if self.pin.fullmatch(text) else None

    def complete(self, half: Identifier, code: str) -> Identifier | None:
        """A half and the bare code that was scanned after it; None where that names another device, or nothing.

        A whole identifier stays as it is where the code says again what it holds.
        """
        text = code.strip()
        if not text or len(text) > LONGEST or self.both.fullmatch(text):
            return None
        serial, pin = half.get("serial"), half.secret("pin")
        if not half.missing:
            return half if pin is not None and text in (serial, pin.reveal()) else None
        if half.missing == ("pin",):
            return self._give_pin(half, serial, text)
        return self._joined(half, serial=text) if pin is not None and self.serial.fullmatch(text) else None

    def _give_pin(self, half: Identifier, serial: str, text: str) -> Identifier | None:
        if self.pin.fullmatch(text):
            # Of two codes that look alike, the second is the next device's serial number.
            another = self.serial.fullmatch(text) and _form(text) == _form(serial)
            return None if another else self._joined(half, pin=text)
        if self.serial.fullmatch(text) and self.pin.fullmatch(serial):
            # The first may be a PIN and this can only be a serial number: the PIN was scanned first.
            return Identifier.of(Kind.SERIAL_PIN, serial=text, pin=serial)
        return None

    def _joined(self, half: Identifier, **value: str) -> Identifier:
        return half.join(Identifier.of(Kind.SERIAL_PIN, **value))


def _form(text: str) -> str:
    return re.sub(r"[A-Za-z]", "a", re.sub(r"[0-9]", "0", text))


def _compiled(pattern: str, usual: str, *groups: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern or usual)
    except (re.error, RecursionError, OverflowError):
        return re.compile(usual)
    return compiled if set(groups) <= compiled.groupindex.keys() else re.compile(usual)
