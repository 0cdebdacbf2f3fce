"""Prints the labels for this desk, or keeps them as a PDF file: two buttons in the help."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from station.words import Tone, say

from .banner import Kind, Notice
from .help_panel import HelpPanel
from .label_sheet import Section, paint_sheet, sheet_pdf, usual_paper
from .printing import print_dialog, problem_of, save_bytes
from .window import Window

SHOWN_S = 15
Sections = Callable[[], Sequence[Section]]


def add_labels(window: Window, sections: Sections, path: Path) -> None:
    """Offer the sheet in the window's help; ``sections`` says what stands on it now, ``path`` where a file goes."""
    printing = LabelPrinting(window, sections, path)
    panel = window.findChild(HelpPanel)
    if panel is not None:
        panel.offer(say("labels.print"), printing.print_them)
        panel.offer(say("labels.save"), printing.save)


class LabelPrinting(QObject):
    """Belongs to a window; says there how saving went."""

    told = Signal(str)

    def __init__(self, window: Window, sections: Sections, path: Path) -> None:
        super().__init__(window)
        self._window, self._sections, self._path = window, sections, path
        self.told.connect(self._say)

    @Slot()
    def print_them(self) -> None:
        """Ask for a printer and print them."""
        sections = self._sections()
        print_dialog(lambda printer: paint_sheet(sections, printer), say("labels.print"), self._window)

    @Slot()
    def save(self) -> None:
        """Write the file on a thread of its own: the disk must not hold the window up."""
        data = sheet_pdf(self._sections(), usual_paper())
        self._say(say("labels.saving"))
        threading.Thread(target=self._write, args=(data,), name="labels").start()

    def _write(self, data: bytes) -> None:
        try:
            save_bytes(data, self._path)
            text = say("labels.saved", path=str(self._path))
        except OSError as error:
            text = say(f"receipt.problem.{problem_of(error)}", detail=error.strerror or str(error))
        with suppress(RuntimeError):  # the window may be gone by now
            self.told.emit(text)

    @Slot(str)
    def _say(self, text: str) -> None:
        self._window.parts.banner.tell(Notice(Kind.WISH, Tone.DONE, text, "", SHOWN_S))
