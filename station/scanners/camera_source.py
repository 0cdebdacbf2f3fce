"""Where frames come from: a camera, an address on the network or a video file, all read alike."""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from station.vision.opencv import opencv

from .base import Condition
from .camera_devices import CameraDevice, find_camera, find_cameras
from .camera_settings import SCHEMES, CameraSettings, shown_address

Picture = npt.NDArray[np.uint8]
"""Rows x columns, or rows x columns x 3 (blue, green, red); 8 bits."""

SIZES = ((1280, 720), (1280, 960), (1280, 1024), (1600, 1200), (1920, 1080), (2560, 1440), (3840, 2160))
"""Sizes that cameras have, smallest first; a driver gives the nearest one that it knows."""
SILENT_S = 5.0
"""How long a source may give no frame before it is closed and opened again."""
LATE_S = 0.25
"""A video that is so far behind its own pace goes on from there, not faster."""
_SELECT = "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"


class SourceError(OSError):
    """Nothing can be read; ``condition`` says why, ``detail`` in the system's own words or with its name."""

    def __init__(self, condition: Condition, detail: str = "") -> None:
        super().__init__(f"{condition}: {detail}")
        self.condition = condition
        self.detail = detail


@dataclass
class Source:
    """An opened source. ``pace_s`` is the time between two frames of a video, 0 where the frames come by themselves;
    ``gone`` says whether its device is no longer there."""

    capture: Any
    pace_s: float = 0.0
    repeat: bool = False
    gone: Callable[[], bool] = lambda: False
    ended: bool = False
    _due: float = field(default=0.0)
    _heard: float = field(default_factory=time.monotonic)

    def next(self, stopping: Event) -> Picture | None:
        """The next frame, waited for; None when the video has ended, or on the way out. Raises ``SourceError``."""
        if self.pace_s and self._keep_pace(stopping):
            return None
        while not stopping.is_set():
            done, picture = self.capture.read()
            if done and picture is not None and picture.size:
                self._heard = time.monotonic()
                return _plain(picture)
            if self.pace_s:
                if not self._begin_anew():
                    self.ended = True
                    return None
            elif self.gone():
                raise SourceError(Condition.UNPLUGGED)
            elif time.monotonic() - self._heard > SILENT_S:
                raise SourceError(Condition.FAILED, "no picture")
            else:
                stopping.wait(0.02)
        return None

    def close(self) -> None:
        self.capture.release()

    def _keep_pace(self, stopping: Event) -> bool:
        """Wait for the frame's time; True when nothing is wanted any more."""
        now = time.monotonic()
        self._due = max(self._due + self.pace_s, now - LATE_S) if self._due else now
        return stopping.wait(max(self._due - now, 0))

    def _begin_anew(self) -> bool:
        """Go back to the first frame; False where that is not wanted, or where a file gives no frame at all."""
        if not self.repeat or self.ended:
            return False
        self.ended = True  # until the first frame is there
        again = bool(self.capture.set(opencv().CAP_PROP_POS_FRAMES, 0))
        done = again and self.capture.grab()
        self.ended = not done
        return bool(done)


def reads_streams() -> bool:
    """Whether OpenCV has its FFmpeg, for addresses and files: on Windows a library of its own, which may be left out.

    OpenCV lists that reader all the same; this tries to load it.
    """
    cv2 = opencv()
    return bool(cv2.videoio_registry.hasBackend(cv2.CAP_FFMPEG))


def open_source(
    settings: CameraSettings, cameras: Callable[[], Iterable[CameraDevice]] = find_cameras
) -> Source:
    """Open what the settings name: a file, else an address, else a camera. Raises ``SourceError``."""
    if (settings.file or settings.url) and not reads_streams():
        raise SourceError(Condition.LEFT_OUT, Path(settings.file).name or shown_address(settings.url))
    if settings.file:
        return _open_file(Path(settings.file), repeat=settings.repeat)
    if settings.url:
        return _open_address(settings)
    return _open_camera(settings, find_camera(settings.device, cameras()))


