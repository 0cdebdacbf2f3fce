"""Saves a file for a panel, on a thread of its own: the disk must not hold the window up."""

import threading
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from station.words import say

from .printing import problem_of, save_bytes


class Saver(QObject):
    """``said`` tells how saving goes, on the Qt thread: a look ("muted", "good" or "bad") and a sentence."""

    said = Signal(str, str)

    def save(self, data: bytes, path: Path, done: str) -> None:
        """Begin; ``done`` is the sentence for when the file is there."""
        self.said.emit("muted", say("summary.saving"))
        threading.Thread(target=self._save, args=(data, path, done), name="saving").start()

    def _save(self, data: bytes, path: Path, done: str) -> None:
        try:
            save_bytes(data, path)
            told = "good", done
        except OSError as error:
            told = "bad", say(f"receipt.problem.{problem_of(error)}", detail=error.strerror or str(error))
        with suppress(RuntimeError):  # the window may be gone by now
            self.said.emit(*told)
