"""A camera, played by video files: what is in view is read once, and whatever goes wrong is told and ends."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from station.core.scan import Scan
from station.scanners.base import SHELF, Condition, State
from station.scanners.camera import Camera, CameraSettings
from station.scanners.camera_devices import CameraDevice, find_cameras
from station.scanners.camera_settings import shown_address
from station.scanners.camera_source import choose_size
from station.vision.engines import Grey
from station.vision.tracks import Track
from tests.scanners.clips import clip, laid, lit, moving, table, tray
from tests.scanners.heard import Heard
from tests.vision.drawn import Kind, code


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def started(heard: Heard) -> Iterator[Callable[..., Camera]]:
    cameras: list[Camera] = []

    def start(on_scan: Callable[[Scan], None] = heard.scan, **settings: Any) -> Camera:
        camera = Camera(CameraSettings(**settings), "desk camera")
        cameras.append(camera)
        camera.start(on_scan, heard.state)
        return camera

    yield start
    ended = [camera.stop() for camera in cameras]
    assert all(ended)


def test_the_camera_is_on_the_shelf() -> None:
    assert SHELF.load("camera") is Camera
    assert all(name in ("camera",) for name in (one.name for one in SHELF.listings()) if name.startswith("camera"))


def test_a_label_that_moves_is_one_scan(tmp_path: Path, heard: Heard, started: Callable[..., Camera]) -> None:
    path = clip(tmp_path / "one.avi", moving("b5rj9ed7rihk942p46a0"))
    camera = started(file=str(path))
    heard.until(lambda: heard.condition is Condition.STOPPED)
    assert heard.texts == ["b5rj9ed7rihk942p46a0"]
    assert (heard.scans[0].source, heard.scans[0].symbology) == ("desk camera", "]Q1")
    assert [state.condition for state in heard.states] == [Condition.READING, Condition.STOPPED]
    shown = camera.newest()
    assert shown is not None
    assert (shown.width, shown.height) == (1280, 720)


def test_bars_are_one_scan_too(tmp_path: Path, heard: Heard, started: Callable[..., Camera]) -> None:
    path = clip(tmp_path / "bars.avi", moving("SN-7788-0001", 40, Kind.Code128))
    started(file=str(path), repeat=True)
    heard.until_texts("SN-7788-0001")


def test_every_code_of_a_tray_is_scanned_and_framed(
    tmp_path: Path, heard: Heard, started: Callable[..., Camera]
) -> None:
    texts = [f"kit-{number:02d}-of-tray" for number in range(24)]
    camera = started(file=str(clip(tmp_path / "tray.avi", tray(texts, 24))), repeat=True)
    heard.until(lambda: len(heard.scans) >= 24)

    def framed() -> bool:
        shown = camera.newest()
        return shown is not None and {track.symbol.text for track in shown.tracks} == set(texts)

    _until(framed)
    assert sorted(heard.texts) == texts


def test_a_track_is_told_before_its_scan(tmp_path: Path, heard: Heard) -> None:
    told: list[str] = []

    def on_track(track: Track, scan: Scan) -> None:
        told.append(f"track {track.symbol.text} {len(heard.scans)} {scan.text}")

    path = clip(tmp_path / "one.avi", moving("tracked", 20))
    camera = Camera(CameraSettings(file=str(path)), on_track=on_track)
    camera.start(heard.scan, heard.state)
    heard.until_texts("tracked")
    assert camera.stop()
    assert told == ["track tracked 0 tracked"]


def test_what_was_in_view_is_known_when_the_camera_comes_back(tmp_path: Path, heard: Heard) -> None:
    still = lit(laid(table(), code("stays", margin=12), 600, 400), 1)
    camera = Camera(CameraSettings(file=str(clip(tmp_path / "still.avi", [still] * 30)), repeat=True))
    for _ in range(3):
        camera.start(heard.scan, heard.state)
        _until(lambda: (shown := camera.newest()) is not None and len(shown.tracks) == 1)
        assert camera.stop()
    assert heard.texts == ["stays"]


def test_nothing_is_read_while_the_camera_is_held(
    tmp_path: Path, heard: Heard, started: Callable[..., Camera]
) -> None:
    camera = started(file=str(clip(tmp_path / "held.avi", moving("held", 20))), repeat=True)
    camera.hold(True)
    time.sleep(0.3)
    before = len(heard.scans)
    number = _number(camera)
    _until(lambda: _number(camera) > number + 3)  # the picture runs on
    assert len(heard.scans) == before
    camera.hold(False)
    heard.until(lambda: heard.texts == ["held"])


def test_a_slow_listener_does_not_hold_the_picture(
    tmp_path: Path, heard: Heard, started: Callable[..., Camera]
) -> None:
    free = threading.Event()

    def slow(scan: Scan) -> None:
        free.wait(10)
        heard.scan(scan)

    camera = started(on_scan=slow, file=str(clip(tmp_path / "slow.avi", moving("slow", 30))), repeat=True)
    _until(lambda: _number(camera) > 40)
    free.set()
    heard.until_texts("slow")


def test_a_listener_that_fails_ends_nothing(tmp_path: Path, heard: Heard, started: Callable[..., Camera]) -> None:
    def fails(_scan: Scan) -> None:
        raise RuntimeError("disk full")

    camera = started(on_scan=fails, file=str(clip(tmp_path / "fails.avi", moving("fails", 20))), repeat=True)
    heard.until(lambda: State(Condition.FAILED, "RuntimeError: disk full") in heard.states)
    number = _number(camera)
    _until(lambda: _number(camera) > number + 3 and heard.condition is Condition.READING)


def test_a_file_that_is_no_video(tmp_path: Path, heard: Heard, started: Callable[..., Camera]) -> None:
    path = tmp_path / "text.avi"
    path.write_text("no video " * 100, "utf-8")
    started(file=str(path))
    heard.until(lambda: heard.states == [State(Condition.FAILED, "text.avi")])


def test_a_file_that_is_not_there(tmp_path: Path, heard: Heard, started: Callable[..., Camera]) -> None:
    started(file=str(tmp_path / "gone.avi"))
    heard.until(lambda: heard.states == [State(Condition.UNPLUGGED, "gone.avi")])


def test_a_camera_that_is_not_there(heard: Heard, started: Callable[..., Camera]) -> None:
    started(device="/dev/video97")
    heard.until(lambda: heard.states == [State(Condition.UNPLUGGED, "/dev/video97")])


def test_a_camera_that_does_not_open_is_busy(tmp_path: Path, heard: Heard) -> None:
    node = tmp_path / "video96"
    node.touch()
    busy = CameraDevice("1d6b:0104:", "Desk Cam", str(node), 96, cv2.CAP_V4L2)
    camera = Camera(CameraSettings(device="1d6b:0104:"), cameras=lambda: [busy])
    camera.start(heard.scan, heard.state)
    heard.until(lambda: heard.states == [State(Condition.BUSY, "Desk Cam")])
    assert camera.stop()


def test_an_address_that_nobody_answers(heard: Heard, started: Callable[..., Camera]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started(url=f"rtsp://anna:secret@127.0.0.1:{port}/cam?key=secret")
    heard.until(lambda: heard.states == [State(Condition.UNPLUGGED, f"rtsp://127.0.0.1:{port}/cam")])


def test_an_address_of_another_kind_is_not_opened(tmp_path: Path, heard: Heard, started: Callable[..., Camera]) -> None:
    path = clip(tmp_path / "one.avi", moving("stranger", 5))
    started(url=f"file://{path}")
    heard.until(lambda: heard.condition is Condition.FAILED)
    assert heard.texts == []


def test_the_camera_stops_while_it_is_being_opened(heard: Heard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        camera = Camera(CameraSettings(url=f"http://127.0.0.1:{silent.getsockname()[1]}/", limit_s=1.0))
        camera.start(heard.scan, heard.state)
        time.sleep(0.2)
        began = time.monotonic()
        assert camera.stop()
        assert time.monotonic() - began < 2
    assert heard.condition is Condition.STOPPED


def test_an_mjpeg_stream_is_read_from_its_address(heard: Heard, started: Callable[..., Camera]) -> None:
    with _Stream(moving("network-kit", 30)) as stream:
        started(url=stream.url)
        heard.until_texts("network-kit")


STREAMLESS = """
import sys
from station.scanners.camera_settings import CameraSettings
from station.scanners.camera_source import SourceError, open_source
for settings in (CameraSettings(url="http://anna:secret@127.0.0.1:9/cam"), CameraSettings(file=sys.argv[1])):
    try:
        open_source(settings)
    except SourceError as error:
        print(error.condition, error.detail)
