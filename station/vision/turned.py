"""Finds one-dimensional codes that lie at an angle, turns each upright and reads it there."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .engines import Grey, read_with_zxing
from .opencv import opencv
from .symbol import LINEAR, Corner, Formats, Symbol

MOST_BARS = 64
"""How many places with bars are looked at in one picture: texts and gratings can look like hundreds."""

LARGEST_CROP = 3_000_000
"""Pixels; a crop that would be larger is enlarged less."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A place that looks like the bars of a code: centre, length across the bars, height along them (pixels),
    and the angle in degrees by which the picture must be turned for the bars to stand upright."""

    x: float
    y: float
    length: float
    height: float
    angle: float

    def corners(self) -> tuple[Corner, ...]:
        turn = math.radians(self.angle)
        across = (math.cos(turn) * self.length / 2, math.sin(turn) * self.length / 2)
        along = (-math.sin(turn) * self.height / 2, math.cos(turn) * self.height / 2)
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        return tuple(
            (round(self.x + a * across[0] + b * along[0]), round(self.y + a * across[1] + b * along[1]))
            for a, b in signs
        )


def find_bars(grey: Grey) -> list[Bars]:
    """The places in a grey picture that look like bars, largest first.

    OpenCV's locator is better than its reader: it finds bars at any angle.
    """
    cv2 = opencv()
    if min(grey.shape) < 40:  # the locator raises on slivers
        return []
    try:
        _, quads = cv2.barcode.BarcodeDetector().detectMulti(grey)
    except cv2.error:
        return []
    if quads is None:
        return []
    found = [bars for quad in np.asarray(quads).reshape(-1, 4, 2) if (bars := _measure(grey, quad))]
    return sorted(found, key=lambda bars: -bars.length * bars.height)[:MOST_BARS]


def crops(grey: Grey, bars: Bars) -> Iterator[tuple[str, Grey]]:
    """The place turned upright and enlarged, in variants that fail in different ways: as it is, averaged along
    the bars (against noise), and with its contrast evened out (against shadows)."""
    cv2 = opencv()
    width, height = bars.length * 1.3 + 20, bars.height * 1.1 + 4
    scale = min(2.0, math.sqrt(LARGEST_CROP / (width * height)))
    size = (int(width * scale), int(height * scale))
    matrix = cv2.getRotationMatrix2D((bars.x, bars.y), bars.angle, scale)
    matrix[:, 2] += (size[0] / 2 - bars.x, size[1] / 2 - bars.y)
    crop = cv2.warpAffine(grey, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    yield "turned", crop
    yield "turned, averaged", cv2.blur(crop, (1, max(3, size[1] // 8)))
    yield "turned, contrast", cv2.createCLAHE(3.0, (8, 8)).apply(crop)


def read_bars(grey: Grey, bars: Bars, formats: Formats) -> Iterator[Symbol]:
    """What zxing-cpp reads in each variant of one place; the same code may come several times.

    zbar is not asked here: on such crops it added as many wrong readings as right ones.
    """
    for stage, crop in crops(grey, bars):
        for symbol in read_with_zxing(crop, formats & LINEAR, turns=False, scales=False, inverted=False, stage=stage):
            yield replace(symbol, position=bars.corners())


def _measure(grey: Grey, quad: npt.NDArray[np.float32]) -> Bars | None:
    """Centre, extent and direction of the bars inside four corners, by the mean direction of the gradient."""
    cv2 = opencv()
    left, top = np.maximum(quad.min(axis=0).astype(int), 0)
    right, bottom = np.minimum(np.ceil(quad.max(axis=0)).astype(int), grey.shape[::-1])
    if right - left < 12 or bottom - top < 4:
        return None
    inside = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillConvexPoly(inside, (quad - (left, top)).astype(np.int32), 1)
    place = grey[top:bottom, left:right]
    dx = cv2.Sobel(place, cv2.CV_32F, 1, 0) * inside
    dy = cv2.Sobel(place, cv2.CV_32F, 0, 1) * inside
    angle = 0.5 * math.atan2(2 * float((dx * dy).sum()), float((dx * dx).sum() - (dy * dy).sum()))
    across = np.array((math.cos(angle), math.sin(angle)))
    along = np.array((-across[1], across[0]))
    middle = quad.mean(axis=0)
    length, height = (float(np.ptp((quad - middle) @ axis)) for axis in (across, along))
    if length < 12 or height < 3:
        return None
    return Bars(float(middle[0]), float(middle[1]), length, height, math.degrees(angle))
