"""Follows codes from frame to frame, so that one label is one thing however often it is read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from .symbol import LINEAR, Corner, Symbol

FORGET_S = 1.0
"""Seconds after which a code that is not seen any more is gone; seen again, it is a new sighting."""

SHOWN_S = 0.4
"""Seconds for which a code that was not read in the newest frames is still shown where it was."""

GUESSED_S = 0.1
"""Seconds for which a code that moves is taken to go on so."""

TWICE = frozenset(form.value for form in LINEAR)
"""The kinds that count once two frames have said the same: a wrong reading hardly ever comes twice."""


@dataclass(frozen=True, slots=True)
class Track:
    """A code in view. ``number`` stays with it; ``corners`` in pixels of the frame; ``read`` counts the frames
    that read it.

    ``accepted``: it counts as read. ``fresh``: it counts since this frame, once in its life. ``speed`` is how it moves,
    in pixels a second.
    """

    number: int
    symbol: Symbol
    corners: tuple[Corner, ...]
    seen_at: float
    read: int = 1
    accepted: bool = False
    fresh: bool = False
    speed: tuple[float, float] = (0.0, 0.0)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        xs, ys = [x for x, _ in self.corners], [y for _, y in self.corners]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def middle(self) -> tuple[float, float]:
        return _middle(self.corners)

    def shift(self, at_s: float) -> tuple[float, float]:
        """How far it has moved by then since it was read, if it goes on as it did; a long while tells nothing."""
        since = min(max(at_s - self.seen_at, 0.0), GUESSED_S)
        return self.speed[0] * since, self.speed[1] * since


@dataclass
class Tracks:
    """All codes in view; ``at_s`` is the frames' own time in seconds, which only grows."""

    _known: list[Track] = field(default_factory=list)
    _last: int = 0

    @property
    def known(self) -> tuple[Track, ...]:
        """Those that are not forgotten yet, shown or not."""
        return tuple(self._known)

    def live(self, at_s: float) -> tuple[Track, ...]:
        """Those that are shown: read in one of the newest frames."""
        return tuple(_moved(track, at_s) for track in self._known if at_s - track.seen_at <= SHOWN_S)

    def add(self, symbols: Iterable[Symbol], at_s: float) -> tuple[Track, ...]:
        """Take in what one frame says; gives what is shown now."""
        self._known = [replace(track, fresh=False) for track in self._known if at_s - track.seen_at <= FORGET_S]
        for symbol in symbols:
            at = self._place_of(symbol, at_s)
            if at is None:
                self._last += 1
                counts = symbol.format not in TWICE
                self._known.append(Track(self._last, symbol, symbol.position, at_s, accepted=counts, fresh=counts))
            else:
                self._known[at] = _follow(self._known[at], symbol, at_s)
        return self.live(at_s)

    def _place_of(self, symbol: Symbol, at_s: float) -> int | None:
        """The track that this is: the same text, near where it was; a lone one may have jumped."""
        same = [at for at, track in enumerate(self._known) if track.symbol.data == symbol.data]
        near = [at for at in same if _near(self._known[at], symbol)]
        if near:
            return min(near, key=lambda at: _distance(self._known[at].corners, symbol.position))
        stale = [at for at in same if self._known[at].seen_at < at_s]
        return stale[0] if len(same) == 1 and stale else None


def _follow(track: Track, symbol: Symbol, at_s: float) -> Track:
    if track.seen_at == at_s:  # read by two stages of one frame
        return track
    (x, y), (was_x, was_y), since = _middle(symbol.position), track.middle, at_s - track.seen_at
    read = track.read + 1
    counts = track.accepted or read >= 2
    return replace(
        track, symbol=symbol, corners=symbol.position, seen_at=at_s, read=read, accepted=counts,
        fresh=counts and not track.accepted, speed=((x - was_x) / since, (y - was_y) / since),
    )


def _moved(track: Track, at_s: float) -> Track:
    """The track where it should be by now."""
    x, y = track.shift(at_s)
    if abs(x) < 0.5 and abs(y) < 0.5:
        return track
    return replace(track, corners=tuple((round(left + x), round(top + y)) for left, top in track.corners))


def _near(track: Track, symbol: Symbol) -> bool:
    left, top, right, bottom = track.box
    return _distance(track.corners, symbol.position) <= max(right - left, bottom - top, 40)


def _middle(corners: Sequence[Corner]) -> tuple[float, float]:
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def _distance(one: Sequence[Corner], other: Sequence[Corner]) -> float:
    (x, y), (to_x, to_y) = _middle(one), _middle(other)
    return max(abs(x - to_x), abs(y - to_y))
