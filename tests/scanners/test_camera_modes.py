"""What a camera's driver tells of its formats and sizes, whatever it answers."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from station.scanners.camera_modes import Mode, list_modes, read_modes

FORMATS = 0xC0405602
MJPG, YUYV = (int.from_bytes(name, "little") for name in (b"MJPG", b"YUYV"))
SIZES = {MJPG: ((640, 480), (1920, 1080)), YUYV: ((640, 480),)}


def webcam(request: int, about: bytes) -> bytes:
    """Two formats, the first in two sizes."""
    number, pixels = struct.unpack_from("=II", about)
    if request == FORMATS:
        if number > 1:
            raise OSError(22, "Invalid argument")
        return struct.pack("=3I32s5I", number, 1, 0, b"a name", (MJPG, YUYV)[number], 0, 0, 0, 0)
    if number >= len(SIZES[pixels]):
        raise OSError(22, "Invalid argument")
    return struct.pack("=11I", number, pixels, 1, *SIZES[pixels][number], *[0] * 6)


def stepwise(request: int, about: bytes) -> bytes:
    """Any size from 320 x 240 to 1300 x 740."""
    number, pixels = struct.unpack_from("=II", about)
    if number:
        raise OSError(22, "Invalid argument")
    if request == FORMATS:
        return struct.pack("=3I32s5I", 0, 1, 0, b"", YUYV, 0, 0, 0, 0)
    return struct.pack("=11I", 0, pixels, 3, 320, 1300, 2, 240, 740, 2, 0, 0)


def test_formats_and_sizes_are_told() -> None:
    assert list(read_modes(webcam)) == [Mode(640, 480, "MJPG"), Mode(1920, 1080, "MJPG"), Mode(640, 480, "YUYV")]


def test_of_any_size_the_common_ones_and_the_largest_are_named() -> None:
    assert sorted((mode.width, mode.height) for mode in read_modes(stepwise)) == [
        (640, 480), (800, 600), (1280, 720), (1300, 740),
    ]  # fmt: skip


def test_what_is_no_camera_offers_nothing() -> None:
    assert list_modes("/dev/null") == ()
    assert list_modes("/dev/no-such-camera") == ()
    assert list_modes("COM3") == ()


@given(st.binary(min_size=64, max_size=64))
def test_a_driver_that_answers_anything_comes_to_an_end(noise: bytes) -> None:
    modes = list(read_modes(lambda _request, about: noise[: len(about)]))
    assert len(modes) <= 64 * 64
    assert all(mode.width and mode.height for mode in modes)
