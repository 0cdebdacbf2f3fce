"""Reads the frames of a camera: little work on a frame that shows nothing new, the costly stages in turns."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .engines import Grey, read_with_zbar, read_with_zxing
from .opencv import opencv
from .symbol import LINEAR, LIVE, Format, Formats, Symbol
from .tracks import TWICE, Track, Tracks
from .turned import Bars, find_bars, read_bars

STRIDE = 8
"""Every so many pixels, in both directions, are compared with the frame before."""
NOISE = 16
"""Grey levels by which a pixel may differ and still be the same."""
CHANGED_SHARE = 0.002
"""The part of the compared pixels that must differ for a frame to be a new one."""

QUICK_EVERY = 2
"""An idle picture is read quickly in every so many frames: a code waits 70 ms at 30 frames a second."""
FULL_EVERY = 5
"""While codes are followed, the whole frame is searched for others in every so many frames."""
FOLLOW_EVERY = 2
"""A code that counts is read again in every so many frames."""
LOST_S = 0.12
"""Seconds after which one that was not read again is looked for in each frame."""
MARGIN = 0.3
"""Of a code's size: how far beside its place it is looked for."""
STAGE_EVERY = 6
"""One of the costly stages runs in every so many changing frames."""
EAGER = 12
"""How many costly stages run in every second frame once one of them has read something new: there may be more."""
MOST_CROPS = 8
"""Places with bars that one frame turns upright; the others have their turn in the next ones."""
LARGEST = 2_100_000
"""Pixels; a larger frame is read at a smaller scale."""

Stage = Callable[[Grey, Formats], list[Symbol]]


