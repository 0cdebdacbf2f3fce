"""Saves receipts on a thread of its own: laying out thousands of devices must not hold the window up."""

import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from station.core.receipt import Receipt
from station.reports import receipt_csv, receipt_html

from .printing import SaveProblem, problem_of, save_bytes, save_pdf

LONGEST_TARGET = 40


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving: the PDF's path, or the problem and what the system says of it."""

    path: Path | None
    problem: SaveProblem | None = None
    detail: str = ""


class ReceiptFiles(QObject):
    """``save`` begins; ``saved`` tells how it went, on the Qt thread."""

    saved = Signal(object)  # Saved

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder

    def save(self, receipt: Receipt) -> None:
        """Save a receipt as PDF and CSV into the folder."""
        threading.Thread(target=self._save, args=(receipt,), name="receipt").start()

    def _save(self, receipt: Receipt) -> None:
        told = save_receipt(receipt, self.folder)
        with suppress(RuntimeError):  # the window may be gone by now
            self.saved.emit(told)


def save_receipt(receipt: Receipt, folder: Path) -> Saved:
    """Write ``<date>-<target>-<batch>.pdf`` and ``.csv``; what stood there of the same batch is replaced."""
    path = folder / f"{stem(receipt)}.pdf"
    try:
        save_bytes(receipt_csv(receipt).encode("utf-8-sig"), path.with_suffix(".csv"))
        save_pdf(receipt_html(receipt), path)
    except OSError as error:
        return Saved(None, problem_of(error), error.strerror or str(error))
    return Saved(path)


def stem(receipt: Receipt) -> str:
    """A file's name that every system takes: day of the claim, target, beginning of the batch's ID."""
    batch = receipt.batch
    day = (batch.closed_at or batch.opened_at).astimezone().strftime("%Y-%m-%d")
    target = re.sub(r"[^\w-]+", "-", batch.target_title or batch.target).strip("-_")[:LONGEST_TARGET]
    return "-".join(part for part in (day, target or "no-target", re.sub(r"\W", "", batch.id)[:8]) if part)
