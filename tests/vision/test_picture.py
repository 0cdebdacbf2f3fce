"""Picture files: every kind, EXIF turns, pages, and an answer to everything that is none."""

import struct
from collections.abc import Iterator
from contextlib import suppress

import cv2
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from station.vision.cascade import read_symbols
from station.vision.engines import Grey
from station.vision.picture import LARGEST_PAGE, PictureError, PictureProblem, pages
from tests.vision.drawn import code, encoded, exif, png_header, with_exif

TEXT = "maple-harbor-lantern"
SUFFIXES = (".png", ".jpg", ".webp", ".bmp", ".tif")


def read(data: bytes) -> list[str]:
    return [symbol.text for page in pages(data) for symbol in read_symbols(page)]


def read_as_far_as_possible(data: bytes) -> tuple[list[str], PictureProblem | None]:
    """The texts of the pages that came, and the problem that came after them."""
    found: list[str] = []
    try:
        for page in pages(data):
            found += [symbol.text for symbol in read_symbols(page)]
    except PictureError as error:
        return found, error.problem
    return found, None


def problem(data: bytes) -> PictureError:
    with pytest.raises(PictureError) as caught:
        list(pages(data))
    return caught.value


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_file_is_read(suffix: str) -> None:
    drawn = code(TEXT)
    (page,) = pages(encoded(drawn, suffix))
    assert page.shape == drawn.shape
    assert page.dtype == np.uint8
    assert read(encoded(drawn, suffix)) == [TEXT]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_colour_files_become_grey(suffix: str) -> None:
    colour = np.dstack([code(TEXT)] * 3).astype(np.uint8)
    assert read(encoded(colour, suffix)) == [TEXT]


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_transparent_ground_is_white(suffix: str) -> None:
    ink = 255 - code(TEXT)
    black_on_nothing = np.dstack([np.zeros_like(ink)] * 3 + [ink]).astype(np.uint8)
    if suffix == ".tif":
        black_on_nothing[ink == 0] = 255  # TIFF's transparency is not asked for
    assert read(encoded(black_on_nothing, suffix)) == [TEXT]


def test_sixteen_bits_become_eight() -> None:
    deep = (code(TEXT).astype(np.uint16) * 257).astype(np.uint16)
    assert read(bytes(cv2.imencode(".png", deep)[1])) == [TEXT]
    clear = np.dstack([deep, deep, deep, np.full_like(deep, 65535)])
    assert read(bytes(cv2.imencode(".png", clear)[1])) == [TEXT]


def lopsided() -> Grey:
    """A picture that is another one after each turn."""
    upright = np.full((60, 100), 255, np.uint8)
    upright[:30, :25] = 0
    return upright


def stored_as(upright: Grey, turn: int) -> Grey:
    """How a camera that was held that way stores the picture."""
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }
    return np.ascontiguousarray(stored[turn])


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_the_exif_turn_is_undone(suffix: str, turn: int) -> None:
    upright = lopsided()
    (page,) = pages(with_exif(encoded(stored_as(upright, turn), suffix), turn))
    assert page.shape == upright.shape
    assert np.abs(page.astype(int) - upright).mean() < 3


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_turn_of_a_tiff_is_undone(turn: int) -> None:
    upright = lopsided()
    data = bytearray(encoded(stored_as(upright, turn), ".tif"))
    (page,) = pages(bytes(_with_turn(data, turn)))
    assert page.shape == upright.shape
    assert (page == upright).all()


def test_the_exif_turn_of_a_webp_is_undone() -> None:
    upright = lopsided()
    webp = encoded(stored_as(upright, 6), ".webp")
    block = exif(6)
    webp += b"EXIF" + struct.pack("<I", len(block)) + block
    (page,) = pages(webp[:4] + struct.pack("<I", len(webp) - 8) + webp[8:])
    assert page.shape == upright.shape
    assert np.abs(page.astype(int) - upright).mean() < 3


def _with_turn(tiff: bytearray, turn: int) -> bytearray:
    """Make an entry of OpenCV's TIFF that nobody needs (X resolution or software) say the turn."""
    (at,) = struct.unpack_from("<I", tiff, 4)
    (count,) = struct.unpack_from("<H", tiff, at)
    entries = [bytes(tiff[at + 2 + 12 * n : at + 14 + 12 * n]) for n in range(count)]
    tags = [struct.unpack_from("<H", entry)[0] for entry in entries]
    new = struct.pack("<HHIHH", 274, 3, 1, turn, 0)
    entries = [entry for entry, tag in zip(entries, tags, strict=True) if tag not in (274, 305, 339)]
    entries = sorted([*entries, new], key=lambda entry: struct.unpack_from("<H", entry)[0])
    start = len(tiff) + len(tiff) % 2
    tiff.extend(bytes(start - len(tiff)))
    tiff.extend(struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4))
    struct.pack_into("<I", tiff, 4, start)
    return tiff


def test_all_pages_of_a_tiff_are_read_in_order() -> None:
    done, data = cv2.imencodemulti(".tif", [code(f"page-{number}") for number in range(5)])
    assert done
    assert read(bytes(data)) == [f"page-{number}" for number in range(5)]


def test_a_page_cut_off_a_tiff_is_told_after_the_ones_before_it() -> None:
    whole = bytes(cv2.imencodemulti(".tif", [code("first"), code("second", scale=9)])[1])
    for kept in (0.5, 0.9):
        found, told = read_as_far_as_possible(whole[: int(len(whole) * kept)])
        assert (found, told) == (["first"], PictureProblem.TRUNCATED)


