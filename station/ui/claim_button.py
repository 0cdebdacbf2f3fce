"""The one primary button: it says how many devices go where, or why there is nothing to claim."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from station.core.news import Counts
from station.words import say

from .destinations import Destination, listed
from .style import RADIUS, Style

HEIGHT, FONT, NARROWEST, EDGE = 48, 17, 230, 20
KEY = "F9"


@dataclass(frozen=True, slots=True)
class Wording:
    """What the button says, from the longest to the shortest; ``why_not`` is set when it cannot be pressed."""

    texts: tuple[str, ...]
    why_not: str = ""


def wording(
    counts: Counts, places: Sequence[Destination], *, offline: bool, target: str, busy: bool = False
) -> Wording:
    """What a press would do now: ``places`` are where what is ready goes."""
    total = sum(place.count for place in places)
    if busy:
        return Wording((say("claim.busy"),), say("claim.busy"))
    if not total:
        return Wording((_why_not(counts, target),), _why_not(counts, target))
    if not all(place.words for place in places):
        return Wording((say("claim.no_target"), say("claim.no_target_short")), say("claim.no_target"))
    return Wording(_texts("queue" if offline else "claim", total, counts, places))


def _texts(verb: str, total: int, counts: Counts, places: Sequence[Destination]) -> tuple[str, ...]:
    unchecked = say("claim.unchecked", n=counts.unchecked) if counts.unchecked else ""
    words = [place.words for place in places]
    short = say(f"claim.{verb}_short", n=total, target=", ".join(words))
    shorter = say("claim.shorter", n=total, target=", ".join(words))
    bare = say("claim.shorter", n=total, target=say("claim.places", n=len(words)) if len(words) > 1 else words[0])
    if len(words) == 1:
        return (say(f"claim.{verb}", n=total, target=words[0]) + unchecked, short, shorter, bare)
    whole = say(f"claim.{verb}_several", n=total, each=listed(places))
    parts = ", ".join(say("claim.part", count=place.count, target=place.title) for place in places)
    targets = [say(f"claim.{verb}_several", n=total, each=parts)]
    if len({place.title for place in places}) < len(places):
        targets = []  # without their connections they would be the same
    places_only = say(f"claim.{verb}_short", n=total, target=say("claim.places", n=len(words)))
    return (whole + unchecked, whole, *targets, places_only, bare)


def _why_not(counts: Counts, target: str) -> str:
    if counts.sending:
        return say("claim.busy")
    if counts.checking:
        return say("claim.checking", n=counts.checking)
    if counts.scanned and not target:
        return say("claim.no_target_short")
    if counts.problems:
        return say("claim.only_problems")
    return say("claim.nothing")


class ClaimButton(QAbstractButton):
    """Draws the longest wording that fits."""

    def __init__(self, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = style
        self._wording = Wording(("",))
        self._filled: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.tell(wording(Counts(), (), offline=False, target=""))

    def restyle(self, style: Style) -> None:
        self._style = style
        self.updateGeometry()
        self.update()

    def tell(self, said: Wording) -> None:
        self._wording = said
        self.setEnabled(not said.why_not)
        self.setCursor(Qt.CursorShape.ArrowCursor if said.why_not else Qt.CursorShape.PointingHandCursor)
        self.setText(said.texts[0])
        self.setAccessibleName(said.texts[0])
        self.setToolTip(said.why_not or said.texts[0].replace("<", "‹"))
        self.updateGeometry()
        self.update()

    def fill(self, share: float | None) -> None:
        """Show how far it has come that the button is kept pressed (0 to 1); None where it need not be."""
        self._filled = share
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._style.font(FONT, bold=True))
        wide = metrics.horizontalAdvance(self._wording.texts[0]) + self._extra(metrics)
        return QSize(max(wide, self._style.px(NARROWEST)), self._style.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._style.px(NARROWEST), self._style.px(HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours, px = self._style.palette, self._style.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        enabled = self.isEnabled()
        painter.setPen(QColor(colours.action if enabled else colours.line))
        painter.setBrush(QColor(colours.action if enabled else colours.surface))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS, RADIUS)
        if enabled and (self.isDown() or self.underMouse()):
            painter.setOpacity(0.14 if self.isDown() else 0.08)
            painter.setBrush(QColor(colours.on_action))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS, RADIUS)
            painter.setOpacity(1)
        if self._filled is not None:
            self._paint_filling(painter, self._filled)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(colours.on_action if enabled else colours.action))
            painter.drawRoundedRect(self.rect().adjusted(3, 3, -4, -4), RADIUS - 3, RADIUS - 3)
        self._paint_text(painter, px(EDGE), enabled=enabled)
        painter.end()

    def _paint_filling(self, painter: QPainter, share: float) -> None:
        """From the left, darker, with an edge that is seen without the colour."""
        wide = round((self.width() - 2) * min(share, 1.0))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._style.palette.text))
        painter.setOpacity(0.35)
        painter.drawRoundedRect(QRect(0, 0, wide, self.height() - 1), RADIUS, RADIUS)
        painter.setOpacity(1)
        painter.setBrush(QColor(self._style.palette.on_action))
        painter.drawRect(QRect(wide - 2, RADIUS, 3, self.height() - 2 * RADIUS))

    def _paint_text(self, painter: QPainter, edge: int, *, enabled: bool) -> None:
        font = self._style.font(FONT if enabled else FONT - 2, bold=enabled)
        metrics = QFontMetrics(font)
        key = metrics.horizontalAdvance(KEY) + self._style.px(18) if enabled else 0
        room = self.width() - 2 * edge - key
        texts = self._wording.texts if self._filled is None else (say("claim.hold"),)
        text = next((text for text in texts if metrics.horizontalAdvance(text) <= room),
                    texts[-1])
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.setFont(font)
        colours = self._style.palette
        painter.setPen(QColor(colours.on_action if enabled else colours.muted))
        wide = metrics.horizontalAdvance(text)
        left = (self.width() - wide - key) // 2
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRect(left, 0, wide + 2, self.height()), middle, text)
        if enabled:
            painter.setOpacity(0.85)
            painter.drawText(QRect(left + wide + self._style.px(18), 0, key, self.height()), middle, KEY)

    def _extra(self, metrics: QFontMetrics) -> int:
        return 2 * self._style.px(EDGE) + self._style.px(18) + metrics.horizontalAdvance(KEY) + 4
