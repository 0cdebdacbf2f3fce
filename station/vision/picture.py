"""Opens picture files: bytes -> upright grey pages, and a clear answer to everything that is not a picture."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from .engines import Grey
from .headers import Header, PictureKind, header_of, kind_of
from .opencv import opencv
from .tiff import Directory, directories

PdfPages = Callable[[bytes], Iterator[Grey]]

LARGEST_PAGE = 64_000_000
"""Pixels of one page; decoding takes up to four bytes for each."""

LARGEST_FILE = 256 * 1024 * 1024
"""Bytes."""

LARGEST_WITH_ALPHA = 32_000_000
"""Pixels; the transparency of a larger page is left out, as decoding it takes up to eight bytes for each twice."""

READABLE = frozenset({PictureKind.PNG, PictureKind.JPEG, PictureKind.WEBP, PictureKind.BMP, PictureKind.TIFF})

_SHORTEST = 64
"""Bytes; a shorter file gets zeros behind it: OpenCV refuses the smallest WebP pictures as too short."""

_STRIP = 1_000_000


class PictureProblem(StrEnum):
    """Why no code came from a picture, or not all that it may hold."""

    NO_CODE = "no_code"
    NOT_A_PICTURE = "not_a_picture"
    UNSUPPORTED = "unsupported"
    PDF_UNSUPPORTED = "pdf_unsupported"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    MISSING = "missing"
    NO_ACCESS = "no_access"
    UNREADABLE = "unreadable"


class PictureError(Exception):
    """A file that gives no (more) pages: ``problem`` says why, ``detail`` with which number or kind."""

    def __init__(self, problem: PictureProblem, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem = problem
        self.detail = detail


def pages(data: bytes, pdf_pages: PdfPages | None = None) -> Iterator[Grey]:
    """The pages of a picture file, grey (rows x columns, 8 bits) and turned as its EXIF data says.

    PNG, JPEG, WebP, BMP and TIFF, the last with all its pages; PDF through ``pdf_pages``. Transparent parts are
    white. Raises ``PictureError``; of a truncated picture what is there comes first, and the error after it.
    """
    if not data:
        raise PictureError(PictureProblem.EMPTY)
    if len(data) > LARGEST_FILE:
        raise PictureError(PictureProblem.TOO_LARGE, f"{len(data) // 1_000_000} MB")
    kind = kind_of(data)
    if kind is None:
        raise PictureError(PictureProblem.NOT_A_PICTURE)
    if kind is PictureKind.PDF:
        yield from _pdf(data, pdf_pages)
    elif kind is PictureKind.TIFF:
        yield from _tiff(data)
    elif kind in READABLE:
        yield from _single(data, kind)
    else:
        raise PictureError(PictureProblem.UNSUPPORTED, kind.value)


def _pdf(data: bytes, pdf_pages: PdfPages | None) -> Iterator[Grey]:
    if pdf_pages is None:
        raise PictureError(PictureProblem.PDF_UNSUPPORTED)
    count = 0
    try:
        for page in pdf_pages(data):
            _check_size(page.shape[1], page.shape[0])
            count += 1
            yield page
    except (ValueError, OSError, RuntimeError) as error:
        raise PictureError(PictureProblem.UNREADABLE, str(error)[:200]) from error
    if not count:
        raise PictureError(PictureProblem.UNREADABLE, "PDF")


def _single(data: bytes, kind: PictureKind) -> Iterator[Grey]:
    header = header_of(data, kind)
    if header is None:
        short = len(data) < 1024
        raise PictureError(PictureProblem.TRUNCATED if short else PictureProblem.UNREADABLE, kind.value)
    _check_size(header.width, header.height)
    if kind is PictureKind.JPEG and not header.whole:
        data += b"\xff\xd9"  # with an end, OpenCV gives what comes before the cut
    page = _decode(data, header)
    if page is not None:
        yield _upright(page, header.turn)
    if not header.whole:
        raise PictureError(PictureProblem.TRUNCATED, kind.value)
    if page is None:
        raise PictureError(PictureProblem.UNREADABLE, kind.value)


def _decode(data: bytes, header: Header) -> Grey | None:
    cv2 = opencv()
    buffer = np.frombuffer(data.ljust(_SHORTEST, b"\0"), np.uint8)
    alpha = header.alpha and header.width * header.height <= LARGEST_WITH_ALPHA
    how = cv2.IMREAD_UNCHANGED if alpha else cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        picture = cv2.imdecode(buffer, how)
    except (cv2.error, MemoryError):
        return None
    if picture is None or not picture.size:
        return None
    return _on_white(picture) if alpha else picture


def _on_white(picture: npt.NDArray[Any]) -> Grey:
    """Grey, with transparent parts as white; in strips, so that a large picture takes no second copy in colour."""
    cv2 = opencv()
    if picture.dtype != np.uint8:
        picture = (picture >> 8).astype(np.uint8) if picture.dtype == np.uint16 else picture.astype(np.uint8)
    if picture.ndim == 2:
        return picture
    if picture.shape[2] != 4:
        plain: Grey = cv2.cvtColor(np.ascontiguousarray(picture[:, :, :3]), cv2.COLOR_BGR2GRAY)
        return plain
    grey = np.empty(picture.shape[:2], np.uint8)
    rows = max(1, _STRIP // picture.shape[1])
    for top in range(0, len(picture), rows):
        strip = picture[top : top + rows]
        cover = strip[:, :, 3].astype(np.uint16)
        ink = cv2.cvtColor(np.ascontiguousarray(strip[:, :, :3]), cv2.COLOR_BGR2GRAY)
        grey[top : top + rows] = (ink * cover + 255 * (255 - cover)) // 255
    return grey


def _tiff(data: bytes) -> Iterator[Grey]:
    for number, directory in enumerate(directories(data)):
        _check_size(directory.width, directory.height)
        page = _tiff_page(data, number) if directory.width else None
        if page is None:
            raise _tiff_problem(data, directory, number)
        yield page  # OpenCV undoes the turn of a TIFF itself, and cannot be told not to


def _tiff_page(data: bytes, number: int) -> Grey | None:
    cv2 = opencv()
    buffer = np.frombuffer(data.ljust(_SHORTEST, b"\0"), np.uint8)
    how = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        _, found = cv2.imdecodemulti(buffer, how, range=(number, number + 1))
    except (cv2.error, MemoryError):
        return None
    return found[0] if found and found[0].size else None


def _tiff_problem(data: bytes, directory: Directory, number: int) -> PictureError:
    cut = directory.end > len(data) or not directory.width
    return PictureError(PictureProblem.TRUNCATED if cut else PictureProblem.UNREADABLE, f"TIFF, page {number + 1}")


def _check_size(width: int, height: int) -> None:
    if width * height > LARGEST_PAGE:
        raise PictureError(PictureProblem.TOO_LARGE, f"{width} x {height}")


def _upright(page: Grey, turn: int) -> Grey:
    """Undo an EXIF turn: 1 none, 2 mirrored, 3 half round, 4 upside down, 5 to 8 lying on a side."""
    if turn >= 5:
        page = page.T
    if turn in (2, 3, 6, 7):
        page = page[:, ::-1]
    if turn in (3, 4, 7, 8):
        page = page[::-1]
    return np.ascontiguousarray(page)
