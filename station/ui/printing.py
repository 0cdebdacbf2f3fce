"""Reports on paper and as PDF: A4, a number on each page, and files that are there whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextDocument,
)
from PySide6.QtWidgets import QWidget

from station.words import say

DPI = 150
MARGIN_MM, FOOT_MM = 15.0, 8.0
INK, QUIET = "#1B1F24", "#57606A"


class SaveProblem(StrEnum):
    """Why a file could not be saved; the screen says it as ``say("receipt.problem.…")``."""

    FULL = "full"
    READ_ONLY = "read_only"
    MISSING = "missing"
    OTHER = "other"


def problem_of(error: OSError) -> SaveProblem:
    """What stood in the way of saving."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return SaveProblem.FULL
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SaveProblem.READ_ONLY
    return SaveProblem.MISSING if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EEXIST) else SaveProblem.OTHER


def save_pdf(html: str, path: Path) -> None:
    """Lay a report out on A4 and save it as PDF. Needs a QGuiApplication, any thread. Raises OSError, then no file."""
    save_bytes(pdf(html), path)


def pdf(html: str) -> bytes:
    """A report as the bytes of a PDF file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    lay_out(html, writer)
    buffer.close()
    return bytes(buffer.data().data())


def save_bytes(data: bytes, path: Path) -> None:
    """Write a file by way of a temporary one beside it, so that it is never there in part. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".saving-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def lay_out(html: str, device: QPagedPaintDevice) -> int:
    """Paint a report on a printer or a PDF, page by page; gives the number of pages."""
    device.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait,
            QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM), QPageLayout.Unit.Millimeter,
        )
    )
    foot = FOOT_MM / 25.4 * device.logicalDpiY()
    document = QTextDocument()
    document.documentLayout().setPaintDevice(device)
    document.setDocumentMargin(0)
    document.setHtml(html)
    document.setPageSize(QSizeF(device.width(), device.height() - foot))
    painter = QPainter()
    if not painter.begin(device):
        raise OSError(errno.EIO, "the printer or the file cannot be painted on")
    pages = document.pageCount()
    for page in range(pages):
        if page:
            device.newPage()
        _paint_page(painter, document, page, pages, QSizeF(device.width(), device.height()), foot)
    painter.end()
    return pages


def _paint_page(painter: QPainter, document: QTextDocument, page: int, pages: int, size: QSizeF, foot: float) -> None:
    height = size.height() - foot
    painter.save()
    painter.setClipRect(QRectF(0, 0, size.width(), height))
    painter.translate(0, -page * height)
    context = QAbstractTextDocumentLayout.PaintContext()
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Text, QColor(INK))  # a dark theme's text would be white on paper
    context.palette = palette
    context.clip = QRectF(0, page * height, size.width(), height)
    document.documentLayout().draw(painter, context)
    painter.restore()
    painter.setFont(QFont(document.defaultFont().family(), 8))
    painter.setPen(QColor(QUIET))
    place = QRectF(0, height, size.width(), foot)
    low = int(Qt.AlignmentFlag.AlignBottom)
    painter.drawText(place, low | int(Qt.AlignmentFlag.AlignLeft), document.metaInformation(
        QTextDocument.MetaInformation.DocumentTitle))
    text = say("receipt.page", page=page + 1, pages=pages)
    painter.drawText(place, low | int(Qt.AlignmentFlag.AlignRight), text)


def print_dialog(
    paint: Callable[[QPagedPaintDevice], object], title: str, parent: QWidget | None = None
) -> bool:
    """Ask for a printer and have it painted on; False where the person thought better of it."""
    # Imported here: looking for printers costs time, and most receipts are saved.
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(title)
    if dialog.exec() != QPrintDialog.DialogCode.Accepted:
        return False
    paint(printer)
    return True
