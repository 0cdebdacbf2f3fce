"""The cascade: every kind of code, several in one picture, turned ones, hostile arrays, and its budget."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.vision import cascade
from station.vision.cascade import read_symbols
from station.vision.engines import Grey
from station.vision.symbol import LABELS, LIVE, Format, Symbol
from tests.vision.drawn import Kind, code, turned

KINDS = [
    (Kind.QRCodeModel2, "maple-harbor-lantern", "QRCode", "]Q1"),
    (Kind.MicroQRCode, "AB-1234", "MicroQRCode", "]Q1"),
    (Kind.DataMatrix, "70B3D57ED0000011", "DataMatrix", "]d1"),
    (Kind.Aztec, "c1sample0000000000d0", "Aztec", "]z0"),
    (Kind.PDF417, "SN-7788-0001", "PDF417", "]L2"),
    (Kind.Code128, "SN-7788-0001", "Code128", "]C0"),
    (Kind.Code39, "SN-7788", "Code39", "]A0"),
    (Kind.EAN13, "4006381333931", "EAN13", "]E0"),
    (Kind.EAN8, "12345670", "EAN8", "]E4"),
    (Kind.ITF, "1234567890", "ITF", "]I0"),
]


def texts(found: list[Symbol]) -> list[str]:
    return sorted(symbol.text for symbol in found)


@pytest.mark.parametrize(("kind", "text", "name", "aim"), KINDS)
def test_every_kind_is_read_with_its_name_and_aim_identifier(kind: Kind, text: str, name: str, aim: str) -> None:
    (symbol,) = read_symbols(code(text, kind))
    assert (symbol.text, symbol.format, symbol.symbology) == (text, name, aim)
    assert symbol.engine in ("zxing-cpp", "zxing-cpp again")
    assert symbol.milliseconds > 0


def test_the_position_is_where_the_code_is() -> None:
    picture = np.full((400, 600), 255, np.uint8)
    small = code("here", margin=8)
    picture[200 : 200 + small.shape[0], 300 : 300 + small.shape[1]] = small
    (symbol,) = read_symbols(picture)
    assert len(symbol.position) == 4
    for x, y in symbol.position:
        assert 300 <= x <= 300 + small.shape[1]
        assert 200 <= y <= 200 + small.shape[0]


def test_all_codes_of_a_picture_are_read_and_each_place_once() -> None:
    labels = [code(f"device-{number}", margin=30) for number in range(6)]
    sheet = np.vstack([np.hstack(labels[:3]), np.hstack(labels[3:])])
    large = cv2.resize(sheet, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    assert texts(read_symbols(np.asarray(large, np.uint8))) == [f"device-{number}" for number in range(6)]


def test_the_same_text_in_two_places_is_two_symbols() -> None:
    assert len(read_symbols(np.hstack([code("twin", margin=40), code("twin", margin=40)]))) == 2


@pytest.mark.parametrize("degrees", [12, 27, 45, 63, 118, 200, 331])
@pytest.mark.parametrize(("kind", "text"), [(Kind.Code128, "SN-7788-0001"), (Kind.Code39, "DEVICE-42")])
def test_one_dimensional_codes_are_read_at_any_angle(kind: Kind, text: str, degrees: int) -> None:
    (symbol,) = read_symbols(turned(code(text, kind, scale=2), degrees))
    assert symbol.text == text


def test_a_turned_serial_is_read_beside_a_qr_code_that_was_read_first() -> None:
    qr = code("maple-harbor-lantern", scale=6, margin=60)
    serial = turned(code("SN-7788-0001", Kind.Code128, scale=2), 35, ground=255)
    height = max(qr.shape[0], serial.shape[0], 700)
    padded = [np.pad(part, ((0, height - len(part)), (0, 0)), constant_values=255) for part in (qr, serial)]
    assert texts(read_symbols(np.hstack(padded))) == ["SN-7788-0001", "maple-harbor-lantern"]


def test_a_pale_code_in_uneven_light_is_read() -> None:
    picture = code("pale-and-dark", scale=5).astype(np.float32)
    light = np.linspace(0.25, 1.0, picture.shape[1])[np.newaxis, :]
    shaded = np.asarray((150 + picture * 0.2) * light, np.uint8)
    assert texts(read_symbols(shaded)) == ["pale-and-dark"]


def test_small_modules_are_read_enlarged() -> None:
    drawn = code("c1sample0000000000d0", scale=8, margin=80)
    factor = 1.55 / 8
    small = cv2.resize(drawn, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.GaussianBlur(small, (0, 0), 0.5), np.uint8)
    assert texts(read_symbols(soft)) == ["c1sample0000000000d0"]


def test_light_codes_on_dark_ground_are_read() -> None:
    assert texts(read_symbols(255 - code("inverted"))) == ["inverted"]


def test_formats_are_a_setting() -> None:
    picture = np.vstack([np.pad(code("qr"), ((0, 0), (0, 200)), constant_values=255)[:, :300], np.full((9, 300), 255)])
    assert texts(read_symbols(picture.astype(np.uint8), frozenset({Format.DATA_MATRIX}))) == []
    assert read_symbols(code("qr"), frozenset()) == []
    assert Format.MICRO_QR not in LIVE
    assert LIVE < LABELS


def test_so_short_a_micro_qr_code_that_it_may_be_a_corner_needs_two_stages() -> None:
    found = cascade._Findings(0.0, 1.0)
    corner = Symbol(b"25", "MicroQRCode", "]Q1", ((0, 0), (9, 0), (9, 9), (0, 9)), "zxing-cpp", 0.0)
    assert not found.add([corner])
    assert not found.add([corner])  # the same stage again is no second witness
    assert found.add([Symbol(b"25", "MicroQRCode", "]Q1", corner.position, "zxing-cpp contrast", 0.0)])


def test_one_stage_alone_does_not_vouch_for_a_code_with_a_weak_checksum() -> None:
    found = cascade._Findings(0.0, 1.0)
    place = ((0, 0), (90, 0), (90, 20), (0, 20))
    assert not found.add([Symbol(b"4006381333931", "EAN13", "]E0", place, "zbar", 0.0)])
    assert found.add([Symbol(b"4006381333931", "EAN13", "]E0", place, "zxing-cpp contrast", 0.0)])
    assert not found.add([Symbol(b"SN-1", "Code128", "]C0", place, "zbar", 0.0)]), "the place is taken"
    elsewhere = tuple((x, y + 100) for x, y in place)
    assert found.add([Symbol(b"SN-1", "Code128", "]C0", elsewhere, "zbar", 0.0)])


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (1, 500), (500, 1), (2, 3), (39, 41), (41, 41)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_slivers_and_blank_pictures_give_nothing(shape: tuple[int, int], level: int) -> None:
    assert read_symbols(np.full(shape, level, np.uint8)) == []


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 200), st.integers(1, 200), st.sampled_from(["noise", "bars", "grid"]))
def test_patterns_without_a_code_give_nothing_and_never_raise(seed: int, rows: int, columns: int, look: str) -> None:
    random = np.random.default_rng(seed)
    shape = {"noise": (rows, columns), "bars": (1, columns), "grid": (rows, 1)}[look]
    picture = np.broadcast_to(random.integers(0, 2, shape) * 255, (rows, columns)).astype(np.uint8)
    assert all(symbol.format not in {"QRCode", "DataMatrix", "PDF417"} for symbol in read_symbols(picture))


def test_a_view_that_is_not_contiguous_is_read() -> None:
    wide = np.repeat(code("strided"), 2, axis=1)
    assert texts(read_symbols(wide[:, ::2])) == ["strided"]


def large_scene() -> Grey:
    """24 megapixels with one large code, and one whose modules vanish when the picture is made smaller."""
    scene = np.full((4000, 6000), 255, np.uint8)
    big = code("large", scale=20)
    small = code("small", scale=2)
    scene[100 : 100 + big.shape[0], 100 : 100 + big.shape[1]] = big
    scene[3600 : 3600 + small.shape[0], 5600 : 5600 + small.shape[1]] = small
    return scene


def test_a_large_picture_is_read_whole_and_then_in_tiles() -> None:
    found = {symbol.text: symbol for symbol in read_symbols(large_scene())}
    assert set(found) == {"large", "small"}
    assert all(5600 <= x <= 5800 and 3600 <= y <= 3800 for x, y in found["small"].position)
    assert all(100 <= x <= 700 and 100 <= y <= 700 for x, y in found["large"].position)


def test_without_a_budget_only_the_first_stage_runs() -> None:
    assert [symbol.text for symbol in read_symbols(large_scene(), budget=0.0)] == ["large"]
    turned_code = turned(code("SN-7788-0001", Kind.Code128, scale=2), 45)
    assert read_symbols(turned_code, budget=0.0) == []
    assert texts(read_symbols(turned_code)) == ["SN-7788-0001"]
