"""PDF files: there whole or not at all, with a number on each page."""

import errno
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QPdfWriter
from pytestqt.qtbot import QtBot

from station.reports import receipt_html
from station.ui.printing import SaveProblem, lay_out, pdf, problem_of, save_bytes, save_pdf
from station.ui.receipt_files import ReceiptFiles, Saved, save_receipt, stem
from station.words import has
from tests.reports.receipts import BATCH, receipt


def test_a_receipt_becomes_a_pdf(qtbot: QtBot, tmp_path: Path) -> None:
    save_pdf(receipt_html(receipt()), tmp_path / "deep" / "receipt.pdf")
    data = (tmp_path / "deep" / "receipt.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["receipt.pdf"]


def test_a_long_receipt_has_several_pages(qtbot: QtBot) -> None:
    made = receipt()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert lay_out(receipt_html(replace(made, lines=made.lines * 60)), QPdfWriter(buffer)) > 5
    assert pdf(receipt_html(replace(made, lines=made.lines * 60))).count(b"/Type /Page\n") > 5


def test_pdf_and_csv_stand_in_the_folder_under_a_name_that_says_what_they_are(qtbot: QtBot, tmp_path: Path) -> None:
    files = ReceiptFiles(tmp_path / "receipts")
    with qtbot.waitSignal(files.saved, timeout=10_000) as told:
        files.save(receipt())
    saved = told.args[0] if told.args else None
    assert saved == Saved(tmp_path / "receipts" / "2026-05-04-Oslo-West-5f0c1a2b.pdf")
    names = sorted(path.name for path in (tmp_path / "receipts").iterdir())
    assert names == ["2026-05-04-Oslo-West-5f0c1a2b.csv", "2026-05-04-Oslo-West-5f0c1a2b.pdf"]
    assert (tmp_path / "receipts" / names[0]).read_bytes().startswith(b"\xef\xbb\xbfrow,")


@pytest.mark.parametrize("title", ["../../etc", 'C:\\x:"<>|?*', "..", "x" * 300, "東京 / 本社", ""])
def test_a_target_makes_a_file_name_that_every_system_takes(title: str) -> None:
    name = stem(replace(receipt(), batch=replace(BATCH, target="", target_title=title)))
    assert name.startswith("2026-05-04-")
    assert not set(name) & set('/\\:*?"<>| .')
    assert len(name) < 80


def test_a_folder_that_cannot_be_is_told(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "file").write_text("in the way")
    saved = save_receipt(receipt(), tmp_path / "file")
    assert saved.path is None
    assert saved.problem is SaveProblem.MISSING


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_disk_that_takes_no_more_leaves_nothing_behind(tmp_path: Path, qtbot: QtBot) -> None:
    import resource

    (tmp_path / "receipt.pdf").write_bytes(b"before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limits[1]))
    try:
        with pytest.raises(OSError) as told:  # noqa: PT011 - the number is looked at below
            save_bytes(b"x" * 10_000, tmp_path / "receipt.pdf")
        saved = save_receipt(receipt(), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert problem_of(told.value) is SaveProblem.FULL
    assert saved.problem is SaveProblem.FULL
    assert (tmp_path / "receipt.pdf").read_bytes() == b"before"
    assert not list(tmp_path.glob(".saving-*"))


@pytest.mark.parametrize(
    ("number", "problem"),
    [(errno.ENOSPC, SaveProblem.FULL), (errno.EACCES, SaveProblem.READ_ONLY), (errno.EROFS, SaveProblem.READ_ONLY),
     (errno.ENOENT, SaveProblem.MISSING), (errno.EIO, SaveProblem.OTHER)],
)
def test_each_problem_has_a_sentence(number: int, problem: SaveProblem) -> None:
    assert problem_of(OSError(number, "")) is problem
    assert has(f"receipt.problem.{problem}")
