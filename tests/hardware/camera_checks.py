"""Cameras on real Video4Linux drivers: one that is shown labels (v4l2loopback), one that can be pulled out (vivid)."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from station.scanners.base import Condition
from station.scanners.camera import Camera, CameraSettings
from station.scanners.camera_modes import list_modes
from station.vision.engines import Grey
from tests.scanners.clips import laid
from tests.vision.drawn import Kind, code

from . import stranger
from .inside import reaches, reading
from .loopback import HEIGHT, NODE, TITLE, WIDTH, Projector

VIVID = "vivid-000-vid-cap"
_DRIVER = Path("/sys/bus/platform/drivers/vivid")


def label(text: str, kind: Kind = Kind.QRCodeModel2, x: float = 640) -> Grey:
    """On a plain desk: what is looked at here is the way to the driver, not how well codes are read."""
    return laid(np.full((HEIGHT, WIDTH), 170, np.uint8), code(text, kind, margin=12), x, 360)


def openers(node: Path) -> list[str]:
    """The programs that have a device's file open."""
    return [file.parts[2] for file in Path("/proc").glob("[0-9]*/fd/*") if _is_open_on(file, node)]


def _is_open_on(file: Path, node: Path) -> bool:
    try:
        return file.readlink() == node
    except OSError:  # closed since, as is the file that this very look opened
        return False


def vivid_node() -> Path:
    names = Path("/sys/class/video4linux").glob("video*")
    return Path("/dev") / next(path.name for path in names if (path / "name").read_text("utf-8").strip() == VIVID)


def plug_vivid(in_: bool) -> None:
    (_DRIVER / ("bind" if in_ else "unbind")).write_text("vivid.0", "ascii")


def a_camera_is_found_by_name_and_what_is_shown_to_it_is_read_once() -> None:
    with Projector() as projector:
        subprocess.run(["udevadm", "settle"], check=True)
        assert TITLE in [each.title for each in Camera.find()], Camera.find()
        with reading(Camera(CameraSettings(device=TITLE))) as told:
            reaches(told, Condition.READING)
            projector.show(label("b5rj9ed7rihk942p46a0"))
            told.until(lambda: len(told.scans) >= 1)
            projector.show(label("KIT-2", x=300))
            told.until(lambda: len(told.scans) >= 2)
            assert told.texts == ["b5rj9ed7rihk942p46a0", "KIT-2"]
            assert told.scans[0].symbology == "]Q1"


def formats_and_sizes_are_told_of_a_camera_also_while_it_is_read() -> None:
    node = str(vivid_node())
    modes = list_modes(node)
    assert {(640, 360), (1280, 720)} <= {(mode.width, mode.height) for mode in modes}, modes
    assert "YUYV" in {mode.format for mode in modes}
    with reading(Camera(CameraSettings(device=VIVID))) as told:
        reaches(told, Condition.READING)
        assert list_modes(node) == modes


def a_camera_that_is_not_shown_is_let_go_of() -> None:
    with Projector():
        camera = Camera(CameraSettings(device=TITLE))
        before = len(openers(NODE))  # the projector has it open too
        with reading(camera) as told:
            reaches(told, Condition.READING)
            assert len(openers(NODE)) > before
        assert len(openers(NODE)) == before
        Camera.find()
        assert len(openers(NODE)) == before
        with reading(camera) as told:
            reaches(told, Condition.READING)
        assert len(openers(NODE)) == before


def a_camera_that_another_program_shows_says_so_and_comes_back() -> None:
    other = cv2.VideoCapture(int(vivid_node().name.removeprefix("video")), cv2.CAP_V4L2)
    assert other.read()[0]
    with reading(Camera(CameraSettings(device=VIVID))) as told:
        reaches(told, Condition.BUSY)
        other.release()
        reaches(told, Condition.READING)


def a_camera_that_is_pulled_out_says_so_and_comes_back_at_another_number() -> None:
    node = vivid_node()
    with reading(Camera(CameraSettings(device=VIVID))) as told:
        reaches(told, Condition.READING)
        squatter = os.open(node, os.O_RDONLY)  # keeps the number taken after the camera is gone
        plug_vivid(in_=False)
        reaches(told, Condition.UNPLUGGED)
        assert VIVID not in [each.title for each in Camera.find()]
        plug_vivid(in_=True)
        reaches(told, Condition.READING)
        assert vivid_node() != node
        os.close(squatter)
    assert openers(vivid_node()) == []


def two_cameras_at_once_are_both_read() -> None:
    with (
        Projector() as projector,
        reading(Camera(CameraSettings(device=TITLE))) as told,
        reading(Camera(CameraSettings(device=VIVID))) as other,
    ):
        reaches(told, Condition.READING)
        reaches(other, Condition.READING)
        projector.show(label("KIT-3"))
        told.until_texts("KIT-3")


def without_the_right_to_open_it_the_group_is_named() -> None:
    with Projector():
        subprocess.run(["udevadm", "settle"], check=True)
        answer = stranger.ask("camera", device=TITLE)
    assert [TITLE, "no_permission", "sudo usermod -aG video $USER"] in answer["found"], answer
    assert answer["state"] == Condition.NO_PERMISSION


CHECKS: tuple[Callable[[], None], ...] = (
    a_camera_is_found_by_name_and_what_is_shown_to_it_is_read_once,
    formats_and_sizes_are_told_of_a_camera_also_while_it_is_read,
    a_camera_that_is_not_shown_is_let_go_of,
    a_camera_that_another_program_shows_says_so_and_comes_back,
    a_camera_that_is_pulled_out_says_so_and_comes_back_at_another_number,
    two_cameras_at_once_are_both_read,
    without_the_right_to_open_it_the_group_is_named,
)
