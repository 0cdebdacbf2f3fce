"""Reads what a picture file says of itself, before anything is decoded: its kind, size, turn and whether it ends."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .tiff import BROKEN, directories


class PictureKind(StrEnum):
    """The kinds of file that are told apart; the second half is known only so that it can be named."""

    PNG = "PNG"
    JPEG = "JPEG"
    WEBP = "WebP"
    BMP = "BMP"
    TIFF = "TIFF"
    PDF = "PDF"
    HEIC = "HEIC"
    AVIF = "AVIF"
    GIF = "GIF"
    SVG = "SVG"


@dataclass(frozen=True, slots=True)
class Header:
    """What the first page says: size in pixels as stored, the EXIF ``turn`` (1 to 8), whether it has an ``alpha``
    channel, and whether the file is ``whole`` (its end is there)."""

    width: int
    height: int
    turn: int = 1
    alpha: bool = False
    whole: bool = True


def kind_of(data: bytes) -> PictureKind | None:
    """The kind of file by its first bytes, or None when it is no picture that we know."""
    head = data[:64]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PictureKind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return PictureKind.JPEG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return PictureKind.WEBP
    if head.startswith(b"BM") and len(head) >= 18:
        return PictureKind.BMP
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return PictureKind.TIFF
    return _named_only(head)


def header_of(data: bytes, kind: PictureKind) -> Header | None:
    """What the file says of its first page, or None when its header is damaged. Never raises."""
    readers = {PictureKind.PNG: _png, PictureKind.JPEG: _jpeg, PictureKind.WEBP: _webp, PictureKind.BMP: _bmp}
    try:
        return readers[kind](data)
    except (struct.error, IndexError, OverflowError):
        return None


def _named_only(head: bytes) -> PictureKind | None:
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"%PDF-"):
        return PictureKind.PDF
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"avif", b"avis"):
            return PictureKind.AVIF
        return PictureKind.HEIC if brand in (b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1") else None
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return PictureKind.GIF
    return PictureKind.SVG if b"<svg" in head else None


def _png(data: bytes) -> Header | None:
    if data[12:16] != b"IHDR":
        return None
    width, height, _, colour = struct.unpack_from(">IIBB", data, 16)
    alpha, turn, whole = colour in (4, 6), 1, False
    at = 8
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        alpha = alpha or name == b"tRNS"
        if name == b"eXIf":
            turn = _turn(data[at + 8 : at + 8 + length])
        if name == b"IEND":
            whole = True
            break
        at += 12 + length
    return Header(width, height, turn, alpha, whole)


def _jpeg(data: bytes) -> Header | None:
    turn = 1
    for marker, at, length in _segments(data):
        if marker == 0xE1 and data[at : at + 6] == b"Exif\0\0":
            turn = _turn(data[at + 6 : at + length])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 1)
            # A thumbnail's end lies before this place, so the first end after it is the picture's own.
            return Header(width, height, turn, whole=data.find(b"\xff\xd9", at) >= 0)
    return None


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        yield marker, at + 4, length - 2
        at += 2 + max(2, length)


def _webp(data: bytes) -> Header | None:
    (said,) = struct.unpack_from("<I", data, 4)
    width = height = 0
    turn, alpha, at = 1, False, 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + min(length, 65_536)]
        wide = high = 0
        if name == b"VP8X":
            alpha = alpha or bool(body[0] & 0x10)
            wide = 1 + int.from_bytes(body[4:7], "little")
            high = 1 + int.from_bytes(body[7:10], "little")
        elif name == b"VP8L":
            bits = int.from_bytes(body[1:5], "little")
            wide, high, alpha = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), alpha or bool(bits >> 28 & 1)
        elif name == b"VP8 ":
            wide, high = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
        elif name == b"EXIF":
            turn = _turn(body.removeprefix(b"Exif\0\0"))
        width, height = max(width, wide), max(height, high)
        at += 8 + length + length % 2
    return Header(width, height, turn, alpha, whole=said + 8 <= len(data)) if width else None


def _bmp(data: bytes) -> Header | None:
    start, size = struct.unpack_from("<II", data, 10)
    if size == 12:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
        packing = 0
    else:
        width, height, _, depth, packing = struct.unpack_from("<iiHHI", data, 18)
    needed = start + (abs(width) * depth + 31) // 32 * 4 * abs(height)
    return Header(abs(width), abs(height), whole=packing not in (0, 3) or needed <= len(data))


def _turn(exif: bytes) -> int:
    return next(directories(exif), BROKEN).turn