def _open_file(path: Path, *, repeat: bool) -> Source:
    if not path.is_file():
        raise SourceError(Condition.UNPLUGGED, path.name)
    if not os.access(path, os.R_OK):
        raise SourceError(Condition.NO_PERMISSION, path.name)
    cv2 = opencv()
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    if not capture.isOpened():
        capture.release()
        raise SourceError(Condition.FAILED, path.name)
    pace = capture.get(cv2.CAP_PROP_FPS)
    return Source(capture, 1 / min(max(pace, 1.0), 120.0) if pace == pace else 1 / 25, repeat)


def _open_address(settings: CameraSettings) -> Source:
    shown = shown_address(settings.url)
    if urlsplit(settings.url).scheme.lower() not in SCHEMES:
        raise SourceError(Condition.FAILED, shown)
    cv2 = opencv()
    limit = round(settings.limit_s * 1000)
    wishes = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit, cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit, cv2.CAP_PROP_N_THREADS, 1]
    capture = cv2.VideoCapture(settings.address, cv2.CAP_FFMPEG, wishes)
    if not capture.isOpened():
        capture.release()
        raise SourceError(Condition.UNPLUGGED, shown)
    return Source(capture)


def _open_camera(settings: CameraSettings, camera: CameraDevice | None) -> Source:
    if camera is None:
        raise SourceError(Condition.UNPLUGGED, settings.device)
    if camera.state.condition is Condition.NO_PERMISSION:
        raise SourceError(Condition.NO_PERMISSION, camera.title)
    # A camera that is pulled out keeps a read waiting for so long; Video4Linux' own limit is ten seconds.
    os.environ.setdefault(_SELECT, "1")
    capture = _capture(camera)
    if not capture.isOpened():
        capture.release()
        gone = _is_gone(camera)
        raise SourceError(Condition.UNPLUGGED if gone else Condition.BUSY, camera.title)
    choose_size(capture, settings.width, settings.height)
    return Source(capture, gone=lambda: _is_gone(camera))


def _capture(camera: CameraDevice) -> Any:
    cv2 = opencv()
    capture = cv2.VideoCapture(camera.index, camera.backend)
    if camera.backend == cv2.CAP_DSHOW and not capture.isOpened():
        capture.release()
        capture = cv2.VideoCapture(camera.index, cv2.CAP_MSMF)
    return capture


def choose_size(capture: Any, width: int, height: int) -> tuple[int, int]:
    """Set the smallest size that has both, as MJPEG where the camera has that: raw frames of that size come slowly.

    A driver answers a wish with the nearest size that it knows, so the known sizes are tried until one is large
    enough; where none is, the largest that it gave. Gives the size that was set.
    """
    cv2 = opencv()
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # a hint: fewer old frames wait
    best = (0, 0)
    for wish in ((width, height), *(size for size in SIZES if size[0] >= width and size[1] >= height)):
        given = _set_size(capture, wish)
        if given[0] >= width and given[1] >= height:
            return given
        best = max(best, given, key=lambda size: size[0] * size[1])
    return _set_size(capture, best)


def _set_size(capture: Any, size: tuple[int, int]) -> tuple[int, int]:
    cv2 = opencv()
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
    return int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))


def _is_gone(camera: CameraDevice) -> bool:
    return camera.path.startswith("/dev/") and not Path(camera.path).exists()


def _plain(picture: Any) -> Picture:
    """Eight bits, grey or blue-green-red, in one piece."""
    if picture.dtype != np.uint8:
        picture = (picture >> 8).astype(np.uint8) if picture.dtype == np.uint16 else picture.astype(np.uint8)
    if picture.ndim == 3 and picture.shape[2] != 3:
        picture = picture[:, :, 0] if picture.shape[2] < 3 else picture[:, :, :3]
    return np.ascontiguousarray(picture)
