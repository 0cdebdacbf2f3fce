"""Draws codes and pictures for the tests of this room."""

import struct
import zlib

import cv2
import numpy as np
import zxingcpp

from station.vision.engines import Grey

Kind = zxingcpp.BarcodeFormat


def code(text: str, kind: Kind = Kind.QRCodeModel2, scale: int = 4, margin: int = 24) -> Grey:
    """A code of any kind, black on white, with a margin in pixels."""
    image = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, kind), scale=scale)
    return np.pad(np.array(image, np.uint8), margin, constant_values=255)


def turned(picture: Grey, degrees: float, ground: int = 200) -> Grey:
    """The picture lying at an angle on a larger one."""
    side = int(np.hypot(*picture.shape)) + 20
    matrix = cv2.getRotationMatrix2D((picture.shape[1] / 2, picture.shape[0] / 2), degrees, 1.0)
    matrix[:, 2] += ((side - picture.shape[1]) / 2, (side - picture.shape[0]) / 2)
    return np.asarray(cv2.warpAffine(picture, matrix, (side, side), borderValue=ground), np.uint8)


def encoded(picture: Grey, suffix: str) -> bytes:
    """The picture as a file: ".png", ".jpg", ".webp", ".bmp" or ".tif"."""
    done, data = cv2.imencode(suffix, picture)
    assert done
    return bytes(data)


def png_header(width: int, height: int) -> bytes:
    """A PNG that says a size and holds nearly nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def exif(turn: int) -> bytes:
    """An EXIF block that says nothing but the turn."""
    return b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 274, 3, 1, turn, 0, 0)


def with_exif(data: bytes, turn: int) -> bytes:
    """A JPEG or PNG file with an EXIF block put in."""
    if data.startswith(b"\xff\xd8"):
        body = b"Exif\0\0" + exif(turn)
        return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]
    return data[:33] + chunk(b"eXIf", exif(turn)) + data[33:]
