"""The status band: what the last scan was, in letters that can be read from three metres."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from station.words import Headline, Tone, say

from . import symbols
from .items_delegate import printable
from .style import RADIUS, TEXT, Style

LARGEST, SMALLEST = 58, 26
"""Pixels of the words: the largest at 100 %, and how far they shrink until they fit."""
IDENTIFIER, IDENTIFIER_SMALLEST = 38, 22
LINE = 18
TAIL = 12
"""So many of an identifier's last characters are shown where the whole has no room."""
HEIGHT = 192
"""A quarter of a window of 768 pixels."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the band says. ``progress`` is (done, of all); ``sign`` another symbol than the tone's own."""

    headline: Headline
    progress: tuple[int, int] | None = None
    sign: str = ""
    urgent: bool = False


class StatusBand(QWidget):
    """Shows one ``Shown`` at a time, drawn by itself; a click or Enter on it is told."""

    pressed = Signal()

    def __init__(self, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = style
        self._practice = False
        self._shown = Shown(Headline(Tone.WAITING, "", "", ""))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(say("access.band"))

    @property
    def shown(self) -> Shown:
        return self._shown

    def restyle(self, style: Style) -> None:
        self._style = style
        self.update()

    def set_practice(self, practice: bool) -> None:
        """Stripe the band: nothing here is real."""
        self._practice = practice
        self.update()

    def tell(self, shown: Shown, *, aloud: bool = True) -> None:
        """Show it, and announce it to a screen reader where it is new."""
        if shown == self._shown:
            return
        new = shown.headline != self._shown.headline
        self._shown = shown
        head = shown.headline
        text = ". ".join(part for part in (head.words.capitalize(), head.identifier, head.line) if part)
        self.setAccessibleDescription(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if shown.urgent else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if shown.urgent else Qt.CursorShape.ArrowCursor)
        self.update()
        if aloud and new and QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(self, text)
            loud = head.tone in (Tone.PROBLEM, Tone.UNKNOWN)
            polite, assertive = QAccessible.AnnouncementPoliteness.Polite, QAccessible.AnnouncementPoliteness.Assertive
            event.setPoliteness(assertive if loud else polite)
            QAccessible.updateAccessibility(event)

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pair = self._style.palette.tones[self._shown.headline.tone]
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        outline = QPainterPath()
        outline.addRoundedRect(frame, RADIUS + 2, RADIUS + 2)
        painter.fillPath(outline, QColor(pair.pill))
        painter.save()
        painter.setClipPath(outline)
        if self._shown.progress is not None:
            self._paint_progress(painter, frame, pair.ink)
        if self._practice:
            self._paint_stripes(painter, frame)
        painter.restore()
        painter.setPen(QPen(QColor(pair.ink), 2))
        painter.drawPath(outline)
        self._paint_words(painter, pair.ink)
        painter.end()

    def _paint_words(self, painter: QPainter, ink: str) -> None:
        px, head = self._style.px, self._shown.headline
        edge = px(36)
        practice = self._practice_height()
        room = self.rect().adjusted(edge, 0, -edge, -practice)
        sign = min(px(68), room.height() * 2 // 5)
        middle = room.center().y() + 1
        symbols.draw(painter, self._shown.sign or head.tone.value,
                     QRectF(room.left(), middle - sign / 2, sign, sign), ink)
        text = room.adjusted(sign + px(30), 0, 0, 0)
        width = self._paint_identifier(painter, text, ink)
        big = text.adjusted(0, 0, -(width + px(30)) if width else 0, 0)
        font = fit(head.words, self._style.font(LARGEST, bold=True), big.width(), SMALLEST)
        small = self._style.font(LINE)
        lines = wrap(head.line, QFontMetrics(small), big.width(), 2)
        while small.pixelSize() > TEXT and not _is_whole(lines, head.line):
            small.setPixelSize(small.pixelSize() - 1)
            lines = wrap(head.line, QFontMetrics(small), big.width(), 2)
        tall, low = QFontMetrics(font), QFontMetrics(small)
        gap = px(2)
        high = tall.ascent() + tall.descent() + (gap + low.height() * len(lines) if lines else 0)
        top = middle - high // 2
        painter.setFont(font)
        painter.setPen(QColor(ink))
        words = tall.elidedText(printable(head.words), Qt.TextElideMode.ElideRight, big.width())
        painter.drawText(_ink_left(tall, words, big.left()), top + tall.ascent(), words)
        painter.setFont(small)
        painter.setPen(QColor(self._style.palette.text))
        for at, line in enumerate(lines):
            base = top + tall.height() + gap + at * low.height() + low.ascent()
            painter.drawText(_ink_left(low, line, big.left()), base, line)

    def _paint_identifier(self, painter: QPainter, room: QRect, ink: str) -> int:
        """The identifier's tail at the right edge; gives its width."""
        identifier = printable(self._shown.headline.identifier)
        if not identifier:
            return 0
        large = QFontMetrics(self._style.mono(IDENTIFIER))
        whole = len(identifier) <= TAIL or large.horizontalAdvance(identifier) <= room.width() * 2 // 5
        tail = identifier if whole else "…" + identifier[-TAIL + 1 :]
        font = fit(tail, self._style.mono(IDENTIFIER), room.width() * 2 // 5, self._style.px(IDENTIFIER_SMALLEST))
        metrics = QFontMetrics(font)
        tail = metrics.elidedText(tail, Qt.TextElideMode.ElideLeft, room.width() * 2 // 5)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        width = metrics.horizontalAdvance(tail)
        painter.drawText(room.right() + 1 - width, room.center().y() + 1 + metrics.capHeight() // 2, tail)
        return width

    def _paint_progress(self, painter: QPainter, frame: QRectF, ink: str) -> None:
        done, total = self._shown.progress or (0, 1)
        high = self._style.px(8)
        painter.setOpacity(0.25)
        painter.fillRect(QRectF(frame.left(), frame.bottom() - high, frame.width(), high), QColor(ink))
        painter.setOpacity(1)
        share = min(done / total, 1.0) if total else 0.0
        painter.fillRect(QRectF(frame.left(), frame.bottom() - high, frame.width() * share, high), QColor(ink))

    def _practice_height(self) -> int:
        return self._style.px(30) if self._practice else 0

    def _paint_stripes(self, painter: QPainter, frame: QRectF) -> None:
        """A striped foot with the word, over the band's own colour."""
        high, step = self._practice_height(), self._style.px(16)
        foot = QRectF(frame.left(), frame.bottom() - high, frame.width(), high)
        colours = self._style.palette
        painter.setClipRect(foot, Qt.ClipOperation.IntersectClip)
        painter.fillRect(foot, QColor(colours.practice))
        painter.setPen(QPen(QColor(colours.stripe), step * 0.7))
        left = int(foot.left()) - high
        while left < foot.right() + high:
            painter.drawLine(left, int(foot.bottom()) + step, left + high + 2 * step, int(foot.top()) - step)
            left += 2 * step
        font = self._style.font(14, bold=True)
        text = say("band.practice")
        metrics = QFontMetrics(font)
        plate = QRectF(0, 0, metrics.horizontalAdvance(text) + step * 2, high)
        plate.moveCenter(foot.center())
        painter.fillRect(plate, QColor(colours.practice))
        painter.setFont(font)
        painter.setPen(QColor(colours.tones[Tone.UNKNOWN].ink))
        painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), text)


def _ink_left(metrics: QFontMetrics, text: str, left: int) -> int:
    """Where to draw a text so that its first letter's ink, not its empty edge, begins at ``left``."""
    return left - metrics.leftBearing(text[0]) if text else left


def _is_whole(lines: list[str], text: str) -> bool:
    """Whether wrapped lines say all of a text."""
    return " ".join(lines) == " ".join(printable(text).split())


def fit(text: str, font: QFont, room: int, smallest: int) -> QFont:
    """The font, made smaller until the text fits the room, but never below ``smallest`` pixels."""
    width = QFontMetrics(font).horizontalAdvance(text)
    if width > room > 0:
        font.setPixelSize(max(int(font.pixelSize() * room / width), smallest))
    return font


def wrap(text: str, metrics: QFontMetrics, room: int, lines: int) -> list[str]:
    """A text on so many lines at most, the last one cut with an ellipsis."""
    left = printable(text).split()
    wrapped: list[str] = []
    while left and len(wrapped) < lines - 1:
        line = left.pop(0)
        while left and metrics.horizontalAdvance(f"{line} {left[0]}") <= room:
            line = f"{line} {left.pop(0)}"
        wrapped.append(metrics.elidedText(line, Qt.TextElideMode.ElideRight, room))
    if left:
        wrapped.append(metrics.elidedText(" ".join(left), Qt.TextElideMode.ElideRight, room))
    return wrapped
