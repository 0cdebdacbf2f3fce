"""Finds the places in a picture that look like bars: at any angle, and leaning as a label does that is not faced."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .engines import Grey
from .opencv import opencv
from .symbol import Corner

MOST_BARS = 64
"""How many places with bars are looked at in one picture: texts and gratings can look like hundreds."""

CELL = 4
"""Pixels, in both directions, over which the directions of the gradients are summed up."""
STEP = 2
"""Every so many gradients are counted; each is that of the picture at its full scale."""
NEAR = 5
"""Cells round each cell that are counted with it."""
ALIKE = 0.72
"""Of 1: how much the gradients at a place must have one direction in common."""
BOTH_WAYS = 0.35
"""Of 1: how much of the gradients may point the same way; bars go down as often as up, an edge does not."""
WEAKEST = 1000.0
"""Mean square of the gradient, in quarters of a grey level a pixel; weaker is noise."""
LEAST_CELLS = 12
SHORTEST, TALLEST = 48, 3
"""Pixels of a code's length; its height in lengths. What is shorter or taller is print or an edge."""
LONGEST_LEAN = 50.0
"""Degrees by which bars may lean against the code's own long side."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bars:
    """A place that looks like the bars of a code: centre, length across the bars, height along them (pixels), and the
    angle in degrees by which the picture must be turned for the code to lie flat; then its bars lean by ``lean``."""

    x: float
    y: float
    length: float
    height: float
    angle: float
    lean: float = 0.0

    @property
    def across(self) -> tuple[float, float]:
        """One pixel along the code, from bar to bar."""
        return math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))

    @property
    def along(self) -> tuple[float, float]:
        """One pixel along a bar."""
        turn = math.radians(self.angle + 90 + self.lean)
        return math.cos(turn), math.sin(turn)

    def corners(self) -> tuple[Corner, ...]:
        half, tall = self.length / 2, self.height / 2
        (ax, ay), (bx, by) = self.across, self.along
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        return tuple(
            (round(self.x + a * half * ax + b * tall * bx), round(self.y + a * half * ay + b * tall * by))
            for a, b in signs
        )


def find_bars(grey: Grey) -> list[Bars]:
    """The places in a grey picture that look like bars, largest first; codes with bars of up to some eight pixels."""
    cv2 = opencv()
    if min(grey.shape) < 40:
        return []
    mask, direction = _alike(grey)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    order = sorted(range(1, count), key=lambda each: -stats[each, cv2.CC_STAT_AREA])
    found = []
    for number in order[: 2 * MOST_BARS]:
        left, top, width, height, area = stats[number]
        if area < LEAST_CELLS:
            break
        place = (slice(top, top + height), slice(left, left + width))
        bars = _measure(labels[place] == number, direction[place], float(left), float(top))
        if bars is not None:
            found.append(bars)
    return sorted(found, key=lambda bars: -bars.length * bars.height)[:MOST_BARS]


def find_wide_bars(grey: Grey) -> list[Bars]:
    """The places that OpenCV's locator finds, largest first: it knows wider bars, and none that lean."""
    cv2 = opencv()
    if min(grey.shape) < 40:  # the locator raises on slivers
        return []
    try:
        _, quads = cv2.barcode.BarcodeDetector().detectMulti(grey)
    except cv2.error:
        return []
    if quads is None:
        return []
    found = [bars for quad in np.asarray(quads).reshape(-1, 4, 2) if (bars := _measure_quad(grey, quad))]
    return sorted(found, key=lambda bars: -bars.length * bars.height)[:MOST_BARS]


def _measure_quad(grey: Grey, quad: npt.NDArray[np.float32]) -> Bars | None:
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


def _alike(grey: Grey) -> tuple[npt.NDArray[np.uint8], Floats]:
    """Of each cell: whether the gradients round it lie in one direction and point both ways; and that direction, as
    the cosine and sine of twice its angle."""
    cv2 = opencv()
    dx, dy = (each[::STEP, ::STEP].astype(np.float32) for each in cv2.spatialGradient(np.ascontiguousarray(grey)))
    size = (grey.shape[1] // CELL, grey.shape[0] // CELL)
    xx, yy, xy, x, y = (_summed(each, size) for each in (dx * dx, dy * dy, dx * dy, dx, dy))
    energy = xx + yy
    cosine, sine = xx - yy, 2 * xy
    one_way = x * x + y * y
    fits = (
        (energy > WEAKEST)
        & (cosine * cosine + sine * sine > (ALIKE * energy) ** 2)
        & (one_way < BOTH_WAYS * BOTH_WAYS * energy)
    )
    mask = cv2.morphologyEx(fits.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return mask, np.dstack((cosine, sine))


def _summed(values: Floats, size: tuple[int, int]) -> Floats:
    cv2 = opencv()
    cells = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    near: Floats = cv2.blur(cells, (NEAR, NEAR))
    return near


def _measure(inside: npt.NDArray[np.bool_], direction: Floats, left: float, top: float) -> Bars | None:
    """A place's centre and its two sides. The cells fill a parallelogram: one side lies along the bars, whose direction
    the gradients tell, and the other follows from how the cells are spread. OpenCV does the algebra: numpy's is
    not part of the program for Windows."""
    cv2 = opencv()
    rows, columns = np.nonzero(inside)
    points = np.column_stack((columns, rows)).astype(np.float64)
    middle = points.mean(axis=0)
    spread = 12 * np.cov((points - middle).T) + np.eye(2)
    cosine, sine = direction[rows, columns].sum(axis=0)
    turn = 0.5 * math.atan2(float(sine), float(cosine)) + math.pi / 2
    bar = np.array((math.cos(turn), math.sin(turn)))
    tall = 1 / math.sqrt(float(bar @ cv2.invert(spread)[1] @ bar))
    _, values, vectors = cv2.eigen(spread - tall * tall * np.outer(bar, bar))  # the largest first
    if not values[0, 0] > 0:
        return None
    long, code = math.sqrt(float(values[0, 0])), vectors[0]
    if code[0] * bar[1] - code[1] * bar[0] < 0:
        bar = -bar
    angle = math.degrees(math.atan2(code[1], code[0]))
    lean = (math.degrees(math.atan2(bar[1], bar[0])) - angle - 90 + 180) % 360 - 180
    length, height = long * CELL, tall * CELL
    if abs(lean) > LONGEST_LEAN or length < SHORTEST or height < 3 or height > TALLEST * length:
        return None
    x, y = (middle + (left, top) + 0.5) * CELL
    return Bars(float(x), float(y), length, height, angle, lean)
