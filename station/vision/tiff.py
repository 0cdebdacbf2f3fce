"""Reads the directories of a TIFF file, or of an EXIF block, which is one: sizes and turns, nothing else."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MOST_PAGES = 500
_SIZES = {1: 1, 3: 2, 4: 4, 16: 8}
_CODES = {1: "B", 3: "H", 4: "I", 16: "Q"}
_WIDTH, _HEIGHT, _STRIPS, _TURN, _LENGTHS, _TILES, _TILE_LENGTHS = 256, 257, 273, 274, 279, 324, 325


@dataclass(frozen=True, slots=True)
class Directory:
    """One page: size in pixels as stored, EXIF ``turn`` (1 to 8), and the byte after its last data."""

    width: int
    height: int
    turn: int
    end: int


BROKEN = Directory(0, 0, 1, 0)
"""Stands for a page whose directory cannot be read, and for all after it."""


def directories(data: bytes) -> Iterator[Directory]:
    """The pages of a TIFF (or BigTIFF) file, at most ``MOST_PAGES``; ends at loops, and with ``BROKEN`` at damage.

    Never raises.
    """
    return islice(_walk(data), MOST_PAGES)


def _walk(data: bytes) -> Iterator[Directory]:
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    word = order + ("Q" if big else "I")
    seen: set[int] = set()
    try:
        (at,) = struct.unpack_from(word, data, 8 if big else 4)
        while at and at not in seen:
            seen.add(at)
            page, at = _read(data, at, order, big)
            yield page
    except (struct.error, OverflowError):
        yield BROKEN


def _read(data: bytes, at: int, order: str, big: bool) -> tuple[Directory, int]:
    """The directory at an offset, and the offset of the next one."""
    (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, at)
    at += 8 if big else 2
    step, word = (20, order + "Q") if big else (12, order + "I")
    found: dict[int, tuple[int, ...]] = {}
    for _ in range(min(count, 4096)):
        tag, kind = struct.unpack_from(order + "HH", data, at)
        if tag in (_WIDTH, _HEIGHT, _TURN, _STRIPS, _LENGTHS, _TILES, _TILE_LENGTHS) and kind in _SIZES:
            found[tag] = _values(data, at + 4, order, kind, big)
        at += step
    (following,) = struct.unpack_from(word, data, at)
    width, height, turn = (found.get(tag, (usual,))[0] for tag, usual in ((_WIDTH, 0), (_HEIGHT, 0), (_TURN, 1)))
    starts = found.get(_STRIPS, ()) + found.get(_TILES, ())
    lengths = found.get(_LENGTHS, ()) + found.get(_TILE_LENGTHS, ())
    end = max((start + length for start, length in zip(starts, lengths, strict=False)), default=0)
    return Directory(width, height, turn if 1 <= turn <= 8 else 1, end), following


def _values(data: bytes, at: int, order: str, kind: int, big: bool) -> tuple[int, ...]:
    """The numbers of one entry; they stand in it when they fit, and elsewhere when not."""
    (count,) = struct.unpack_from(order + ("Q" if big else "I"), data, at)
    at += 8 if big else 4
    count = min(count, len(data))
    if count * _SIZES[kind] > (8 if big else 4):
        (at,) = struct.unpack_from(order + ("Q" if big else "I"), data, at)
    return struct.unpack_from(f"{order}{count}{_CODES[kind]}", data, at) if count else (0,)
