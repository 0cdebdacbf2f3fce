"""The libraries that read codes, each behind one function of the same shape: grey picture -> symbols."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import zxingcpp

from .symbol import LABELS, Corner, Format, Formats, Symbol

Grey = npt.NDArray[np.uint8]

ZXING = "zxing-cpp"
ZBAR = "zbar"

_ZBAR_KINDS = {
    Format.QR: "QRCODE",
    Format.CODE_128: "CODE128",
    Format.CODE_39: "CODE39",
    Format.EAN_13: "EAN13",
    Format.EAN_8: "EAN8",
    Format.ITF: "I25",
}
"""What zbar is asked for. UPC-A and UPC-E are not: zbar then reports them as EAN-13, which is how zxing-cpp does."""

_ZBAR_NAMES = {"QRCODE": "QRCode", "CODE128": "Code128", "CODE39": "Code39", "I25": "ITF"}
"""zxing-cpp's names where zbar's are others."""

_ZBAR_AIM = {"CODE39": "]A0", "EAN13": "]E0", "EAN8": "]E4", "I25": "]I0"}
"""zbar does not say whether a QR code or a Code 128 is a GS1 one, so these get no AIM identifier."""


@dataclass(frozen=True, slots=True)
class EngineListing:
    """A library that reads codes: ``reason`` says why it is not available, or is empty."""

    name: str
    version: str
    available: bool
    reason: str = ""


def engines() -> tuple[EngineListing, ...]:
    """The libraries that this machine can read codes with, in the order in which they are asked."""
    zxing = EngineListing(ZXING, metadata.version("zxing-cpp"), available=True)
    try:
        _pyzbar()
    except (ImportError, OSError) as error:
        return zxing, EngineListing(ZBAR, "", available=False, reason=str(error))
    return zxing, EngineListing(ZBAR, metadata.version("pyzbar"), available=True)


def read_with_zxing(
    grey: Grey,
    formats: Formats = LABELS,
    *,
    turns: bool = True,
    scales: bool = True,
    inverted: bool = True,
    global_threshold: bool = False,
    single: bool = False,
    stage: str = "",
) -> list[Symbol]:
    """The codes that zxing-cpp finds in a grey picture (rows x columns, 8 bits).

    ``turns`` looks for one-dimensional codes along the columns too, ``scales`` at smaller scales too,
    ``inverted`` for light codes on dark ground too. ``global_threshold`` takes one level between dark and
    light for the whole picture instead of one for each neighbourhood. ``single`` ends with the first that is read.
    """
    if not formats or min(grey.shape) < 1:
        return []
    how: dict[str, Any] = {
        "formats": _zxing_formats(formats),
        "try_rotate": turns,
        "try_downscale": scales,
        "try_invert": inverted,
        "text_mode": zxingcpp.TextMode.Plain,
        "binarizer": zxingcpp.Binarizer.GlobalHistogram if global_threshold else zxingcpp.Binarizer.LocalAverage,
    }
    picture = np.ascontiguousarray(grey)
    if single:
        first = zxingcpp.read_barcode(picture, **how)
        found = [] if first is None else [first]
    else:
        found = zxingcpp.read_barcodes(picture, **how)
    engine = f"{ZXING} {stage}".strip()
    return [_from_zxing(barcode, engine) for barcode in found]


def read_with_zbar(grey: Grey, formats: Formats = LABELS) -> list[Symbol]:
    """The codes that zbar finds in a grey picture; none where zbar is not installed."""
    kinds = [_ZBAR_KINDS[form] for form in sorted(formats) if form in _ZBAR_KINDS]
    try:
        zbar = _pyzbar()
    except (ImportError, OSError):
        return []
    if not kinds or min(grey.shape) < 1:
        return []
    found = zbar.decode(np.ascontiguousarray(grey), symbols=[zbar.ZBarSymbol[kind] for kind in kinds])
    return list(_from_zbar(found))


@cache
def _zxing_formats(formats: Formats) -> zxingcpp.BarcodeFormats:
    members = zxingcpp.BarcodeFormat.__members__
    return zxingcpp.BarcodeFormats([members[form.value] for form in sorted(formats)])


@cache
def _pyzbar() -> ModuleType:
    # Imported on first use: it loads a shared library of the system that may be missing (ImportError, or
    # OSError on Windows), and the station then does without.
    from pyzbar import pyzbar

    return pyzbar  # type: ignore[no-any-return, unused-ignore]


def _from_zxing(barcode: zxingcpp.Barcode, engine: str) -> Symbol:
    at = barcode.position
    corners = tuple((p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
    return Symbol(_payload(barcode), barcode.format.name, barcode.symbology_identifier, corners, engine, 0.0)


def _payload(barcode: zxingcpp.Barcode) -> bytes:
    if barcode.content_type in (zxingcpp.ContentType.Binary, zxingcpp.ContentType.UnknownECI):
        return bytes(barcode.bytes)
    try:
        return barcode.text.encode("utf-8")
    except UnicodeEncodeError:
        return bytes(barcode.bytes)


def _from_zbar(found: list[object]) -> Iterator[Symbol]:
    for code in found:
        data, kind, polygon, rect = code.data, code.type, code.polygon, code.rect  # type: ignore[attr-defined]
        box = ((0, 0), (1, 0), (1, 1), (0, 1))
        around = tuple((rect.left + x * rect.width, rect.top + y * rect.height) for x, y in box)
        corners: tuple[Corner, ...] = tuple((p.x, p.y) for p in polygon) if len(polygon) == 4 else around
        yield Symbol(data, _ZBAR_NAMES.get(kind, kind), _ZBAR_AIM.get(kind, ""), corners, ZBAR, 0.0)
