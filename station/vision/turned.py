"""Turns each place with bars upright, straightens what leans, and reads it there."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from .bars import Bars, find_bars, find_wide_bars
from .engines import Grey, read_with_zxing
from .opencv import opencv
from .symbol import LINEAR, Formats, Symbol

__all__ = ["Bars", "crops", "find_bars", "find_wide_bars", "read_bars"]

LARGEST_CROP = 3_000_000
"""Pixels; a crop that would be larger is enlarged less."""


def crops(grey: Grey, bars: Bars) -> Iterator[tuple[str, Grey]]:
    """The place turned upright and enlarged, in variants that fail in different ways: as it is, averaged along
    the bars (against noise), and with its contrast evened out (against shadows)."""
    cv2 = opencv()
    width, height = bars.length * 1.3 + 20, bars.height * 1.1 + 4
    scale = min(2.0, math.sqrt(LARGEST_CROP / (width * height)))
    columns, rows = int(width * scale), int(height * scale)
    (ax, ay), (bx, by) = bars.across, bars.along
    back = np.array(  # from a pixel of the crop to one of the picture
        [
            (ax / scale, bx / scale, bars.x - (ax * columns + bx * rows) / (2 * scale)),
            (ay / scale, by / scale, bars.y - (ay * columns + by * rows) / (2 * scale)),
        ]
    )
    how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    crop = cv2.warpAffine(grey, back, (columns, rows), flags=how, borderMode=cv2.BORDER_REPLICATE)
    yield "turned", crop
    yield "turned, averaged", cv2.blur(crop, (1, max(3, rows // 8)))
    yield "turned, contrast", cv2.createCLAHE(3.0, (8, 8)).apply(crop)


def read_bars(grey: Grey, bars: Bars, formats: Formats) -> Iterator[Symbol]:
    """What zxing-cpp reads in each variant of one place; the same code may come several times.

    zbar is not asked here: on such crops it added as many wrong readings as right ones.
    """
    for stage, crop in crops(grey, bars):
        for symbol in read_with_zxing(crop, formats & LINEAR, turns=False, scales=False, inverted=False, stage=stage):
            yield replace(symbol, position=bars.corners())
