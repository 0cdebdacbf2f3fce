"""PDF pages as grey pictures, for whoever reads label pictures: Qt's PDF reader is the one library in use that can."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QImage, QPainter

_LONG_SIDE = 2400
"""Pixels of a page's longer side: about 200 dpi on A4, enough for a label's smallest module."""
_MOST_PAGES = 200


def grey_pages(data: bytes) -> Iterator["np.ndarray[Any, np.dtype[np.uint8]]"]:
    """Each page as a grey array (height, width), uint8. Raises ValueError for a file that is no readable PDF."""
    # Imported here: only a dropped PDF needs it.
    from PySide6.QtPdf import QPdfDocument

    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document = QPdfDocument()
    document.load(buffer)
    if document.status() is not QPdfDocument.Status.Ready:
        raise ValueError(f"the PDF cannot be read: {document.error().name}")
    try:
        for page in range(min(document.pageCount(), _MOST_PAGES)):
            size = document.pagePointSize(page)
            longest = max(size.width(), size.height(), 1.0)
            scale = _LONG_SIDE / longest
            pixels = QSize(max(round(size.width() * scale), 1), max(round(size.height() * scale), 1))
            yield _grey(document.render(page, pixels))
    finally:
        document.close()


def _grey(image: QImage) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """Paper is white where the page is transparent."""
    white = QImage(image.size(), QImage.Format.Format_RGB32)
    white.fill(0xFFFFFFFF)
    painter = QPainter(white)
    painter.drawImage(0, 0, image)
    painter.end()
    grey = white.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return rows[:, : grey.width()].copy()
