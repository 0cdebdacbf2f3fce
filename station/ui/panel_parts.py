"""What the panels are made of: a frame with a title and a way out, plain labels, buttons, and a reader of the disk."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from station.words import Tone, say

from .bridge import DeskDoor
from .style import RADIUS, Style

LONGEST_WORD = 20
"""Letters after which a word may be broken anywhere: an identifier must not be cut off by a narrow panel."""
_BREAK = "\N{ZERO WIDTH SPACE}"


class Panel(QWidget):
    """A titled panel; ``content`` is the layout for what it shows. ``close_wanted`` when its Close is pressed."""

    close_wanted = Signal()

    def __init__(self, title: str, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = style
        self._first: QWidget | None = None
        self.setAccessibleName(title)
        self.content = QVBoxLayout(self)
        self.content.setContentsMargins(16, 10, 16, 14)
        self.content.setSpacing(8)
        self.title = label(title, "title")
        self.close_button = button(say("banner.close"), "quiet")
        self.close_button.clicked.connect(self.close_wanted)
        self.head = QHBoxLayout()
        self.head.addWidget(self.title, 1)
        self.head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.content.addLayout(self.head)
        self.restyle(style)

    def restyle(self, style: Style) -> None:
        """Take other colours or sizes."""
        self.look = style
        self.setStyleSheet(sheet(style))

    def begin_at(self, part: QWidget) -> None:
        """Say which part gets the keyboard when the panel is opened. (A focus proxy would hide parts from Tab.)"""
        self._first = part

    def opened(self) -> None:
        """Called each time the panel is opened."""
        if self._first is not None:
            self._first.setFocus(Qt.FocusReason.OtherFocusReason)


def label(text: str = "", look: str = "", *, wrap: bool = True) -> QLabel:
    """A label that shows its text as it is, never as markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setMinimumWidth(1)
    if look:
        made.setProperty("look", look)
    return made


class SaidLine(QLabel):
    """A line in a panel that tells what came of a wish; hidden while it tells nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setMinimumWidth(1)
        self.hide()

    @Slot(str, str)
    def tell(self, look: str, text: str = "") -> None:
        """``look``: "good", "bad", "warn", "muted" or "" for plain."""
        self.setText(soft(text))
        self.setProperty("look", look)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setVisible(bool(text))


def button(text: str, look: str = "", tooltip: str = "") -> QPushButton:
    """A button that only its own keys or a click press."""
    made = QPushButton(text)
    made.setAccessibleName(text)
    made.setAutoDefault(False)
    made.setToolTip(tooltip)
    if look:
        made.setProperty("look", look)
    return made


def scrolled(content: QWidget) -> QScrollArea:
    """A widget in a frame that scrolls up and down where there is too little room."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setMinimumHeight(1)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setObjectName("scrolled")
    area.setWidget(content)
    return area


def clear(layout: QBoxLayout) -> None:
    """Take everything out of a layout and let it go."""
    while (entry := layout.takeAt(0)) is not None:
        widget, inner = entry.widget(), entry.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif isinstance(inner, QBoxLayout):
            clear(inner)
            inner.deleteLater()


def soft(text: str) -> str:
    """A text whose long words may be broken anywhere to fit a narrow label."""
    return " ".join(_BREAK.join(word) if len(word) > LONGEST_WORD else word for word in text.split(" "))


class Asker(QObject):
    """Reads from the disk on the reading thread; ``answered`` comes on the Qt thread, with None if it failed."""

    answered = Signal(object)

    def __init__(self, desk: DeskDoor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk

    def ask(self, query: Callable[..., Any]) -> None:
        """Run a query with a reader of its own."""
        self._desk.read(query).add_done_callback(self._done)

    def _done(self, future: "Future[Any]") -> None:
        failed = future.cancelled() or future.exception() is not None
        with suppress(RuntimeError):  # the window may be gone by now
            self.answered.emit(None if failed else future.result())


def sheet(style: Style) -> str:
    """The looks that only panels have, over the window's own."""
    colours = style.palette
    values = {
        "surface": colours.surface, "text": colours.text, "muted": colours.muted, "line": colours.line,
        "action": colours.action, "on_action": colours.on_action, "hover": colours.hover,
        "selected": colours.selected, "radius": style.px(RADIUS) if style.scale < 1.5 else RADIUS,
        "small": style.px(6), "font": style.px(13), "big": style.px(16), "caption": style.px(12),
        "warn": colours.tones[Tone.UNKNOWN].ink, "warn_pill": colours.tones[Tone.UNKNOWN].pill,
        "bad": colours.tones[Tone.PROBLEM].ink, "bad_pill": colours.tones[Tone.PROBLEM].pill,
        "good": colours.tones[Tone.DONE].ink,
    }
    return _SHEET % values


_SHEET = """
QWidget#scrolled { background: transparent; }
QScrollArea { background: transparent; border: none; }
QListView { background: transparent; border: 1px solid transparent; border-radius: %(radius)dpx; outline: none; }
QListView:focus { border: 2px solid %(action)s; }
QLabel[look="caption"] { color: %(muted)s; font-size: %(caption)dpx; }
QLabel[look="strong"] { font-weight: bold; }
QLabel[look="big"] { font-size: %(big)dpx; font-weight: bold; }
QLabel[look="warn"] { color: %(warn)s; font-weight: bold; }
QLabel[look="bad"] { color: %(bad)s; font-weight: bold; }
QLabel[look="good"] { color: %(good)s; font-weight: bold; }
QPushButton[look="link"] { background: transparent; border: 1px solid transparent; color: %(action)s; padding: 0;
  text-align: left; min-height: %(big)dpx; }
QPushButton[look="link"]:focus { border: 2px solid %(action)s; border-radius: 4px; }
QPushButton[look="main"] { background: %(action)s; color: %(on_action)s; border-color: %(action)s; font-weight: bold; }
QPushButton[look="main"]:focus { border: 2px solid %(text)s; }
QPushButton[look="main"]:disabled { background: %(surface)s; color: %(muted)s; border-color: %(line)s; }
QPlainTextEdit { background: %(surface)s; border: 1px solid %(line)s; border-radius: %(radius)dpx;
  padding: %(small)dpx; selection-background-color: %(action)s; selection-color: %(on_action)s; }
QPlainTextEdit:focus { border: 2px solid %(action)s; }
QRadioButton { spacing: %(small)dpx; }
QRadioButton::indicator { width: 12px; height: 12px; border-radius: 8px; border: 2px solid %(muted)s;
  background: %(surface)s; }
QRadioButton::indicator:checked { border: 5px solid %(action)s; width: 6px; height: 6px; }
QRadioButton:focus { color: %(action)s; }
QRadioButton::indicator:focus { border-color: %(action)s; }
QTextBrowser { background: transparent; border: 1px solid transparent; border-radius: %(radius)dpx; }
QTextBrowser:focus { border: 2px solid %(action)s; }
"""
