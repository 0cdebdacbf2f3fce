"""The shelf of scanners: listed without importing, loaded on first use, failures told and harmless."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.scanners.base import SHELF, Listing, Scanner, ScannerUnavailableError, Shelf, listings
from station.scanners.practice import Practice


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """A shelf with one scanner that works and some that do not."""
    package = tmp_path / "shelf_for_tests"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "base.py").write_text("raise AssertionError('not a scanner')")
    (package / "works.py").write_text("from station.scanners.practice import Practice as SCANNER\n")
    (package / "works_table.py").write_text("raise AssertionError('a part of another one')")
    (package / "no_driver.py").write_text("import a_driver_that_nobody_has\n")
    (package / "broken.py").write_text("raise OSError('libusb is missing')\n")
    (package / "empty.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Shelf("shelf_for_tests", (str(package),))
    for name in [name for name in sys.modules if name.startswith("shelf_for_tests")]:
        del sys.modules[name]


def test_scanners_are_listed_without_being_imported(folder: Shelf) -> None:
    assert folder.listings() == tuple(Listing(name) for name in ("broken", "empty", "no_driver", "works"))
    assert "shelf_for_tests" not in sys.modules


def test_one_that_cannot_be_imported_is_listed_with_its_reason_and_the_rest_work(folder: Shelf) -> None:
    for name, reason in (
        ("no_driver", "ModuleNotFoundError: No module named 'a_driver_that_nobody_has'"),
        ("broken", "OSError: libusb is missing"),
        ("empty", "AttributeError"),
    ):
        with pytest.raises(ScannerUnavailableError, match=name):
            folder.load(name)
        listing = next(listing for listing in folder.listings() if listing.name == name)
        assert listing.reason.startswith(reason)
        assert not listing.available
    assert folder.load("works") is Practice
    assert Listing("works") in folder.listings()


@pytest.mark.parametrize("name", ["nobody", "base", "works_table", "../works", ""])
def test_what_is_not_on_the_shelf_is_not_loaded(folder: Shelf, name: str) -> None:
    with pytest.raises(ScannerUnavailableError):
        folder.load(name)


def test_the_stations_own_shelf_has_the_shipped_scanners() -> None:
    names = [listing.name for listing in listings()]
    assert {"pictures", "practice"} <= set(names)
    assert not {"base", "pictures_folders"} & set(names)
    for name in ("pictures", "practice"):
        scanner = SHELF.load(name)
        assert issubclass(scanner, Scanner)
        assert scanner.name == name


def test_listing_the_scanners_imports_neither_opencv_nor_a_decoder() -> None:
    program = "from station.scanners.base import listings; listings(); import sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"cv2", "zxingcpp", "numpy", "station.scanners.pictures"} & set(loaded)
