"""Video clips for tests: codes on a desk, moved, turned, blurred and lit differently from frame to frame."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from station.vision.engines import Grey
from tests.vision.drawn import Kind, code

RATE = 30.0


def table(rows: int = 720, columns: int = 1280, seed: int = 1) -> Grey:
    """A desk with blurred things on it."""
    coarse = np.random.default_rng(seed).integers(60, 200, (rows // 40, columns // 40), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC), np.uint8)


def laid(picture: Grey, label: Grey, x: float, y: float, degrees: float = 0.0) -> Grey:
    """The label on the desk, its middle at (x, y)."""
    rows, columns = label.shape
    matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), degrees, 1)
    matrix[:, 2] += (x - columns / 2, y - rows / 2)
    size = picture.shape[::-1]
    mask = cv2.warpAffine(np.full_like(label, 255), matrix, size)
    return np.asarray(np.where(mask > 127, cv2.warpAffine(label, matrix, size), picture), np.uint8)


def lit(picture: Grey, number: int) -> Grey:
    """The picture a little out of focus, under a light that wanders, with a sensor's noise."""
    soft = cv2.GaussianBlur(picture, (0, 0), 0.7)
    light = np.linspace(0.7 + 0.2 * np.sin(number / 5), 1.0, picture.shape[1])
    noise = np.random.default_rng(number).integers(-6, 7, picture.shape)
    return np.asarray(np.clip(soft * light + noise, 0, 255), np.uint8)


def moving(text: str, frames: int = 45, kind: Kind = Kind.QRCodeModel2) -> Iterator[Grey]:
    """One label, drawn across the desk and turned."""
    ground, label = table(), code(text, kind, margin=12)
    for number in range(frames):
        yield lit(laid(ground, label, 300 + 8 * number, 300 + 3 * number, 3 * number), number)


def tray(texts: Sequence[str], frames: int = 60, across: int = 6) -> Iterator[Grey]:
    """Labels in rows, all in view at once, trembling as in a hand."""
    ground = table(1080, 1920)
    for number, text in enumerate(texts):
        label = code(text, margin=8)
        ground = laid(ground, label, 180 + number % across * 310, 150 + number // across * 250)
    for number in range(frames):
        yield lit(np.roll(ground, (number % 3, number % 2), axis=(0, 1)), number)


def clip(path: Path, frames: Iterable[Grey], rate: float = RATE) -> Path:
    """Write the frames as a video file; gives its path."""
    writer = None
    for frame in frames:
        if writer is None:
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, frame.shape[::-1])
            assert writer.isOpened()
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    assert writer is not None
    writer.release()
    return path