"""


def test_an_edition_without_ffmpeg_says_that_it_reads_no_addresses_and_files(tmp_path: Path) -> None:
    path = clip(tmp_path / "one.avi", moving("left-out-kit", 5))
    without = os.environ | {"OPENCV_VIDEOIO_PRIORITY_FFMPEG": "0"}  # OpenCV's own word for: do as if it were not there
    told = subprocess.run([sys.executable, "-c", STREAMLESS, str(path)], env=without, capture_output=True, text=True,
                          check=True, timeout=60)
    assert told.stdout.split("\n") == ["left_out http://127.0.0.1:9/cam", "left_out one.avi", ""]


def test_stopped_twice_and_never_started() -> None:
    camera = Camera(CameraSettings(file="nowhere.avi"))
    assert camera.stop()
    assert camera.stop()


@dataclass
class Driver:
    """A camera's driver that knows some sizes and answers with the nearest one."""

    sizes: tuple[tuple[int, int], ...]
    wished: dict[int, float] = field(default_factory=dict)

    def set(self, what: int, value: float) -> bool:
        self.wished[what] = value
        return True

    def get(self, what: int) -> float:
        width, height = self.wished[cv2.CAP_PROP_FRAME_WIDTH], self.wished[cv2.CAP_PROP_FRAME_HEIGHT]
        size = min(self.sizes, key=lambda each: abs(each[0] - width) + abs(each[1] - height))
        return size[0] if what == cv2.CAP_PROP_FRAME_WIDTH else size[1]


