"""What a scanner read, before anybody says what it means."""

import re
from dataclasses import dataclass
from datetime import datetime

_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")

LONGEST_SCAN = 7089
"""The most bytes that a QR code holds; a longer scan is refused before anything else is done with it."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One reading of one code.

    ``data`` is what the device read, byte for byte; ``symbology`` its AIM identifier ("]Q1") where the
    device told it; ``source`` names the device or the way in ("keyboard", "typed", "pasted",
    "picture: box.jpg", "list: order.csv", "practice"); ``at`` is the wall clock in UTC.
    """

    data: bytes
    source: str
    at: datetime
    symbology: str = ""

    @property
    def text(self) -> str:
        """The data as UTF-8, or as Latin-1 where it is not UTF-8: never raises, loses no byte."""
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError:
            return self.data.decode("latin-1")


def split_aim(text: str) -> tuple[str, str]:
    """Cut an AIM identifier off the front: ``"]Q1abc"`` gives ``("]Q1", "abc")``."""
    found = _AIM.match(text)
    return (found.group(), text[3:]) if found else ("", text)
