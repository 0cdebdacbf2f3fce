"""Where the parts of the window stand."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from station.words import say

from .banner import Banner
from .claim_button import ClaimButton
from .counters import Counters
from .desk_state import DeskState
from .filter_bar import FilterBar
from .items_delegate import printable
from .items_model import ItemsModel
from .items_table import ItemsTable
from .panels import Panels
from .status_band import StatusBand
from .style import BETWEEN, OUTSIDE, Style
from .top_row import TopRow

PANEL, STACKED = 310, 760
"""Least width of the panels; width of the window below which the buttons stand under the counters; at 100 %."""
PANEL_SHARE, WIDEST_PANEL = 0.22, 440
OPENED = 60
"""How much wider a panel is that was opened in a window without room for one that is always there."""
LEAST_TABLE = 560
"""A narrower table says too little beside a panel: then the panel lies over it."""


class Layout(QWidget):
    """From the top: the thin row, the band, the banner, table and panels, counters and buttons."""

    def __init__(self, items: ItemsModel, state: DeskState, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "page")
        self._style = style
        self._wide, self._width = True, 0
        self.top = TopRow(state, style)
        self.band = StatusBand(style)
        self.banner = Banner(style)
        self.filters = FilterBar(style)
        self.table = ItemsTable(items, style)
        self.panels = Panels()
        self.panels.opened.connect(self.place_panels)
        self.panels.closed.connect(self.place_panels)
        self.counters = Counters(style)
        self.rehearse = QPushButton(say("claim.rehearse"))
        self.rehearse.setAutoDefault(False)
        self.rehearse.setToolTip(say("claim.rehearse_tooltip"))
        self.receipt = QPushButton(say("claim.receipt"))
        self.receipt.setAutoDefault(False)
        self.receipt.hide()
        self.claim = ClaimButton(style)
        self.starts = StartsLine()
        self._build()

    def restyle(self, style: Style) -> None:
        self._style = style
        for part in (self.top, self.band, self.banner, self.table, self.counters, self.claim):
            part.restyle(style)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Panels that lie over the table follow it when a line above it comes or goes."""
        moved = event.type() in (QEvent.Type.Resize, QEvent.Type.Move)
        if moved and watched is self._board and self.panels.isVisible() and self._middle.indexOf(self.panels) < 0:
            self.place_panels()
        return super().eventFilter(watched, event)

    def put_line(self, line: QWidget) -> None:
        """Put a line of the window's own below the banner."""
        self._whole.insertWidget(self._whole.indexOf(self.banner) + 1, line)

    def fit(self, width: int, band: int, *, wide: bool) -> None:
        """Give the band its height; ``wide``: there is room for the panels beside the table."""
        self.band.setFixedHeight(band)
        self.top.fit(width)
        self.counters.fit(width)
        stacked = width < self._style.px(STACKED)
        ways = QBoxLayout.Direction
        self._foot.setDirection(ways.TopToBottom if stacked else ways.LeftToRight)
        self._foot.setSpacing(0 if stacked else BETWEEN)
        self._wide, self._width = wide, width
        self.panels.set_wide(wide)
        self.place_panels()

    def place_panels(self) -> None:
        """Put the panels beside the table, or over its right side where it is narrow.

        A panel that wants a width of its own always lies over the table, and down to the window's lower edge.
        """
        px = self._style.px
        width = min(max(px(PANEL), round(self._width * PANEL_SHARE)), px(WIDEST_PANEL))
        if not self._wide:
            width = px(PANEL) + OPENED
        width = self._share(width)
        own = px(self.panels.wanted_width)
        if not own and (self._wide or self._width - 2 * OUTSIDE - BETWEEN - width >= px(LEAST_TABLE)):
            if self._middle.indexOf(self.panels) < 0:
                self._middle.addWidget(self.panels)
                self.panels.set_wide(self._wide)
            self.panels.setFixedWidth(width)
            return
        if self._middle.indexOf(self.panels) >= 0:
            self._middle.removeWidget(self.panels)
            self.panels.setParent(self)
            self.panels.set_wide(False)
            self._whole.activate()  # the board takes the room at once, not in a later turn
        place = self._board.geometry()
        least = min(own or width, place.width())
        height = self.height() - OUTSIDE - place.top() if own else place.height()
        self.panels.setFixedWidth(least)
        self.panels.setGeometry(place.right() + 1 - least, place.top(), least, height)
        self.panels.raise_()

    def _share(self, width: int) -> int:
        """The width of a panel that wants its share: more than that of the others, as far as the table can spare it."""
        spare = self._width - 2 * OUTSIDE - BETWEEN - self._style.px(LEAST_TABLE)
        return max(width, min(round(self._width * self.panels.wanted_share), spare))

    def _build(self) -> None:
        whole = self._whole = QVBoxLayout(self)
        whole.setContentsMargins(OUTSIDE, BETWEEN, OUTSIDE, OUTSIDE - 2)
        whole.setSpacing(BETWEEN)
        self._board = QFrame()
        self._board.setProperty("look", "surface")
        self._board.installEventFilter(self)
        board = QVBoxLayout(self._board)
        board.setContentsMargins(1, 1, 1, 1)
        board.setSpacing(0)
        board.addWidget(self.filters)
        board.addWidget(self.table, 1)
        self._middle = QHBoxLayout()
        self._middle.setSpacing(BETWEEN)
        self._middle.addWidget(self._board, 1)
        self._middle.addWidget(self.panels)
        buttons = QHBoxLayout()
        buttons.setSpacing(BETWEEN)
        for button in (self.receipt, self.rehearse, self.claim):
            buttons.addWidget(button)
        self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._foot.setSpacing(BETWEEN)
        self._foot.addWidget(self.counters)
        self._foot.addStretch(1)
        self._foot.addLayout(buttons)
        for part in (self.top, self.band, self.banner):
            whole.addWidget(part)
        whole.addLayout(self._middle, 1)
        low = QVBoxLayout()
        low.setSpacing(4)
        low.addWidget(self.starts)
        low.addLayout(self._foot)
        whole.addLayout(low)


class StartsLine(QLabel):
    """What a press of Claim starts, right over the button; its line is there even when there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(" ")
        self.setProperty("look", "muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setWordWrap(True)
        self.setMinimumWidth(1)

    def tell(self, text: str) -> None:
        self.setText(printable(text) or " ")
        self.setAccessibleName(text)
