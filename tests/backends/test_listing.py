"""Kinds of backend are found by folder, and one that cannot be imported leaves the others at work."""

import subprocess
import sys
from pathlib import Path

import pytest

from station.backends.base import Backend
from station.backends.listing import Catalogue, Listing, UnavailableError, listings, load


def test_the_local_backend_is_listed_and_loaded() -> None:
    assert Listing("local") in listings()
    assert not {"base", "http", "listing", "wire", "native"} & {each.kind for each in listings()}
    found = load("local")
    assert issubclass(found, Backend)
    assert found.kind == "local"
    assert all(each.available for each in listings(try_all=True))


def test_listing_imports_no_backend() -> None:
    code = (
        "import sys; from station.backends.listing import listings; assert listings();"
        "assert 'httpx' not in sys.modules and 'station.backends.local' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def test_a_kind_that_is_not_there() -> None:
    for kind in ("none", "base", "http", "../local", ""):
        with pytest.raises(UnavailableError):
            load(kind)


def test_a_broken_kind_is_listed_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kinds_of_a_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "good.py").write_text(
        "from station.backends.base import Backend\nclass Good(Backend):\n    kind = 'good'\n    title = 'Good'\n"
    )
    (folder / "lacking.py").write_text("import a_driver_that_nobody_has\n")
    (folder / "empty.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    catalogue = Catalogue("kinds_of_a_test")
    assert [each.kind for each in catalogue.listings()] == ["empty", "good", "lacking"]
    assert all(each.available for each in catalogue.listings())
    told = {each.kind: each.reason for each in catalogue.listings(try_all=True)}
    assert told["good"] == ""
    assert "a_driver_that_nobody_has" in told["lacking"]
    assert told["empty"]
    assert catalogue.load("good").title == "Good"
    with pytest.raises(UnavailableError, match="a_driver_that_nobody_has"):
        catalogue.load("lacking")
