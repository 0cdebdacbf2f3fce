"""A camera: keeps its newest frame for the screen, follows the codes in view, and hands each on once."""

import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread
from typing import ClassVar

from station.core.scan import Scan
from station.vision.engines import Grey
from station.vision.live import Live
from station.vision.opencv import opencv
from station.vision.tracks import Track

from .base import Condition, Found, OnScan, OnState, Remedy, Settings, State
from .camera_devices import CameraDevice, find_cameras
from .camera_settings import CameraSettings
from .camera_source import Picture, Source, SourceError, open_source
from .framing.reading import Reading

__all__ = ["Camera", "CameraSettings", "Shown"]

LOOK_EVERY_S = 1 / 31
"""A faster camera's frames are not all looked at. A frame that shows nothing new costs a fiftieth of that time."""
LONGEST_GAP_S = 0.5
"""The camera's own time stands still while nothing is looked at: a label that lies there all the while is the same
one after a still picture, after the camera was put away, and after it was unplugged."""

OnTrack = Callable[[Track, Scan], None]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The newest frame and what is known to be in it. ``picture`` is never written to again; the corners of
    ``tracks`` are its pixels. ``number`` grows by one with each frame."""

    number: int
    picture: Picture
    tracks: tuple[Track, ...]

    @property
    def width(self) -> int:
        return int(self.picture.shape[1])

    @property
    def height(self) -> int:
        return int(self.picture.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    number: int
    picture: Picture
    taken_s: float


class Camera(Reading):
    """Two threads: one only takes frames, the other reads the newest. Started again, it goes on with what it saw."""

    name: ClassVar[str] = "camera"
    settings_type: ClassVar[type[Settings]] = CameraSettings

    def __init__(
        self,
        settings: CameraSettings | None = None,
        title: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_track: OnTrack = lambda _track, _scan: None,
        cameras: Callable[[], Iterable[CameraDevice]] = find_cameras,
    ) -> None:
        """``on_track`` hears, on the reading thread, which code in view a scan belongs to, right before the scan."""
        self.settings = settings or CameraSettings()
        super().__init__(title or self.settings.device or self.name, now)
        self._on_track, self._cameras = on_track, cameras
        self._codes = Live(self.settings.wanted)
        self._frame: _Frame | None = None
        self._tracks: tuple[Track, ...] = ()
        self._held = False
        self._came = Event()
        self._reader: Thread | None = None
        self._clock_s = self._looked_s = 0.0

    @classmethod
    def find(cls) -> tuple[Found, ...]:
        return tuple(
            Found(cls.name, each.key, each.title, each.state, (("device", each.key),)) for each in find_cameras()
        )

    @classmethod
    def remedy(cls, found: Found) -> Remedy | None:
        if found.state.condition is Condition.NO_PERMISSION:
            return Remedy("camera_group", "sudo usermod -aG video $USER")
        if found.state.condition is Condition.BUSY:
            return Remedy("camera_busy")
        return None

    def newest(self) -> Shown | None:
        """What the screen shows now; None before the first frame. Costs nothing and may be asked from any thread."""
        frame = self._frame
        return None if frame is None else Shown(frame.number, frame.picture, self._tracks)

    def hold(self, held: bool) -> None:
        """Read nothing for a while, though the picture runs on; what is in view stays known."""
        self._held = held
        self._came.set()

    def start(self, on_scan: OnScan, on_state: OnState) -> None:
        if self._thread is not None:
            return
        self._frame, self._tracks = None, ()
        super().start(on_scan, on_state)
        self._reader = Thread(target=self._read_frames, name=f"codes of {self._title}", daemon=True)
        self._reader.start()

    def stop(self, timeout: float = 2.0) -> bool:
        until = time.monotonic() + timeout
        ended = super().stop(timeout)
        reader = self._reader
        if reader is not None:
            reader.join(max(until - time.monotonic(), 0.05))
            ended = ended and not reader.is_alive()
        return ended

    def interrupt(self) -> None:
        self._came.set()

    def sort(self, error: Exception) -> State:
        if isinstance(error, SourceError):
            return State(error.condition, error.detail or self._title)
        return super().sort(error)

    def read(self) -> None:
        with closing(open_source(self.settings, self._cameras)) as source:
            self._take_frames(source)
        if source.ended and not self.stopping.is_set():
            self.tell(Condition.STOPPED, "end")
            self.stopping.wait()

    def _take_frames(self, source: Source) -> None:
        number = self._frame.number if self._frame else 0
        while (picture := source.next(self.stopping)) is not None:
            number += 1
            self._frame = _Frame(number, picture, time.monotonic())
            self._came.set()
            if number == 1 or self._said is None or self._said.condition is not Condition.READING:
                self.tell(Condition.READING)

    def _read_frames(self) -> None:
        """The second thread: the newest frame, whenever the last one is done with."""
        number, due = 0, 0.0
        while not self.stopping.is_set():
            frame = self._frame
            if frame is None or frame.number == number or self._held:
                self._came.wait(0.2)
                self._came.clear()
                continue
            if self.stopping.wait(max(due - time.monotonic(), 0)):
                return
            frame = self._frame or frame
            number, due = frame.number, max(due + LOOK_EVERY_S, time.monotonic() - LOOK_EVERY_S)
            try:
                self._look(frame)
            except Exception as error:  # whatever a frame does to a decoder, the next one is read
                with suppress(Exception):
                    self.tell(Condition.FAILED, f"{type(error).__name__}: {error}"[:200])

    def _look(self, frame: _Frame) -> None:
        self._clock_s += min(max(frame.taken_s - self._looked_s, 0.001), LONGEST_GAP_S)
        self._looked_s = frame.taken_s
        tracks = self._codes.look(grey_of(frame.picture), self._clock_s)
        if self.stopping.is_set():
            return
        self._tracks = tracks
        for track in tracks:
            if track.fresh:
                self._hand_on(track)

    def _hand_on(self, track: Track) -> None:
        symbol = track.symbol
        scan = Scan(symbol.data, self._title, self._now(), symbol.symbology)
        try:
            self._on_track(track, scan)
            self._on_scan(scan)
        except Exception as error:  # a listener's trouble is not the camera's
            self.tell(Condition.FAILED, f"{type(error).__name__}: {error}"[:200])


def grey_of(picture: Picture) -> Grey:
    """A frame as the codes are read from it."""
    if picture.ndim == 2:
        return picture
    grey: Grey = opencv().cvtColor(picture, opencv().COLOR_BGR2GRAY)
    return grey


SCANNER = Camera
