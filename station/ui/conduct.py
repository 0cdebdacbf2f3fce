"""Joins the window's parts: which one answers when another is pressed or the desk's state changes."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot

from station.core.news import ScanHeard, Summary
from station.desk.sorting import Order, Show, SortBy
from station.words import say

from .claim_button import wording
from .claim_press import ClaimPress
from .commands import Commands
from .destinations import destinations, place_of, several
from .items_columns import show_places
from .items_model import Column

if TYPE_CHECKING:
    from .window import Window

SORTS = {Column.NUMBER: SortBy.NUMBER, Column.IDENTIFIER: SortBy.IDENTIFIER, Column.WHAT: SortBy.WHAT,
         Column.NAME: SortBy.NAME, Column.STATUS: SortBy.STATUS, Column.SCANNED: SortBy.SCANNED}


class Conduct(QObject):
    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._parts = parts = window.parts
        self._was_practice = False
        parts.top.connection_chosen.connect(window.wishes.choose)
        parts.top.mixed_wanted.connect(window.wishes.mix)
        window.items.place_of = lambda item: place_of(window.state, item)
        parts.top.target_wanted.connect(lambda: window.panels.open("targets"))
        parts.top.operator_wanted.connect(lambda: window.panels.open("operator"))
        parts.top.line_pressed.connect(window.wishes.try_now)
        parts.top.scanner_pressed.connect(self._listen_again)
        parts.band.pressed.connect(self._listen_again)
        parts.counters.wanted.connect(self._show_only)
        parts.filters.changed.connect(self._reorder)
        parts.rehearse.clicked.connect(window.story.forget_sums)
        parts.rehearse.clicked.connect(window.wishes.rehearse)
        parts.receipt.clicked.connect(lambda: window.panels.open("summary"))
        header = window.table.horizontalHeader()
        header.sectionClicked.connect(self._sort)
        self._commands = Commands(
            window.bridge, parts.banner, window.story, window.state, window.wishes, window.panels, self._claim_now,
            self,
        )
        window.actions_here.clear_wanted.connect(self._commands.ask_to_clear)
        self.press = ClaimPress(window, self._commands)
        window.actions_here.claim_wanted.connect(self.press.by_key)
        window.sounds.fails = self._commands.fails
        window.bridge.heard.connect(self._hear)
        window.bridge.summary.connect(self._sum_up)
        window.bridge.items_gone.connect(self._select_again)
        window.bridge.ready.connect(window.listing.ask)
        window.listing.laid_out.connect(self._laid_out)
        window.state.changed.connect(self._tell)
        self._tell()

    @Slot()
    def claim(self) -> None:
        """As the key of Claim was pressed."""
        self.press.by_key()

    def _claim_now(self) -> None:
        """Claim what the button says; without a name or a target, ask for that first."""
        window = self._window
        counts = window.state.plan.counts
        alone = not window.state.plan.mixed and not window.state.target_title
        homeless = alone or not all(title for title, _ in counts.devices)
        if counts.ready and homeless and window.panels.open("targets"):
            return
        if not self._parts.claim.isEnabled():
            return
        if not window.state.operator and window.panels.open("operator"):
            return
        window.wishes.claim()

    @Slot()
    def _tell(self) -> None:
        state = self._window.state
        counts = state.plan.counts
        self._parts.counters.tell(counts)
        places = destinations(state)
        self._parts.claim.tell(
            wording(counts, places, offline=state.offline, target=state.target_title, busy=state.claiming)
        )
        show_places(self._parts.table, self._window.style_now, places=several(state))
        self._parts.rehearse.setEnabled(bool(counts.devices) and not state.claiming)
        target = state.target_title
        self._window.setWindowTitle(say("window.title_into", target=target) if target else say("window.title"))
        if state.practice != self._was_practice:
            self._was_practice = state.practice
            self._window.restyle()

    @Slot(object)
    def _hear(self, heard: tuple[ScanHeard, ...]) -> None:
        """The last scanned row is the one that is shown, unless several are being worked on."""
        self._parts.receipt.hide()
        last = heard[-1].item
        if last is not None and len(self._window.table.selected_ids()) < 2:
            self._window.table.go_to(last.id)

    @Slot()
    def _select_again(self) -> None:
        """Qt keeps a current row when the selected one goes, but leaves it unselected."""
        table = self._window.table
        if table.current_id() and not table.selected_ids():
            table.selectRow(table.currentIndex().row())

    @Slot(object)
    def _sum_up(self, summary: Summary) -> None:
        if not summary.rehearsal:
            self._parts.receipt.setVisible("summary" in self._window.panels)

    @Slot()
    def _listen_again(self) -> None:
        self._window.raise_()
        self._window.activateWindow()
        self._window.table.setFocus()

    @Slot(object)
    def _show_only(self, show: Show) -> None:
        if show is Show.ALL:
            self._parts.filters.clear()
        else:
            self._parts.filters.choose(show)

    @Slot()
    def _reorder(self) -> None:
        order, filters = self._window.listing.order, self._parts.filters
        self._window.listing.choose(Order(order.by, order.descending, filters.text, filters.show_rows))

    @Slot()
    def _laid_out(self) -> None:
        narrowed = bool(self._parts.filters.text) or self._parts.filters.show_rows is not Show.ALL
        self._window.table.empty.setText(say("table.nothing_fits" if narrowed else "table.empty"))
        if self._window.table.current_id() == 0 and self._window.items.rowCount():
            self._window.table.selectRow(0)

    @Slot(int)
    def _sort(self, column: int) -> None:
        order, by = self._window.listing.order, SORTS.get(Column(column))
        if by is None:  # where rows go is no order of its own
            return
        first = by in (SortBy.NUMBER, SortBy.SCANNED)
        descending = not order.descending if order.by is by else first
        self._window.listing.choose(Order(by, descending, order.text, order.show))
        header = self._window.table.horizontalHeader()
        plain = by is SortBy.NUMBER and descending
        header.setSortIndicatorShown(not plain)
        way = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(column, way)
