"""One code that was read from a picture, and the kinds of code that can be asked for."""

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """The kinds of code that this room reads; the values are zxing-cpp's own names.

    ``QR`` is model 2 alone: zxing-cpp's ``QRCode`` is a family, and its Micro QR reader takes the corner of a
    larger QR code in a live picture for a code that says "25". ``AZTEC`` is the family with its runes.
    """

    QR = "QRCodeModel2"
    OLD_QR = "QRCodeModel1"
    MICRO_QR = "MicroQRCode"
    DATA_MATRIX = "DataMatrix"
    AZTEC = "Aztec"
    PDF417 = "PDF417"
    CODE_128 = "Code128"
    CODE_39 = "Code39"
    EAN_13 = "EAN13"
    EAN_8 = "EAN8"
    UPC_A = "UPCA"
    UPC_E = "UPCE"
    ITF = "ITF"


Formats = frozenset[Format]

LABELS: Formats = frozenset(Format)
"""What a still picture of a label is searched for."""

LIVE: Formats = frozenset({Format.QR, Format.DATA_MATRIX, Format.CODE_128, Format.CODE_39, Format.EAN_13})
"""What each frame of a camera is searched for: fast, and without the kinds whose checksums are weak."""

LINEAR: Formats = frozenset(
    {Format.CODE_128, Format.CODE_39, Format.EAN_13, Format.EAN_8, Format.UPC_A, Format.UPC_E, Format.ITF}
)
"""The one-dimensional kinds."""

MATRIX: Formats = LABELS - LINEAR
"""The two-dimensional kinds."""

Corner = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Symbol:
    """One code in a picture.

    ``data`` is what the code says: text as UTF-8, other content byte for byte. ``format`` is a name such as
    "QRCode" or "Code128", ``symbology`` the AIM identifier ("]Q1"), ``position`` the four corners (x, y) in
    pixels of the upright picture, ``engine`` the library and the stage that read it ("zxing-cpp",
    "zxing-cpp turned"), ``milliseconds`` the time from the start of the picture until it was read.
    """

    data: bytes
    format: str
    symbology: str
    position: tuple[Corner, ...]
    engine: str
    milliseconds: float

    @property
    def text(self) -> str:
        """The data as UTF-8, or as Latin-1 where it is not UTF-8: never raises."""
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError:
            return self.data.decode("latin-1")
