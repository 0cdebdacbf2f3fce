"""Prints the labels for this desk, or keeps them as a PDF file: two buttons in the help."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from station.words import Tone, say

from .banner import Kind, Notice
from .help_panel import HelpPanel
from .label_sheet import Section, paint_sheet, sheet_pdf, usual_paper
from .printing import print_dialog
from .saving import Saver
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

    def __init__(self, window: Window, sections: Sections, path: Path) -> None:
        super().__init__(window)
        self._window, self._sections, self._path = window, sections, path
        self._saver = Saver(self)
        self._saver.said.connect(self._tell)

    @Slot()
    def print_them(self) -> None:
        """Ask for a printer and print them."""
        sections = self._sections()
        print_dialog(lambda printer: paint_sheet(sections, printer), say("labels.print"), self._window)

    @Slot()
    def save(self) -> None:
        """Write the file; the banner says how that goes."""
        data = sheet_pdf(self._sections(), usual_paper())
        self._saver.save(data, self._path, say("labels.saved", path=str(self._path)))

    @Slot(str, str)
    def _tell(self, look: str, text: str) -> None:
        tone = Tone.PROBLEM if look == "bad" else Tone.DONE
        self._window.parts.banner.tell(Notice(Kind.WISH, tone, text, "", SHOWN_S))
