"""The counters that are always in view; each is a button that shows the rows it counts."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from station.core.news import Counts
from station.desk.sorting import Show
from station.words import Tone, say

from . import symbols
from .style import COUNTER, RADIUS, TEXT, Style

KINDS: tuple[tuple[str, Tone | None, Show], ...] = (
    ("scanned", None, Show.ALL),
    ("ready", Tone.READY, Show.READY),
    ("problems", Tone.PROBLEM, Show.PROBLEMS),
    ("queued", Tone.WAITING, Show.WAITING),
    ("unknown", Tone.UNKNOWN, Show.PROBLEMS),
    ("claimed", Tone.DONE, Show.DONE),
)
NARROW, NARROWEST = 1100, 560
"""Widths of the window, at 100 %."""
ALWAYS = ("scanned", "ready", "problems", "queued")
"""These stand there even when they are nought; the others come when there is something to count."""


class Counter(QAbstractButton):
    """A number in large type with its word beside it, on one baseline."""

    def __init__(self, kind: str, tone: Tone | None, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind, self._tone, self._style = kind, tone, style
        self._number = -1
        self._short = False
        self._indent = 0 if kind == KINDS[0][0] else 8  # the first number stands where the table begins
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_number(0)

    def restyle(self, style: Style) -> None:
        self._style = style
        self.updateGeometry()
        self.update()

    def set_number(self, number: int) -> None:
        if number != self._number:
            self._number = number
            self.setAccessibleName(say(f"counter.{self._kind}_spoken", n=number))
            self.setToolTip(say(f"counter.{self._kind}_spoken", n=number))
            self.updateGeometry()
            self.update()

    def set_short(self, short: bool) -> None:
        """A drawn symbol in place of the word."""
        self._short = short
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        big = QFontMetrics(self._style.font(COUNTER, bold=True)).horizontalAdvance(f"{max(self._number, 0):n}")
        small = QFontMetrics(self._style.font(TEXT)).horizontalAdvance(self._word())
        width = big + (self._style.px(16) if self._short else small)
        return QSize(width + self._style.px(5 + self._indent + 8), self._style.px(44))

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours, px = self._style.palette, self._style.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QColor(colours.action if self.hasFocus() else colours.line))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS, RADIUS)
        big = self._style.font(COUNTER, bold=True)
        metrics = QFontMetrics(big)
        base = (self.height() + metrics.capHeight()) // 2
        painter.setFont(big)
        quiet = self._number == 0
        ink = colours.tones[self._tone].ink if self._tone is not None else colours.text
        painter.setPen(QColor(colours.muted if quiet else ink))
        number = f"{self._number:n}"
        painter.drawText(px(self._indent), base, number)
        after = px(self._indent) + metrics.horizontalAdvance(number) + px(5)
        if self._short:
            sign = self._tone.value if self._tone is not None else "scanner"
            middle = base - metrics.capHeight() / 2
            symbols.draw(painter, sign, QRectF(after, middle - px(8), px(16), px(16)), painter.pen().color().name())
        else:
            painter.setFont(self._style.font(TEXT))
            painter.setPen(QColor(colours.muted))
            painter.drawText(after, base, self._word())
        painter.end()

    def _word(self) -> str:
        return say(f"counter.{self._kind}", n=self._number)


class Counters(QWidget):
    wanted = Signal(object)  # Show
    queue_wanted = Signal()
    """What waits or nobody can tell is looked at batch by batch, beside its rows."""

    def __init__(self, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.px(4))
        self._style = style
        self._narrow = False
        self._counts = Counts()
        self._counters: dict[str, Counter] = {}
        for kind, tone, show in KINDS:
            counter = Counter(kind, tone, style)
            counter.clicked.connect(lambda _checked=False, show=show: self.wanted.emit(show))
            if kind in ("queued", "unknown"):
                counter.clicked.connect(self.queue_wanted)
            row.addWidget(counter)
            self._counters[kind] = counter
        self.tell(Counts())

    def restyle(self, style: Style) -> None:
        self._style = style
        for counter in self._counters.values():
            counter.restyle(style)

    def fit(self, width: int) -> None:
        """Leave out what a narrow window has no room for: first what is done, then the words."""
        self._narrow = width < self._style.px(NARROW)
        for counter in self._counters.values():
            counter.set_short(width < self._style.px(NARROWEST))
        self.tell(self._counts)

    def tell(self, counts: Counts) -> None:
        self._counts = counts
        for kind, counter in self._counters.items():
            number = getattr(counts, kind)
            counter.set_number(number)
            counter.setVisible(kind in ALWAYS or (bool(number) and not (kind == "claimed" and self._narrow)))
