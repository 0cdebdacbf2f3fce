"""Families are listed without importing them; one that cannot be used is named with its reason."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from station.labels import Refusal, read
from station.labels.catalogue import Catalogue

WORKING = '''
from station.labels.base import names
from station.core.identifier import Identifier, Kind
ORDER = {order}
def read(text, symbology):
    return names("{name}", text, [Identifier.of(Kind.CODE, code=text)]) if text.startswith("{start}") else None
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "spare_families"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("spare_families")]:
        monkeypatch.delitem(sys.modules, name)
    return package


def add(folder: Path, name: str, order: int, start: str) -> None:
    (folder / f"{name}.py").write_text(WORKING.format(name=name, order=order, start=start), encoding="utf-8")


def test_the_most_specific_family_is_asked_first(folder: Path) -> None:
    add(folder, "broad", 500, "A")
    add(folder, "narrow", 20, "AB")
    catalogue = Catalogue("spare_families")

    answers = [catalogue.read(text, "") for text in ("ABC", "AX", "X")]

    assert [answer.family if answer else None for answer in answers] == ["narrow", "broad", None]


def test_families_can_be_imported_before_the_first_label(folder: Path) -> None:
    add(folder, "early", 1, "A")
    catalogue = Catalogue("spare_families")
    assert "spare_families.early" not in sys.modules

    catalogue.load()

    assert "spare_families.early" in sys.modules
    assert catalogue.read("AB", "") is not None


def test_a_family_that_cannot_be_imported_is_named_and_the_rest_work(folder: Path) -> None:
    add(folder, "good", 1, "A")
    (folder / "missing.py").write_text("import a_driver_that_is_not_there", encoding="utf-8")
    (folder / "no_order.py").write_text("def read(text, symbology): return None", encoding="utf-8")
    catalogue = Catalogue("spare_families")

    assert [listing.name for listing in catalogue.listing()] == ["good", "missing", "no_order"]
    answer = catalogue.read("A", "")
    assert answer is not None
    assert answer.family == "good"
    reasons = {listing.name: listing.reason for listing in catalogue.listing()}
    assert reasons["good"] == ""
    assert "a_driver_that_is_not_there" in reasons["missing"]
    assert "ORDER" in reasons["no_order"]


def test_a_family_that_breaks_off_is_passed_over_and_logs_no_text(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "broken.py").write_text("ORDER = 1\ndef read(text, symbology): raise ValueError(text)", encoding="utf-8")
    add(folder, "good", 2, "A")
    catalogue = Catalogue("spare_families")

    with caplog.at_level(logging.ERROR):
        answer = catalogue.read("A-secret", "")

    assert answer is not None
    assert answer.family == "good"
    assert "broken" in caplog.text
    assert "A-secret" not in caplog.text


def test_nothing_is_taken_for_a_code_after_a_family_broke_off(folder: Path) -> None:
    (folder / "broken.py").write_text("ORDER = 1\ndef read(text, symbology): raise KeyError", encoding="utf-8")
    add(folder, "anything", 1000, "")
    catalogue = Catalogue("spare_families")

    answer = catalogue.read("SN0001;4711", "")

    assert answer is not None
    assert answer.refusal is Refusal.UNKNOWN_TEXT
    assert answer.shown == "***"
    assert answer.has_secret


def test_nothing_is_imported_before_the_first_label() -> None:
    script = (
        "import sys, station.labels as labels\n"
        "labels.families()\n"
        "assert not [name for name in sys.modules if name.startswith('station.labels.grammars.')]\n"
        "assert 'openpyxl' not in sys.modules\n"
        "labels.read('x')\n"
        "assert 'station.labels.grammars.eui' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False,
                          cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr


def test_a_read_after_a_read_asks_the_same_families() -> None:
    assert read("work-building-flower") == read("work-building-flower")
