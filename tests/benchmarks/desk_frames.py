"""Frames of a desk as a camera sees it, drawn from a seed: empty, with bars at any angle, with codes that move."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

Grey = npt.NDArray[np.uint8]
Kind = zxingcpp.BarcodeFormat

HEIGHT_SHARE = 0.22
"""The height of the bars, of the length of the code."""
CONDITIONS = ("clean", "noise", "dark", "soft", "tilted")
MODULES = (1.5, 2.0, 2.5, 3.0)
"""Pixels of the narrowest bar."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A still desk with one code in it."""

    picture: Grey
    text: str
    angle: float
    condition: str


def desk(seed: int, rows: int, columns: int) -> Grey:
    """A desk with things on it: patches of light and dark, sheets with edges, lines of print."""
    chance = np.random.default_rng(seed)
    coarse = chance.integers(70, 200, (rows // 60, columns // 60), dtype=np.uint8)
    ground = np.asarray(cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC), np.uint8)
    for _ in range(6):
        middle = (float(chance.integers(0, columns)), float(chance.integers(0, rows)))
        size = (float(chance.integers(80, columns // 3)), float(chance.integers(60, rows // 3)))
        corners = cv2.boxPoints((middle, size, float(chance.uniform(0, 90))))
        cv2.fillPoly(ground, [corners.astype(np.int32)], int(chance.integers(60, 245)))
    for _ in range(10):
        at = (int(chance.integers(0, columns)), int(chance.integers(0, rows)))
        cv2.putText(ground, "Handle with care 4711", at, cv2.FONT_HERSHEY_SIMPLEX, float(chance.uniform(0.4, 1.0)),
                    int(chance.integers(20, 90)), 1, cv2.LINE_AA)
    return ground


def noisy(picture: Grey, seed: int, sigma: float = 3.0) -> Grey:
    """The picture with a sensor's noise."""
    noise = np.zeros(picture.shape, np.int16)
    cv2.setRNGSeed(seed + 1)
    cv2.randn(noise, 0, sigma)
    return np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)


def bars(text: str, kind: Kind, module: float) -> Grey:
    """A linear code with white round it, its bars ``HEIGHT_SHARE`` as high as the code is long."""
    wide = np.array(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, kind), scale=1), np.uint8)
    row = wide[len(wide) // 2]
    ink = np.flatnonzero(row < 128)
    row = row[ink[0] : ink[-1] + 1]
    length = round(len(row) * module)
    height = round(length * HEIGHT_SHARE)
    code = cv2.resize(np.tile(row, (8, 1)), (length * 4, height), interpolation=cv2.INTER_NEAREST)
    code = cv2.resize(code, (length, height), interpolation=cv2.INTER_AREA)
    quiet = round(12 * module)
    return np.asarray(np.pad(code, ((quiet, quiet), (quiet, quiet)), constant_values=240), np.uint8)


def square(text: str, module: float = 3.0, kind: Kind = Kind.QRCodeModel2) -> Grey:
    """A matrix code with white round it."""
    small = np.array(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, kind), scale=1), np.uint8)
    side = round(small.shape[1] * module)
    large = cv2.resize(small, (side * 2, side * 2), interpolation=cv2.INTER_NEAREST)
    code = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(np.pad(code, round(4 * module), constant_values=240), np.uint8)


def laid(picture: Grey, label: Grey, x: float, y: float, degrees: float = 0.0, tilt: float = 0.0) -> Grey:
    """The label on the desk, its middle at (x, y); ``tilt`` shortens it across its middle line."""
    rows, columns = label.shape
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), degrees, 1.0)
    turn[:, 2] += (x - columns / 2, y - rows / 2)
    matrix = np.vstack([turn, (0, 0, 1)])
    if tilt:
        lean = np.array([[1, 0, 0], [0, np.cos(np.radians(tilt)), 0], [0, 0, 1]])
        shift = np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
        matrix = shift @ lean @ np.linalg.inv(shift) @ matrix
    size = picture.shape[::-1]
    mask = cv2.warpPerspective(np.full_like(label, 255), matrix, size)
    moved = cv2.warpPerspective(label, matrix, size, flags=cv2.INTER_AREA)
    return np.asarray(np.where(mask > 127, moved, picture), np.uint8)


def scenes(count: int, seed: int, rows: int = 720, columns: int = 1280) -> Iterator[Scene]:
    """Desks with one Code 128 or Code 39 each, at any angle."""
    chance = np.random.default_rng(seed)
    letters = list("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789")
    for number in range(count):
        text = "".join(chance.choice(letters, int(chance.integers(8, 13))))
        kind = (Kind.Code128, Kind.Code39)[number % 2]
        condition = CONDITIONS[number // 2 % len(CONDITIONS)]
        label = bars(text, kind, float(chance.choice(MODULES)))
        angle = float(chance.uniform(0, 360))
        reach = np.hypot(*label.shape) / 2
        x = float(chance.uniform(min(reach, columns / 2), columns - min(reach, columns / 2)))
        y = float(chance.uniform(min(reach, rows / 2), rows - min(reach, rows / 2)))
        picture = laid(desk(seed + number, rows, columns), label, x, y, angle, 35 if condition == "tilted" else 0)
        yield Scene(_under(condition, picture, seed + number), text, angle, condition)


def _under(condition: str, picture: Grey, seed: int) -> Grey:
    if condition == "noise":
        return noisy(picture, seed, 15)
    if condition == "dark":
        return noisy(np.asarray(picture * 0.25, np.uint8), seed, 4)
    if condition == "soft":
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0), np.uint8)
    return picture
