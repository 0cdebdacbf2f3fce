"""A sheet of labels to be scanned, for A4 or Letter: a code, a word and a symbol each, to be cut out or laid there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QBuffer, QIODevice, QLocale, QMarginsF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
)

from station.reports.codes import Modules, bar_code, separated_code, square_code
from station.words import say

from . import symbols
from .code_picture import paint_code
from .items_delegate import printable
from .printing import DPI, INK, MARGIN_MM, QUIET

COLUMNS = 3
CARD_MM, GAP_MM, HEAD_MM, BARS_MM = 58.0, 3.0, 11.0, 34.0
CODE_MM = 33.0
_LINE = "#AEB5BD"


class Code(StrEnum):
    """How a label's text is printed."""

    SQUARE = "square"
    SEPARATED = "separated"
    BARS = "bars"


class Paper(StrEnum):
    A4 = "a4"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Card:
    """One label: the text in its code, the word below, a line for the person, and the name of a symbol."""

    code: Code
    text: str
    word: str
    line: str = ""
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Labels under one heading."""

    title: str
    cards: tuple[Card, ...]


_DRAWN: dict[Code, Callable[[str], Modules]] = {
    Code.SQUARE: square_code, Code.SEPARATED: separated_code, Code.BARS: bar_code,
}


def usual_paper() -> Paper:
    """The paper of this computer's country."""
    letters = (QLocale.Country.UnitedStates, QLocale.Country.Canada, QLocale.Country.Mexico)
    return Paper.LETTER if QLocale.system().territory() in letters else Paper.A4


def sheet_pdf(sections: Sequence[Section], paper: Paper) -> bytes:
    """The sheet as the bytes of a PDF file. Needs a QGuiApplication."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(2 * DPI)
    writer.setTitle(say("labels.title"))
    paint_sheet(sections, writer, paper)
    buffer.close()
    return bytes(buffer.data().data())


def paint_sheet(sections: Sequence[Section], device: QPagedPaintDevice, paper: Paper | None = None) -> int:
    """Paint the sheet on a printer or a PDF; gives the number of pages. Without ``paper`` on the printer's own."""
    if paper is not None:
        device.setPageSize(QPageSize(QPageSize.PageSizeId.A4 if paper is Paper.A4 else QPageSize.PageSizeId.Letter))
    device.setPageOrientation(QPageLayout.Orientation.Portrait)
    device.setPageMargins(QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM), QPageLayout.Unit.Millimeter)
    mm = device.logicalDpiX() / 25.4
    painter = QPainter()
    if not painter.begin(device):
        raise OSError("the printer or the file cannot be painted on")
    page = 0
    for number, what, room in _places(sections, QSizeF(device.width() / mm, device.height() / mm)):
        while page < number:
            device.newPage()
            page += 1
        dots = QRectF(room.x() * mm, room.y() * mm, room.width() * mm, room.height() * mm)
        if isinstance(what, Card):
            _paint_card(painter, what, dots, mm)
        else:
            _write(painter, dots, what, 15, bold=True)
    painter.end()
    return page + 1


Placed = tuple[int, "Card | str", QRectF]


def _places(sections: Sequence[Section], page: QSizeF) -> Iterator[Placed]:
    """Where everything stands: page, card or heading, and the room for it in millimetres."""
    step = (page.width() + GAP_MM) / COLUMNS
    number, top = 0, 0.0
    for section in sections:
        rows = list(_rows(section.cards))
        for at, (row, high) in enumerate(rows):
            head = HEAD_MM if at == 0 else 0.0
            if top + head + high > page.height() and top > 0:
                number, top = number + 1, 0.0
            if head:
                yield number, section.title, QRectF(0, top, page.width(), HEAD_MM)
                top += head
            for column, card in enumerate(row):
                wide = page.width() if card.code is Code.BARS else step - GAP_MM
                yield number, card, QRectF(column * step, top, wide, high)
            top += high + GAP_MM
        top += GAP_MM


def _rows(cards: Sequence[Card]) -> Iterator[tuple[list[Card], float]]:
    """Cards in rows with their height; bars take a row for themselves."""
    row: list[Card] = []
    for card in cards:
        if card.code is Code.BARS or len(row) == COLUMNS:
            if row:
                yield row, CARD_MM
            row = []
        if card.code is Code.BARS:
            yield [card], BARS_MM
        else:
            row.append(card)
    if row:
        yield row, CARD_MM


def _paint_card(painter: QPainter, card: Card, room: QRectF, mm: float) -> None:
    painter.setPen(QPen(QColor(_LINE), 0.2 * mm, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(room)
    bars = card.code is Code.BARS
    inner = room.adjusted(2 * mm, 2 * mm, -2 * mm, -2 * mm)
    high = 18 * mm if bars else CODE_MM * mm
    paint_code(painter, _DRAWN[card.code](card.text), QRectF(inner.x(), inner.y(), inner.width(), high).toRect())
    words = QRectF(inner.x(), inner.y() + high + mm, inner.width(), 8 * mm)
    if card.sign:
        side = 6 * mm
        symbols.draw(painter, card.sign, QRectF(words.x(), words.y() + mm, side, side), INK)
        words = words.adjusted(side + 2 * mm, 0, 0, 0)
    _write(painter, words, card.word, 15, bold=True)
    line = QRectF(inner.x(), words.bottom(), inner.width(), inner.bottom() - words.bottom())
    _write(painter, line, card.line, 8, wrap=True)


def _write(painter: QPainter, room: QRectF, text: str, points: int, *, bold: bool = False, wrap: bool = False) -> None:
    """A text in its room: smaller until it fits, cut at the end where even that is too much."""
    text = printable(text)
    font = QFont(painter.font().family(), points)
    font.setBold(bold)
    metrics = QFontMetrics(font, painter.device())
    while not wrap and points > 8 and metrics.horizontalAdvance(text) > room.width():
        points -= 1
        font.setPointSize(points)
        metrics = QFontMetrics(font, painter.device())
    painter.setFont(font)
    painter.setPen(QColor(QUIET if wrap else INK))
    place: QRect = room.toRect()
    if wrap:
        painter.drawText(place, int(Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap), text)
        return
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
