"""Each engine alone, what the station says of them, and doing without the optional one."""

import builtins
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from station.vision import engines as room
from station.vision.engines import engines, read_with_zbar, read_with_zxing
from station.vision.symbol import LABELS, Format, Symbol
from tests.vision.drawn import Kind, code

needs_zbar = pytest.mark.skipif(not engines()[1].available, reason=f"no zbar here: {engines()[1].reason}")


@pytest.fixture
def without_zbar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[type[Exception]], None]]:
    """Makes the import of pyzbar raise."""
    real = builtins.__import__

    def prepare(error: type[Exception]) -> None:
        def refuse(name: str, *rest: object, **more: object) -> object:
            if name.startswith("pyzbar"):
                raise error("Unable to find zbar shared library")
            return real(name, *rest, **more)  # type: ignore[arg-type]

        room._pyzbar.cache_clear()
        monkeypatch.setattr(builtins, "__import__", refuse)

    yield prepare
    room._pyzbar.cache_clear()


def test_zxing_alone_reads_matrix_and_linear_codes() -> None:
    for kind, text in ((Kind.QRCodeModel2, "alone"), (Kind.DataMatrix, "alone"), (Kind.Code128, "ALONE-1")):
        (symbol,) = read_with_zxing(code(text, kind))
        assert (symbol.text, symbol.engine) == (text, "zxing-cpp")


@needs_zbar
@pytest.mark.parametrize(
    ("kind", "text", "name", "aim"),
    [
        (Kind.QRCodeModel2, "alone", "QRCode", ""),
        (Kind.Code128, "ALONE-1", "Code128", ""),
        (Kind.Code39, "ALONE-1", "Code39", "]A0"),
        (Kind.EAN13, "4006381333931", "EAN13", "]E0"),
        (Kind.EAN8, "12345670", "EAN8", "]E4"),
        (Kind.UPCA, "012345678905", "EAN13", "]E0"),
        (Kind.ITF, "1234567890", "ITF", "]I0"),
    ],
)
def test_zbar_alone_reads_its_kinds_under_the_same_names(kind: Kind, text: str, name: str, aim: str) -> None:
    (symbol,) = read_with_zbar(code(text, kind))
    assert symbol.text.lstrip("0") == text.lstrip("0")
    assert (symbol.format, symbol.symbology, symbol.engine) == (name, aim, "zbar")
    assert len(symbol.position) == 4


@needs_zbar
def test_both_engines_say_the_same_of_a_upc_code() -> None:
    for kind, text in ((Kind.UPCA, "012345678905"), (Kind.UPCE, "01234565")):
        picture = code(text, kind)
        assert [one.text for one in read_with_zbar(picture)] == [one.text for one in read_with_zxing(picture)]


@needs_zbar
def test_zbar_is_not_asked_for_what_it_cannot_read() -> None:
    assert read_with_zbar(code("x", Kind.DataMatrix), frozenset({Format.DATA_MATRIX})) == []


def test_the_listing_names_the_engines_with_their_versions() -> None:
    zxing, zbar = engines()
    assert (zxing.name, zxing.available, zxing.reason) == ("zxing-cpp", True, "")
    assert zxing.version.startswith("3.")
    assert zbar.name == "zbar"
    assert zbar.available == (zbar.reason == "")


@pytest.mark.parametrize("error", [ImportError, OSError, FileNotFoundError])
def test_without_zbar_the_listing_says_why_and_the_rest_works(
    without_zbar: Callable[[type[Exception]], None], error: type[Exception]
) -> None:
    without_zbar(error)
    listing = engines()[1]
    assert not listing.available
    assert "zbar" in listing.reason
    assert read_with_zbar(code("still fine")) == []
    assert [one.text for one in read_with_zxing(code("still fine"))] == ["still fine"]


def test_a_group_separator_and_binary_content_survive() -> None:
    (gs1,) = read_with_zxing(code("[)>\x1e06\x1d1PX-1\x1dS42\x1e\x04", Kind.DataMatrix))
    assert gs1.data == b"[)>\x1e06\x1d1PX-1\x1dS42\x1e\x04"
    (words,) = read_with_zxing(code("Ærø-fjord"))
    assert words.text == "Ærø-fjord"


def test_bytes_that_are_no_utf8_are_shown_as_latin_1() -> None:
    assert Symbol(b"\xff\x00", "QRCode", "", ((0, 0),) * 4, "", 0.0).text == "ÿ\x00"


def test_nothing_is_read_from_nothing() -> None:
    assert read_with_zxing(np.zeros((0, 0), np.uint8)) == []
    assert read_with_zbar(np.zeros((0, 5), np.uint8), LABELS) == []