def test_pdf_pages_come_from_the_reader_that_is_passed_in() -> None:
    def reader(data: bytes) -> Iterator[Grey]:
        assert data.startswith(b"%PDF-")
        yield code("one")
        yield code("two")

    found = [symbol.text for page in pages(b"%PDF-1.7 and more", reader) for symbol in read_symbols(page)]
    assert found == ["one", "two"]
    assert problem(b"%PDF-1.7").problem is PictureProblem.PDF_UNSUPPORTED


@pytest.mark.parametrize("error", [ValueError("broken"), OSError("broken"), RuntimeError("broken")])
def test_a_pdf_reader_that_fails_gives_an_answer(error: Exception) -> None:
    def reader(data: bytes) -> Iterator[Grey]:
        yield code("one")
        raise error

    with pytest.raises(PictureError) as caught:
        list(pages(b"%PDF-1.7", reader))
    assert (caught.value.problem, caught.value.detail) == (PictureProblem.UNREADABLE, "broken")
    with pytest.raises(PictureError):
        list(pages(b"%PDF-1.7", lambda _data: iter(())))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", PictureProblem.EMPTY),
        (b"\0", PictureProblem.NOT_A_PICTURE),
        (b"device_id\nc1sample\n", PictureProblem.NOT_A_PICTURE),
        (b"MZ" + bytes(5000), PictureProblem.NOT_A_PICTURE),
        (b"\0\0\0\x18ftypheic" + bytes(99), PictureProblem.UNSUPPORTED),
        (b"GIF89a" + bytes(99), PictureProblem.UNSUPPORTED),
        (b'<?xml version="1.0"?><svg width="9"/>', PictureProblem.UNSUPPORTED),
        (png_header(100_000, 100_000), PictureProblem.TOO_LARGE),
        (png_header(10_000, 10_000), PictureProblem.TOO_LARGE),
        (png_header(0, 0), PictureProblem.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n", PictureProblem.TRUNCATED),
        (b"\xff\xd8\xff", PictureProblem.TRUNCATED),
        (b"RIFF\xff\xff\0\0WEBPVP8 ", PictureProblem.TRUNCATED),
        (b"BM" + bytes(12), PictureProblem.NOT_A_PICTURE),
        (b"II*\0\x08\0\0\0", PictureProblem.TRUNCATED),
    ],
)
def test_what_is_no_picture_gets_its_own_answer(data: bytes, expected: PictureProblem) -> None:
    assert problem(data).problem is expected


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".tif"])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.7, 0.97])
def test_a_truncated_file_is_called_truncated(suffix: str, kept: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 300)).astype(np.uint8)
    whole = encoded(noise, suffix)
    assert problem(whole[: int(len(whole) * kept)]).problem is PictureProblem.TRUNCATED


def test_codes_in_the_part_of_a_truncated_picture_that_is_there_are_read() -> None:
    drawn = code(TEXT)
    noise = np.random.default_rng(1).integers(0, 255, (900, drawn.shape[1])).astype(np.uint8)
    whole = encoded(np.vstack([drawn, noise]), ".jpg")
    assert read_as_far_as_possible(whole[: len(whole) // 2]) == ([TEXT], PictureProblem.TRUNCATED)


def test_sizes_are_checked_before_anything_is_decoded_in_every_kind() -> None:
    jpeg = bytearray(encoded(np.zeros((8, 8), np.uint8), ".jpg"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 65_000, 65_000)
    bmp = bytearray(encoded(np.zeros((8, 8), np.uint8), ".bmp"))
    bmp[18:26] = struct.pack("<ii", 30_000, -30_000)
    webp = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\xff\0" * 2
    tiff = b"II*\0" + struct.pack("<IH", 8, 2)
    tiff += struct.pack("<HHII", 256, 4, 1, 50_000) + struct.pack("<HHII", 257, 4, 1, 50_000) + bytes(4)
    for data in (bytes(jpeg), bytes(bmp), webp, tiff):
        told = problem(data)
        assert told.problem is PictureProblem.TOO_LARGE
        width, height = (int(side) for side in told.detail.split(" x "))
        assert width * height > LARGEST_PAGE


def test_a_tiff_that_leads_back_to_itself_ends() -> None:
    done, data = cv2.imencodemulti(".tif", [code("round"), code("and round")])
    assert done
    looped = bytearray(data)
    (first,) = struct.unpack_from("<I", looped, 4)
    (count,) = struct.unpack_from("<H", looped, first)
    struct.pack_into("<I", looped, first + 2 + 12 * count, first)
    assert read(bytes(looped)) == ["round"]


STARTS = st.sampled_from(
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"RIFF\x40\0\0\0WEBPVP8X",
        b"BM",
        b"II*\0",
        b"MM\0*",
        b"II+\0\x08\0\0\0",
    ]
)


@given(STARTS, st.binary(max_size=400))
@example(b"II*\0", b"\x08\0\0\0" + b"\xff" * 64)
def test_any_bytes_give_pages_or_an_answer(start: bytes, rest: bytes) -> None:
    check_answer(start + rest)


@given(st.sampled_from(SUFFIXES), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8))
def test_damaged_files_give_pages_or_an_answer(suffix: str, damage: list[tuple[int, int]]) -> None:
    data = bytearray(encoded(code("damaged", scale=1, margin=4), suffix))
    for place, value in damage:
        data[place % len(data)] = value
    check_answer(bytes(data))


def check_answer(data: bytes) -> None:
    """Whatever the bytes: pages of an allowed size, then nothing or a ``PictureError``, and no other error."""
    with suppress(PictureError):
        for page in pages(data):
            assert page.ndim == 2
            assert 0 < page.size <= LARGEST_PAGE
