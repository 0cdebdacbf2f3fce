"""What came of a batch, and its receipt."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.core.news import Summary
from station.words import say

from .bridge import Bridge, DeskDoor
from .desk_state import DeskState
from .destinations import title_of
from .panel_list import RowList
from .panel_parts import Asker, Panel, button, clear, label, scrolled, soft
from .receipt_buttons import ReceiptButtons
from .style import Style
from .summary_facts import SummaryFacts, read_summary

SETTLE_MS = 200
MOST_BATCHES_SHOWN = 5


class SummaryPanel(Panel):
    """Shows the batch that was claimed last, or another one of the list; what changes meanwhile is shown too."""

    def __init__(
        self, desk: DeskDoor, bridge: Bridge, state: DeskState, style: Style, folder: Path, desk_name: str,
        now: Callable[[], datetime], support: Callable[[str], object],
    ) -> None:
        super().__init__(say("summary.title"), style)
        self._desk_name, self._now = desk_name, now
        self._batch = ""
        self._asker = Asker(desk, self)
        self._asker.answered.connect(self._show)
        self._batches = RowList(say("summary.batches"), style)
        self._batches.picked.connect(self._choose)
        self._body = SummaryBody(lambda name: title_of(state, name), support)
        self._buttons = ReceiptButtons(folder)
        self._earlier = label(say("summary.batches"), "caption")
        whole = QWidget()
        lines = QVBoxLayout(whole)
        lines.setContentsMargins(0, 0, 6, 0)
        for part in (self._buttons.notice, self._body, self._earlier, self._batches):
            lines.addWidget(part)
        lines.addStretch(1)
        area = scrolled(whole)
        self.head.insertWidget(1, self._buttons.copy)
        self.content.addWidget(area, 1)
        self.content.addWidget(self._buttons)
        self._buttons.told.connect(lambda: area.verticalScrollBar().setValue(0))
        self.begin_at(self._buttons.save)
        self._asking = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._asking.timeout.connect(self._ask)
        bridge.summary.connect(self._follow_summary)
        bridge.items_changed.connect(self._follow)
        self._show(None)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_batches"):
            self._batches.restyle(style)

    def opened(self) -> None:
        super().opened()
        self._buttons.begin()
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

    @Slot(str)
    def _choose(self, batch: str) -> None:
        self._batch = batch
        self._ask()

    @Slot(object)
    def _show(self, facts: SummaryFacts | None) -> None:
        batches = facts.batches if facts is not None else ()
        for part in (self._earlier, self._batches):
            part.setVisible(len(batches) > 1)
        if list(self._batches.rows.rows) != list(batches):
            self._batches.show_rows(batches, keep=False)
        self._batches.setFixedHeight(self._batches.sizeHintForRow(0) * min(len(batches), MOST_BATCHES_SHOWN) + 4)
        self._body.tell(facts)
        self._buttons.tell(facts.receipt if facts is not None else None)


class SummaryBody(QWidget):
    """The sums, what is not settled and why, and the rows with a problem."""

    def __init__(self, title_of: Callable[[str], str], support: Callable[[str], object]) -> None:
        super().__init__()
        self._title_of, self._support = title_of, support
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(4)

    def tell(self, facts: SummaryFacts | None) -> None:
        """Show a batch, or that there is none."""
        clear(self._lines)
        if facts is None:
            self._add(say("summary.none"), "muted")
        else:
            self._show(facts)

    def _show(self, facts: SummaryFacts) -> None:
        batch = facts.receipt.batch
        target = batch.target_title or batch.target
        if facts.together:
            self._add(say("summary.claimed_all", n=sum(count for _, count in facts.together)), "big")
            for other, count in facts.together:
                where = say("goes.to", target=other.target_title or other.target,
                            connection=self._title_of(other.connection))
                self._add(say("summary.part", n=count, where=where))
            self._add(say("summary.of", target=target), "strong")
        else:
            self._add(say("summary.claimed", n=facts.claimed, target=target), "big")
        for count, words in facts.sums:
            self._add(say("summary.sum", count=count, words=words))
        if facts.waiting:
            self._add(say("summary.unsettled"), "warn")
            for reason in facts.waiting:
                self._add(reason)
        if facts.problems or facts.needs_support:
            self._add(say("summary.problems"), "bad")
        if facts.needs_support:
            write = button(say("support.open"), "link")
            write.clicked.connect(lambda _on=False, batch=batch.id: self._support(batch))
            self._lines.addWidget(write)
        for title, cause, next_step in facts.problems:
            self._add(soft(title), "strong")
            self._add(cause)
            self._add(say("details.next", text=next_step), "muted")

    def _add(self, text: str, look: str = "") -> None:
        self._lines.addWidget(label(text, look))
