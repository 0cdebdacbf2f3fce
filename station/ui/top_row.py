"""The thin row on top: where claimed devices go, and whether scanner, network and operator are there."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from station.core.news import ConnectionState, LineState
from station.words import Tone, say

from . import symbols
from .desk_state import DeskState
from .destinations import short_title, title_of
from .items_delegate import printable
from .style import Style

NARROW = 900
"""Below this width, at 100 %, the signs of scanner and network stand alone."""
WORDS, WORDS_NARROW = 200, 120
"""Pixels of a choice's words, at 100 %."""
ALL, NO_CAPTIONS, SIGNS = range(3)
"""What stands in the row, as the room gets less: everything; the captions left out; signs without their words."""


class TopRow(QWidget):
    connection_chosen = Signal(str)
    mixed_wanted = Signal(bool)
    connections_wanted = Signal()
    target_wanted = Signal()
    operator_wanted = Signal()
    line_pressed = Signal()
    scanner_pressed = Signal()
    scanners_wanted = Signal()
    claiming_wanted = Signal()
    ahead_wanted = Signal()
    camera_wanted = Signal()

    def __init__(self, state: DeskState, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._style = state, style
        self._listening = True
        self._width, self._left_out = 0, ALL
        self._signs: dict[QPushButton, tuple[str, str, int, float]] = {}
        self._connection = _choice(say("top.connection"))
        self._target = _choice(say("top.target"))
        self._camera, self._scanner, self._line, self._operator = (_indicator() for _ in range(4))
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._labels = [QLabel(say("top.connection")), QLabel(say("top.target"))]
        for label in self._labels:
            label.setProperty("look", "muted")
        for label, button in zip(self._labels, (self._connection, self._target), strict=True):
            label.setBuddy(button)
            row.addWidget(label)
            row.addWidget(button)
            row.addSpacing(style.px(10))
        row.addStretch(1)
        for indicator in (self._camera, self._scanner, self._line, self._operator):
            row.addWidget(indicator)
        self._connection.clicked.connect(self._list_connections)
        self._target.clicked.connect(self.target_wanted)
        self._operator.clicked.connect(self.operator_wanted)
        self._line.clicked.connect(self.line_pressed)
        self._scanner.clicked.connect(self.scanner_pressed)
        self._camera.clicked.connect(self.camera_wanted)
        state.changed.connect(self._tell)

    def restyle(self, style: Style) -> None:
        self._style = style
        self._row.setSpacing(style.px(8))
        self._tell()

    def fit(self, width: int) -> None:
        """Leave out what a narrow window has no room for; it is told by tooltips and to screen readers all the same."""
        self._width = width
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def set_listening(self, listening: bool) -> None:
        """Whether a keyboard-type scanner would be heard."""
        self._listening = listening
        self._tell()

    @Slot()
    def _tell(self) -> None:
        """Say as much as there is room for without cutting words off."""
        least = SIGNS if self._width < self._style.px(NARROW) else ALL
        for left_out in range(least, SIGNS + 1):
            self._left_out = left_out
            self._write()
            if self._row.minimumSize().width() <= self.width():
                return

    def _write(self) -> None:
        for label in self._labels:
            label.setVisible(self._left_out == ALL)
        state, colours = self._state, self._style.palette
        line = state.line
        noun = say(f"noun.{line.noun}") if line is not None else ""
        otherwise = say("top.no_connection" if state.started else "top.starting")
        connection = title_of(state, line.connection) if line is not None else ""
        if line is not None and state.plan.mixed and len(state.lines) > 1:
            connection = say("top.mixed", title=short_title(state, line.connection))
        self._show(self._connection, connection, otherwise)
        title = state.target_title
        if title and noun and self._left_out < SIGNS:
            title = say("top.target_of", title=title, noun=noun)
        self._show(self._target, title, say("top.no_target"))
        self._indicate(self._camera, "camera", say("top.camera"), Tone.WAITING)
        tone = Tone.WAITING if self._listening else Tone.UNKNOWN
        self._indicate(self._scanner, "scanner", say("top.scanner" if self._listening else "top.deaf"), tone)
        sign, text, tone = _line_words(line)
        self._indicate(self._line, sign, text, tone)
        self._indicate(self._operator, "person", state.operator or say("top.no_operator"),
                       Tone.WAITING if state.operator else Tone.UNKNOWN)
        self._target.setIconSize(QSize(16, 16))
        for button in (self._connection, self._target):
            self._sign(button, "chevron", colours.muted)

    def _show(self, button: QPushButton, text: str, otherwise: str) -> None:
        whole = printable(text) or otherwise
        room = self._style.px(WORDS_NARROW if self._left_out == SIGNS else WORDS)
        button.setText(button.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room).replace("&", "&&"))
        button.setToolTip(f"{button.property('what')}: {whole}".replace("<", "‹"))
        button.setAccessibleName(f"{button.property('what')}: {whole}")

    def _sign(self, button: QPushButton, name: str, colour: str) -> None:
        """Drawn anew only where it is another one: Qt keeps what it has drawn of each, up to 10 MB of them."""
        wanted = (name, colour, self._style.px(16), self.devicePixelRatio())
        if self._signs.get(button) != wanted:
            self._signs[button] = wanted
            button.setIcon(symbols.icon(*wanted))

    def _indicate(self, button: QPushButton, sign: str, text: str, tone: Tone) -> None:
        side = self._style.px(16)
        self._sign(button, sign, self._style.palette.tones[tone].ink)
        button.setIconSize(QSize(side, side))
        room = self._style.px(160)
        shown = button.fontMetrics().elidedText(printable(text), Qt.TextElideMode.ElideRight, room)
        button.setToolTip(say(f"tooltip.{sign}"))
        only_sign = self._left_out == SIGNS and sign != "person"
        button.setText("" if only_sign else " " + shown.replace("&", "&&"))  # the space keeps the words off the symbol
        button.setAccessibleName(text)

    @Slot()
    def _list_connections(self) -> None:
        menu = QMenu(self)
        for line in self._state.lines.values():
            entry = menu.addAction(printable(title_of(self._state, line.connection)).replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(line.connection == self._state.connection)
            entry.triggered.connect(lambda _on=False, name=line.connection: self.connection_chosen.emit(name))
        if len(self._state.lines) > 1:
            menu.addSeparator()
            mixed = menu.addAction(say("top.mix"))
            mixed.setCheckable(True)
            mixed.setChecked(self._state.plan.mixed)
            mixed.triggered.connect(self.mixed_wanted)
        menu.addSeparator()
        menu.addAction(say("top.connections"), self.connections_wanted.emit)
        menu.addAction(say("top.scanners"), self.scanners_wanted.emit)
        menu.addAction(say("top.claiming"), self.claiming_wanted.emit)
        menu.addAction(say("top.ahead"), self.ahead_wanted.emit)
        menu.setMinimumWidth(self._connection.width())
        menu.popup(self._connection.mapToGlobal(QPoint(0, self._connection.height() + 4)))


def _choice(what: str) -> QPushButton:
    button = QPushButton()
    button.setProperty("look", "choice")
    button.setProperty("what", what)
    button.setAutoDefault(False)
    button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    return button


def _indicator() -> QPushButton:
    button = QPushButton()
    button.setProperty("look", "quiet")
    button.setAutoDefault(False)
    return button


def _line_words(line: ConnectionState | None) -> tuple[str, str, Tone]:
    if line is None or line.state is LineState.UNTRIED:
        return "online", say("top.untried"), Tone.WAITING
    if line.state is LineState.ONLINE:
        return "online", say("top.online"), Tone.WAITING
    if line.state is LineState.PAUSED:
        return "offline", say("top.paused"), Tone.UNKNOWN
    return "offline", say("top.offline"), Tone.UNKNOWN
