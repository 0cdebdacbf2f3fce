"""Reads all codes of a grey picture: one pass that reads most, then rescues, each for what the last one missed."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from time import monotonic

import numpy as np

from .engines import EngineListing, Grey, engines, read_with_zbar, read_with_zxing
from .opencv import opencv
from .symbol import LABELS, LINEAR, MATRIX, Formats, Symbol
from .turned import Bars, find_bars, find_wide_bars, read_bars

__all__ = ["BUDGET", "EngineListing", "engines", "read_symbols"]

BUDGET = 8.0
"""Seconds after which no further rescue is begun for one picture."""

SHEET = 400_000
"""Pixels; a smaller picture shows one label, a larger one may hold codes that the first pass missed."""

ENLARGED = 2_000_000
"""Pixels; a larger picture is not enlarged: its modules are large enough."""

WHOLE = 16_000_000
"""Pixels; a larger picture is read at the scale of ``REDUCED`` first and then in tiles."""

REDUCED = 4_000_000
TILE, OVERLAP = 4096, 512

TRUSTED = frozenset({"QRCode", "DataMatrix", "Aztec", "PDF417", "Code128"})
"""Kinds whose checksum makes one reading enough; the others (one digit of check, or none) must be read the same by
two stages."""

SHORT_MICRO_QR = 5
"""Characters; so short a Micro QR code only detects errors, and the corner of a QR code can look like one."""


@dataclass(slots=True)
class _Findings:
    """What has been read so far, and which stages have read what cannot be trusted yet."""

    started: float
    budget: float
    scale: float = 1.0
    symbols: list[Symbol] = field(default_factory=list)
    witnesses: dict[bytes, set[str]] = field(default_factory=dict)

    def add(self, found: Iterable[Symbol], *, left: int = 0, top: int = 0) -> bool:
        """Keep readings that can be trusted, or that a second stage says too, unless their place is taken.

        ``left`` and ``top`` say where the tile lies in the picture. True when one was kept.
        """
        before = len(self.symbols)
        for symbol in found:
            seen = self.witnesses.setdefault(symbol.data, set())
            seen.add(symbol.engine)
            if not (_trusted(symbol) or len(seen) > 1):
                continue
            at = tuple((round(x / self.scale) + left, round(y / self.scale) + top) for x, y in symbol.position)
            placed = replace(symbol, position=at, milliseconds=(monotonic() - self.started) * 1000)
            if not any(_same_place(placed, other) for other in self.symbols):
                self.symbols.append(placed)
        return len(self.symbols) > before

    def unread(self, bars: Iterable[Bars]) -> list[Bars]:
        """The places with bars that no kept symbol covers."""
        middles = [(bar, bar.x / self.scale, bar.y / self.scale) for bar in bars]
        return [bar for bar, x, y in middles if not any(_inside(x, y, other) for other in self.symbols)]

    def in_time(self) -> bool:
        return monotonic() - self.started < self.budget


def read_symbols(grey: Grey, formats: Formats = LABELS, budget: float = BUDGET) -> list[Symbol]:
    """All codes in a grey picture (rows x columns, 8 bits), each place once, in the order in which they were read.

    ``budget`` is a time in seconds: when it is spent, no further stage begins; the first one always runs.
    """
    if grey.size == 0 or not formats:
        return []
    grey = np.ascontiguousarray(grey)
    found = _Findings(monotonic(), budget)
    if grey.size <= WHOLE:
        _read_plain(grey, formats, found)
        _rescue(grey, formats, found)
        return found.symbols
    found.scale = math.sqrt(REDUCED / grey.size)
    small = _resize(grey, found.scale)
    _read_plain(small, formats, found)
    for tile, left, top in _tiles(grey):
        if not found.in_time():
            break
        whole = replace(found, scale=1.0)  # shares the lists; only the scale differs
        _read_plain(tile, formats, whole, left, top)
    _rescue(small, formats, found)
    return found.symbols


def _read_plain(grey: Grey, formats: Formats, found: _Findings, left: int = 0, top: int = 0) -> None:
    """The first stage: zxing-cpp on the picture as it is. What it reads of a kind with a weak checksum is read again
    by itself, enlarged; if that does not say the same, the stages after this one have to."""
    symbols = read_with_zxing(grey, formats)
    found.add(symbols, left=left, top=top)
    for symbol in symbols:
        if not _trusted(symbol):
            found.add(_read_again(grey, formats, symbol), left=left, top=top)


def _read_again(grey: Grey, formats: Formats, symbol: Symbol) -> list[Symbol]:
    """What is read at the place of a symbol at twice the scale; its position is taken over."""
    xs, ys = [corner[0] for corner in symbol.position], [corner[1] for corner in symbol.position]
    across, down = max(xs) - min(xs), max(ys) - min(ys)
    margin = max(16, across // 4, down // 4)
    place = grey[max(0, min(ys) - margin) : max(ys) + margin, max(0, min(xs) - margin) : max(xs) + margin]
    if down > across:
        place = place.T
    large = _resize(place, 2.0 if place.size <= ENLARGED else 0.7)
    kinds = formats & (LINEAR if symbol.format != "MicroQRCode" else MATRIX)
    return [replace(one, position=symbol.position) for one in _read_quickly(large, kinds, "again")]


def _rescue(grey: Grey, formats: Formats, found: _Findings) -> None:
    """The stages after the first one; which of them run depends on what is still missing."""
    nothing, sheet = not found.symbols, len(found.symbols) > 1
    if not (nothing or grey.size >= SHEET):
        return
    unread = _read_turned(grey, formats, found)
    if nothing:
        for stage in RESCUES:
            if not found.symbols and found.in_time():
                found.add(stage(grey, formats))
    elif sheet and found.in_time():
        found.add(read_with_zxing(grey, formats, global_threshold=True, stage="one threshold"))
    if unread and found.in_time():  # zbar misreads more, so it is asked only where bars are known to be
        found.add(read_with_zbar(grey, formats))


def _read_turned(grey: Grey, formats: Formats, found: _Findings) -> list[Bars]:
    """Turn every place with bars upright and read it there; gives back the places that stay unread."""
    if not formats & LINEAR or not found.in_time():
        return []
    unread = _read_places(grey, formats, found, find_wide_bars(grey))
    if grey.size >= SHEET and found.in_time():
        unread += _read_places(grey, formats, found, find_bars(grey))
    return found.unread(unread)


def _read_places(grey: Grey, formats: Formats, found: _Findings, places: list[Bars]) -> list[Bars]:
    unread = []
    for bars in found.unread(places):
        if not any(found.add([symbol]) for symbol in read_bars(grey, bars, formats)):
            unread.append(bars)
        if not found.in_time():
            break
    return unread


def _read_one_threshold(grey: Grey, formats: Formats) -> list[Symbol]:
    """Against a ground of small patterns, which makes a level for each neighbourhood go astray."""
    return _read_quickly(grey, formats & MATRIX, "one threshold", global_threshold=True)


def _read_contrast(grey: Grey, formats: Formats) -> list[Symbol]:
    """Against shadows, glare and pale print."""
    even = opencv().createCLAHE(3.0, (8, 8)).apply(grey)
    return _read_quickly(even, formats, "contrast")


def _read_enlarged(grey: Grey, formats: Formats) -> list[Symbol]:
    """For modules of under two pixels."""
    if grey.size > ENLARGED:
        return []
    return _shrink(_read_quickly(_resize(grey, 2.0), formats & MATRIX, "enlarged"), 2)


def _read_sharpened(grey: Grey, formats: Formats) -> list[Symbol]:
    """Against a lens out of focus."""
    cv2 = opencv()
    sharp = cv2.addWeighted(grey, 2.0, cv2.GaussianBlur(grey, (0, 0), 2.0), -1.0, 0)
    return _read_quickly(sharp, formats, "sharpened")


RESCUES = (_read_one_threshold, _read_enlarged, _read_contrast, _read_sharpened)


def _read_quickly(grey: Grey, formats: Formats, stage: str, *, global_threshold: bool = False) -> list[Symbol]:
    return read_with_zxing(
        grey,
        formats,
        turns=False,
        scales=False,
        inverted=False,
        global_threshold=global_threshold,
        stage=stage,
    )


def _resize(grey: Grey, scale: float) -> Grey:
    cv2 = opencv()
    size = (max(3, round(grey.shape[1] * scale)), max(3, round(grey.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized: Grey = cv2.resize(grey, size, interpolation=how)
    return resized


def _shrink(symbols: list[Symbol], by: int) -> list[Symbol]:
    return [replace(s, position=tuple((x // by, y // by) for x, y in s.position)) for s in symbols]


def _tiles(grey: Grey) -> Iterator[tuple[Grey, int, int]]:
    rows, columns = grey.shape
    step = TILE - OVERLAP
    for top in range(0, max(1, rows - OVERLAP), step):
        for left in range(0, max(1, columns - OVERLAP), step):
            yield np.ascontiguousarray(grey[top : top + TILE, left : left + TILE]), left, top


def _trusted(symbol: Symbol) -> bool:
    if symbol.format == "MicroQRCode":
        return len(symbol.data) > SHORT_MICRO_QR
    return symbol.format in TRUSTED


def _same_place(one: Symbol, other: Symbol) -> bool:
    """True when the middle of either lies inside the other's box: two codes do not overlap on a label."""
    return _inside(*_middle(one), other) or _inside(*_middle(other), one)


def _middle(symbol: Symbol) -> tuple[float, float]:
    xs, ys = zip(*symbol.position, strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)


def _inside(x: float, y: float, symbol: Symbol) -> bool:
    xs, ys = [corner[0] for corner in symbol.position], [corner[1] for corner in symbol.position]
    return min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)
