"""What came of a batch, and its receipt: saved, printed or copied."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.core.news import Summary
from station.reports import receipt_html, receipt_text
from station.words import say

from .bridge import Bridge, DeskDoor
from .panel_list import RowList
from .panel_parts import Asker, Panel, button, clear, label, scrolled, soft
from .printing import print_dialog
from .receipt_files import ReceiptFiles, Saved
from .style import Style
from .summary_facts import SummaryFacts, read_summary

SETTLE_MS = 200
MOST_BATCHES_SHOWN = 3


class SummaryPanel(Panel):
    """Shows the batch that was claimed last, or another one of the list; what changes meanwhile is shown too."""

    def __init__(
        self, desk: DeskDoor, bridge: Bridge, style: Style, folder: Path, desk_name: str, now: Callable[[], datetime]
    ) -> None:
        super().__init__(say("summary.title"), style)
        self._desk_name, self._now = desk_name, now
        self._batch = ""
        self._saving = False
        self._facts: SummaryFacts | None = None
        self._asker = Asker(desk, self)
        self._asker.answered.connect(self._hear)
        self._files = ReceiptFiles(folder, self)
        self._files.saved.connect(self._tell_saved)
        self._batches = RowList(say("summary.batches"), style)
        self._batches.picked.connect(self._choose)
        self._body = QWidget()
        self._lines = QVBoxLayout(self._body)
        self._lines.setContentsMargins(0, 0, 6, 0)
        self._lines.setSpacing(4)
        self._says = label("", "muted")
        self._open_folder = button(say("summary.open_folder"))
        self._save, self._print = button(say("summary.save"), "main"), button(say("summary.print"))
        self._copy = button(say("summary.copy"))
        self._build()
        self._asking = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._asking.timeout.connect(self._ask)
        bridge.summary.connect(self._follow_summary)
        bridge.items_changed.connect(self._follow)
        self._show()

    def _build(self) -> None:
        self.content.addWidget(self._batches)
        self.content.addWidget(scrolled(self._body), 1)
        self.content.addWidget(self._says)
        self.content.addWidget(self._open_folder)
        self.content.addWidget(self._save)
        low = QHBoxLayout()
        low.addWidget(self._print)
        low.addWidget(self._copy)
        self.content.addLayout(low)
        self._open_folder.hide()
        self._save.clicked.connect(self._save_files)
        self._print.clicked.connect(self._print_it)
        self._copy.clicked.connect(self._copy_it)
        self._open_folder.clicked.connect(self._open)
        self.setFocusProxy(self._save)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_batches"):
            self._batches.restyle(style)

    def opened(self) -> None:
        self._says.clear()
        self._open_folder.hide()
        self._ask()

    @Slot()
    def _ask(self) -> None:
        batch, desk, now = self._batch, self._desk_name, self._now()
        self._asker.ask(lambda reader: read_summary(reader, batch, desk, now))

    @Slot(object)
    def _follow_summary(self, summary: Summary) -> None:
        if not summary.rehearsal:
            self._batch = summary.batch.id
            self._asking.start()

    @Slot(object)
    def _follow(self, _items: object) -> None:
        if self.isVisible() and not self._asking.isActive():
            self._asking.start()

    @Slot(object)
    def _hear(self, facts: SummaryFacts | None) -> None:
        self._facts = facts
        self._show()

    @Slot(str)
    def _choose(self, batch: str) -> None:
        self._batch = batch
        self._ask()

    def _show(self) -> None:
        facts = self._facts
        clear(self._lines)
        for each in (self._save, self._print, self._copy):
            each.setEnabled(facts is not None)
        batches = facts.batches if facts is not None else ()
        self._batches.setVisible(len(batches) > 1)
        if list(self._batches.rows.rows) != list(batches):
            self._batches.show_rows(batches, keep=False)
        self._batches.setFixedHeight(self._batches.sizeHintForRow(0) * min(len(batches), MOST_BATCHES_SHOWN) + 4)
        if facts is None:
            self._add(say("summary.none"), "muted")
        else:
            self._show_facts(facts)
        self._lines.addStretch(1)

    def _show_facts(self, facts: SummaryFacts) -> None:
        batch = facts.receipt.batch
        target = batch.target_title or batch.target
        self._add(say("summary.claimed", n=facts.claimed, target=target), "big")
        for count, words, _settled in facts.sums:
            self._add(say("summary.sum", count=count, words=words))
        if facts.waiting:
            self._add(say("summary.unsettled"), "warn")
            for reason in facts.waiting:
                self._add(reason)
        if facts.problems:
            self._add(say("summary.problems"), "bad")
        for title, cause, next_step in facts.problems:
            self._add(soft(title), "strong")
            self._add(cause)
            self._add(say("details.next", text=next_step), "muted")

    def _add(self, text: str, look: str = "") -> None:
        self._lines.addWidget(label(text, look))

    @Slot()
    def _save_files(self) -> None:
        if self._facts is not None and not self._saving:
            self._saving = True  # the button keeps the keyboard; a second press waits
            self._says.setText(say("summary.saving"))
            self._files.save(self._facts.receipt)

    @Slot(object)
    def _tell_saved(self, saved: Saved) -> None:
        self._saving = False
        self._open_folder.setVisible(saved.path is not None)
        if saved.path is not None:
            self._says.setText(say("summary.saved", path=soft(str(saved.path))))
            self._says.setToolTip(str(saved.path))
        else:
            self._says.setText(say(f"receipt.problem.{saved.problem}", detail=saved.detail))

    @Slot()
    def _print_it(self) -> None:
        if self._facts is None:
            return
        try:
            print_dialog(receipt_html(self._facts.receipt), self.window())
        except OSError as error:
            self._says.setText(say("receipt.problem.other", detail=error.strerror or str(error)))

    @Slot()
    def _copy_it(self) -> None:
        if self._facts is not None:
            QGuiApplication.clipboard().setText(receipt_text(self._facts.receipt))
            self._says.setText(say("summary.copied"))

    @Slot()
    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._files.folder)))