@dataclass
class Live:
    """One camera's frames. ``formats`` are the kinds of code that are looked for. Not for several threads."""

    formats: Formats = LIVE
    _tracks: Tracks = field(default_factory=Tracks)
    _before: Any = None
    _number: int = 0
    _stage: int = 0
    _still: int = 0
    _eager: int = 0
    _shape: tuple[int, ...] = ()
    _bars: list[Bars] = field(default_factory=list)
    _spared: list[Symbol] = field(default_factory=list)

    def look(self, grey: Grey, at_s: float) -> tuple[Track, ...]:
        """What one frame shows (rows x columns, 8 bits); ``at_s`` is its time in seconds, which only grows."""
        scale = math.sqrt(LARGEST / grey.size) if grey.size > LARGEST else 1.0
        if scale < 1:
            grey = opencv().resize(grey, None, fx=scale, fy=scale, interpolation=opencv().INTER_AREA)
        found = [_larger(symbol, scale) for symbol in self._read(grey, at_s, scale)]
        return self._tracks.add(found, at_s)

    def _read(self, grey: Grey, at_s: float, scale: float) -> list[Symbol]:
        self._number += 1
        if self._is_still(grey):
            return self._look_closer(grey, at_s, scale)
        self._still = 0
        followed = self._tracks.live(at_s)
        due = [track for track in followed if self._is_due(track, at_s)]
        self._spared = [
            _larger(replace(each.symbol, position=each.corners), 1 / scale) for each in followed if each not in due
        ]
        found = [symbol for track in due for symbol in self._again(grey, track, scale, at_s)]
        if self._number % (2 if self._eager else STAGE_EVERY) == 0:
            return [*found, *self._next_stage(grey, found)]
        if self._number % (FULL_EVERY if followed and len(found) >= len(due) else QUICK_EVERY) == 0:
            found += self._elsewhere(read_quickly(grey, self.formats), found)
        return found

    def _is_due(self, track: Track, at_s: float) -> bool:
        """Codes that count already are read again in turns; in between they are where their way leads."""
        return not track.accepted or (self._number + track.number) % FOLLOW_EVERY == 0 or at_s - track.seen_at > LOST_S

    def _is_still(self, grey: Grey) -> bool:
        """Whether the frame shows what the last one showed, but for noise."""
        view = grey[::STRIDE, ::STRIDE]
        before, self._before = self._before, view.copy()
        if before is None or before.shape != view.shape:
            return False
        differs = np.count_nonzero(opencv().absdiff(view, before) > NOISE)
        if differs < CHANGED_SHARE * view.size:
            self._before = before  # against the same frame, so that a slow change is seen too
            return True
        return False

    def _look_closer(self, grey: Grey, at_s: float, scale: float) -> list[Symbol]:
        """A still picture: once each stage has had its turn, nothing is read any more."""
        followed, self._spared = self._tracks.live(at_s), []
        self._still += 1
        if self._still > 2 * len(STAGES):
            return [track.symbol if scale == 1 else _larger(track.symbol, 1 / scale) for track in followed]
        found = [symbol for track in followed for symbol in self._again(grey, track, scale, at_s)]
        return [*found, *self._next_stage(grey, found)]

    def _next_stage(self, grey: Grey, found: list[Symbol]) -> list[Symbol]:
        """What the stage whose turn it is reads beside what was found already."""
        more = self._run_stage(grey, found)
        known = {track.symbol.data for track in self._tracks.known}
        new_bars = any(one.data not in known and one.format in TWICE for one in more)
        self._eager = EAGER if new_bars else max(self._eager - 1, 0)
        return more

    def _run_stage(self, grey: Grey, found: list[Symbol]) -> list[Symbol]:
        stage = STAGES[self._stage % len(STAGES)]
        self._stage += 1
        if stage is read_turned:
            return self._read_turned(grey, found)
        if stage is read_with_zbar and not self._bars:
            stage = read_fully  # it misreads more, so it is asked only where bars are known to be
        return self._elsewhere(stage(grey, self.formats), found)

    def _read_turned(self, grey: Grey, found: list[Symbol]) -> list[Symbol]:
        """Some of the places with bars, each turned upright; those not read are kept for the stages after."""
        known = [*found, *self._spared]
        places = [bars for bars in find_bars(grey) if not any(_covers(symbol, bars.x, bars.y) for symbol in known)]
        start = (self._stage // len(STAGES) * MOST_CROPS) % max(len(places), 1)
        turn = (places[start:] + places[:start])[:MOST_CROPS]
        read = [next(read_bars(grey, bars, self.formats), None) for bars in turn]
        self._bars = [bars for bars, symbol in zip(turn, read, strict=True) if symbol is None] + places[MOST_CROPS:]
        return [symbol for symbol in read if symbol is not None]

    def _elsewhere(self, symbols: list[Symbol], found: list[Symbol]) -> list[Symbol]:
        """Those that are not at the place of one that was read in this frame already."""
        return [one for one in symbols if not any(_covers(other, *_middle(one)) for other in found)]

    def _again(self, grey: Grey, track: Track, scale: float, at_s: float) -> list[Symbol]:
        """A followed code, looked for where it should be by now."""
        symbol = _larger(track.symbol, 1 / scale) if scale < 1 else track.symbol
        x, y = track.shift(at_s)
        for place in _places(grey, symbol, (x * scale, y * scale)):
            for one in place(self.formats):
                if one.data == symbol.data:
                    return [one]
        return []


def read_quickly(grey: Grey, formats: Formats) -> list[Symbol]:
    """The whole frame in one pass that turns, scales and inverts nothing."""
    return read_with_zxing(grey, formats, turns=False, scales=False, inverted=False, stage="quick")


def read_fully(grey: Grey, formats: Formats) -> list[Symbol]:
    return read_with_zxing(grey, formats)


def read_turned(grey: Grey, formats: Formats) -> list[Symbol]:
    """One-dimensional codes at any angle; see ``Live._read_turned``, which takes turns over the places."""
    return [symbol for bars in find_bars(grey) for symbol in read_bars(grey, bars, formats)]


def read_even(grey: Grey, formats: Formats) -> list[Symbol]:
    """With the contrast evened out, against shadows and dull print."""
    even = opencv().createCLAHE(3.0, (8, 8)).apply(grey)
    return read_with_zxing(even, formats, turns=False, scales=False, inverted=False, stage="contrast")


def read_middle(grey: Grey, formats: Formats) -> list[Symbol]:
    """The middle of the picture, enlarged: a small code that is held before the camera."""
    rows, columns = grey.shape
    top, left = rows // 3, columns // 3
    middle = opencv().resize(grey[top : rows - top, left : columns - left], None, fx=2, fy=2)
    found = read_with_zxing(middle, formats, turns=False, scales=False, inverted=False, stage="enlarged")
    return [replace(one, position=tuple((x // 2 + left, y // 2 + top) for x, y in one.position)) for one in found]


STAGES: tuple[Stage, ...] = (read_fully, read_turned, read_even, read_turned, read_middle, read_with_zbar)


def _places(grey: Grey, symbol: Symbol, step: tuple[float, float]) -> Iterator[Callable[[Formats], list[Symbol]]]:
    """Ways to read a code again near its last place: as the picture is, and for bars turned upright."""
    xs, ys = [x + step[0] for x, _ in symbol.position], [y + step[1] for _, y in symbol.position]
    across, down = max(xs) - min(xs), max(ys) - min(ys)
    margin = max(across, down, 40) * MARGIN
    left, top = max(int(min(xs) - margin), 0), max(int(min(ys) - margin), 0)
    crop = grey[top : int(max(ys) + margin), left : int(max(xs) + margin)]
    if min(crop.shape) < 8:
        return
    kinds = frozenset(form for form in Format if form.value == symbol.format) or LIVE

    def plainly(_formats: Formats) -> list[Symbol]:
        turns = bool(kinds & LINEAR)
        for single in (True, False):  # a neighbour may lie in the crop too
            found = read_with_zxing(
                crop, kinds, turns=turns, scales=False, inverted=False, single=single, stage="followed"
            )
            if not found or any(one.data == symbol.data for one in found):
                break
        return [replace(one, position=tuple((x + left, y + top) for x, y in one.position)) for one in found]

    def upright(_formats: Formats) -> list[Symbol]:
        bars = _bars_of(symbol, step)
        first = next(read_bars(grey, bars, kinds), None) if bars else None
        return [first] if first else []

    turned = "turned" in symbol.engine
    yield from (upright, plainly) if turned else (plainly,)


def _bars_of(symbol: Symbol, step: tuple[float, float]) -> Bars | None:
    """The place of bars that were read turned: their corners run along and across the bars."""
    if len(symbol.position) != 4:
        return None
    (x0, y0), (x1, y1), _, (x3, y3) = symbol.position
    x, y = _middle(symbol)
    length, height = math.hypot(x1 - x0, y1 - y0), math.hypot(x3 - x0, y3 - y0)
    angle = math.degrees(math.atan2(y1 - y0, x1 - x0))
    lean = (math.degrees(math.atan2(y3 - y0, x3 - x0)) - angle + 90) % 360 - 180
    return Bars(x + step[0], y + step[1], length, height, angle, lean)


def _larger(symbol: Symbol, scale: float) -> Symbol:
    if scale == 1:
        return symbol
    return replace(symbol, position=tuple((round(x / scale), round(y / scale)) for x, y in symbol.position))


def _middle(symbol: Symbol) -> tuple[float, float]:
    return (
        sum(x for x, _ in symbol.position) / len(symbol.position),
        sum(y for _, y in symbol.position) / len(symbol.position),
    )


def _covers(symbol: Symbol, x: float, y: float) -> bool:
    """Whether a place lies inside a code that was read, or right beside it."""
    xs, ys = [corner[0] for corner in symbol.position], [corner[1] for corner in symbol.position]
    return min(xs) - 8 <= x <= max(xs) + 8 and min(ys) - 8 <= y <= max(ys) + 8
