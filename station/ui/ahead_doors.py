"""The doors of fetching ahead: a list's file or a pasted text, read on a thread that may wait."""

from pathlib import Path
from typing import Protocol


class AheadDoors(Protocol):
    def fetch_text(self, text: str) -> None:
        """Fetch what is known of the codes of a text, a code a line. Returns at once; how far it is comes as news."""
        ...

    def fetch_file(self, path: Path) -> None:
        """The same for a list's file: CSV, XLSX, JSON lines, a code a line."""
        ...

    def stop(self) -> None:
        """Read no more; for the end of the program."""
        ...
