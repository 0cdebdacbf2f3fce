"""A small file outside the data folder that tells a copied disk or a restored backup from the desk as it was left."""

import json
import os
import uuid
from contextlib import suppress
from pathlib import Path


class Witness:
    """Remembers, for each desk ID, the machine and the number of the last call: in the platform's state folder."""

    def __init__(self, folder: Path | None, machine: str = "") -> None:
        """``folder`` None keeps nothing and never disagrees (tests, the demonstration)."""
        self._folder = folder
        self._machine = machine or _machine_id()
        self._file: Path | None = None
        self._desk = ""
        self._unwritten: int | None = None

    def agrees(self, desk_id: str, last_call: int, cut_off: int = 0) -> bool:
        """Whether this is the database that this machine last sent from; a desk that never sent always agrees.

        ``cut_off`` calls were found without an answer: a process that ended between writing a call down and
        ``saw_call`` leaves the database that much ahead. Nothing is written: what is found has to be kept first.
        """
        self._desk = desk_id
        if self._folder is None:
            return True
        self._file = self._folder / f"desk-{desk_id}.json"
        try:
            seen = json.loads(self._file.read_text("utf-8"))
            same = seen["machine"] == self._machine and 0 <= last_call - int(seen["call"]) <= cut_off
        except (OSError, ValueError, KeyError, TypeError):
            same = last_call == 0
        return bool(same)

    def saw_call(self, number: int) -> None:
        """Write the number down. Where that is refused, nobody is told now: ``catch_up`` tries again."""
        self._unwritten = number
        self.catch_up()

    def catch_up(self) -> None:
        """Write down what could not be: a disk that refused once must not look like a restored backup at the next
        start. A state folder that is never writable is found out then."""
        if self._file is None or self._unwritten is None:
            return
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._file.with_suffix(".new")
            with fresh.open("w", encoding="utf-8") as stream:
                json.dump({"desk": self._desk, "machine": self._machine, "call": self._unwritten}, stream)
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(self._file)
            self._unwritten = None


def _machine_id() -> str:
    """The system's own ID for this machine, else its network card's address."""
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        with suppress(OSError):
            text = Path(path).read_text("ascii").strip()
            if text:
                return text
    return f"{uuid.getnode():012x}"
