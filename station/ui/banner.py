"""One line over the table for what is wrong with a connection or with the machine; never a box in the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from PySide6.QtCore import QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from station.words import Tone, say

from . import symbols
from .items_delegate import printable
from .style import RADIUS, Style


class Kind(IntEnum):
    """What a line is about; of several the highest is shown."""

    UPDATE = 0
    LINE = 1
    COOLING = 2
    IMPORT = 3
    BAD_INPUT = 4
    UNDONE = 5
    WISH = 6
    TROUBLE = 7


@dataclass(frozen=True, slots=True)
class Notice:
    """A line that stays for ``seconds`` (0: until taken back); ``action`` is a button's text, ``act`` its effect, and
    ``also`` and ``act_also`` those of a second one."""

    kind: Kind
    tone: Tone
    text: str
    detail: str = ""
    seconds: float = 0
    action: str = ""
    act: Callable[[], object] | None = field(default=None, compare=False)
    also: str = ""
    act_also: Callable[[], object] | None = field(default=None, compare=False)


class Banner(QFrame):
    def __init__(self, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = style
        self._notices: dict[Kind, Notice] = {}
        self._shown: Notice | None = None
        row = QHBoxLayout(self)
        row.setSpacing(style.px(8))
        row.setContentsMargins(style.px(44), style.px(4), style.px(6), style.px(4))
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._text.setWordWrap(True)
        self._act, self._also = QPushButton(), QPushButton()
        self._close = QPushButton(say("banner.close"))
        self._close.setProperty("look", "quiet")
        for button in (self._act, self._also, self._close):
            button.setAutoDefault(False)
            button.hide()
        row.addWidget(self._text, 1)
        row.addWidget(self._also)
        row.addWidget(self._act)
        row.addWidget(self._close)
        self._act.clicked.connect(self._do)
        self._also.clicked.connect(self._do_also)
        self._close.clicked.connect(self._take_back_shown)
        self._leaving = QTimer(self, singleShot=True)
        self._leaving.timeout.connect(self._take_back_shown)
        self.setAccessibleName(say("access.banner"))
        self.hide()

    @property
    def shown(self) -> Notice | None:
        return self._shown

    def restyle(self, style: Style) -> None:
        self._style = style
        self.update()

    def tell(self, notice: Notice) -> None:
        self._notices[notice.kind] = notice
        self._show_highest()

    def take_back(self, kind: Kind) -> bool:
        """Whether there was a line about it until now."""
        if self._notices.pop(kind, None) is None:
            return False
        self._show_highest()
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._shown is None:
            return
        pair = self._style.palette.tones[self._shown.tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(pair.pill))
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        side = self._style.px(18)
        square = QRectF(self._style.px(16), (self.height() - side) / 2, side, side)
        symbols.draw(painter, self._shown.tone.value, square, pair.ink)
        painter.end()

    def _show_highest(self) -> None:
        notice = self._notices[max(self._notices)] if self._notices else None
        if notice == self._shown:
            return
        self._shown = notice
        self._leaving.stop()
        if notice is not None:
            self._text.setText(printable(notice.text))
            self._text.setToolTip(notice.detail)
            self._text.setAccessibleName(notice.text)
            for button, text in ((self._act, notice.action), (self._also, notice.also)):
                button.setText(text)
                button.setAccessibleName(text)
                button.setVisible(bool(text))
            self._close.setVisible(notice.kind not in (Kind.LINE, Kind.COOLING))
            if notice.seconds:
                self._leaving.start(round(notice.seconds * 1000))
        self.setVisible(notice is not None)
        self.update()

    @Slot()
    def _do(self) -> None:
        if self._shown is not None and self._shown.act is not None:
            self._shown.act()

    @Slot()
    def _do_also(self) -> None:
        if self._shown is not None and self._shown.act_also is not None:
            self._shown.act_also()

    @Slot()
    def _take_back_shown(self) -> None:
        if self._shown is not None:
            self.take_back(self._shown.kind)