@pytest.mark.parametrize(
    ("sizes", "chosen"),
    [
        (((640, 480), (1280, 720), (1920, 1080)), (1280, 720)),
        (((640, 480), (1024, 576), (1600, 1200), (2592, 1944)), (1600, 1200)),
        (((320, 240), (640, 480)), (640, 480)),
    ],
)
def test_the_smallest_size_that_is_large_enough(sizes: tuple[tuple[int, int], ...], chosen: tuple[int, int]) -> None:
    driver = Driver(sizes)
    assert choose_size(driver, 1280, 720) == chosen
    assert driver.wished[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")


@dataclass
class Listing:
    index: int
    name: str
    path: str | None
    vid: int | None = None
    pid: int | None = None
    backend: int = 200


def test_cameras_have_keys_that_do_not_name_the_socket() -> None:
    listed = [
        Listing(4, "HD Cam", "/dev/video94", 0x046D, 0x0825), Listing(2, "HD Cam", "/dev/video92", 0x046D, 0x0825),
        Listing(0, " built in  cam", "/dev/video90"),
    ]
    found = find_cameras(lambda: listed)
    assert [(each.key, each.title, each.index) for each in found] == [
        ("built in cam", "built in cam", 0), ("046d:0825:", "HD Cam", 2), ("046d:0825:#2", "HD Cam", 4),
    ]


def test_an_address_is_shown_without_its_secrets() -> None:
    assert shown_address("rtsp://anna:pa@ss@10.0.0.5:554/live?token=x") == "rtsp://10.0.0.5:554/live"
    settings = CameraSettings(url="rtsp://10.0.0.5/live", user="anna", password="p@ss")
    assert settings.address == "rtsp://anna:p%40ss@10.0.0.5/live"
    assert "p@ss" not in repr(settings)


def test_real_labels_in_a_moving_clip(
    tmp_path: Path, labels_folder: Path, heard: Heard, started: Callable[..., Camera]
) -> None:
    index = json.loads((labels_folder / "index.json").read_text("utf-8"))
    chosen = [each for each in index if each["picture"].startswith("qrcode-2/") and len(each["texts"]) == 1][:4]
    texts = {each["texts"][0] for each in chosen}
    labels = [_small(labels_folder / each["picture"]) for each in chosen]
    ground = table()
    for at, label in enumerate(labels):
        ground = laid(ground, label, 320 + at % 2 * 620, 190 + at // 2 * 340)
    frames = [lit(np.roll(ground, (n % 5, 2 * n), axis=(0, 1)), n) for n in range(24)]
    started(file=str(clip(tmp_path / "real.avi", frames)), repeat=True)
    heard.until(lambda: len(set(heard.texts) & texts) >= 3)


def _small(path: Path) -> Grey:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    scale = 320 / max(picture.shape)
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _number(camera: Camera) -> int:
    shown = camera.newest()
    return shown.number if shown is not None else 0


def _until(happened: Callable[[], bool], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)


class _Stream:
    """An MJPEG camera on the network, for one guest."""

    def __init__(self, frames: Iterator[Grey]) -> None:
        self._pictures = [bytes(cv2.imencode(".jpg", frame)[1]) for frame in frames]
        self._server = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/video"

    def __enter__(self) -> "_Stream":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._server.close()
        self._thread.join()

    def _serve(self) -> None:
        guest, _ = self._server.accept()
        with guest:
            guest.recv(4096)
            guest.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
            try:
                while not self._stop.is_set():
                    self._send_all(guest)
            except OSError:
                return

    def _send_all(self, guest: socket.socket) -> None:
        for picture in self._pictures:
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            guest.sendall(head.encode() + picture + b"\r\n")
            if self._stop.wait(1 / 30):
                return
