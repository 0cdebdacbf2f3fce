"""The sheet of labels: what is printed can be scanned, and says what it should."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from station.command_labels import fits, sections
from station.core.target import Target
from station.labels import Command, read
from station.ui.help_panel import HelpPanel
from station.ui.label_printing import add_labels
from station.ui.label_sheet import Code, Paper, sheet_pdf
from station.ui.pdf_pages import grey_pages
from station.ui.window import Window
from station.vision.engines import read_with_zxing
from station.words import say
from tests.ui.panel_bench import part

TARGETS = (Target("p1", "Oslo-West", "Oslo/West"), Target("p2", "Closed", may_claim=False), Target("a\nb", "Odd"))


def test_every_command_and_every_place_is_on_the_sheet() -> None:
    made = sections(TARGETS, ["Anna", "Per Hansen"])
    said = [(label.command, label.argument) for section in made for card in section.cards
            if card.code is not Code.SEPARATED and (label := read(card.text)).command]
    wanted = {Command.CLAIM, Command.CONFIRM, Command.UNDO, Command.NEXT_BATCH, Command.CLEAR, Command.HELP}
    assert {command for command, argument in said if not argument} == wanted
    assert [(command, argument) for command, argument in said if command in (Command.TARGET, Command.OPERATOR)] == [
        (Command.TARGET, "p1"), (Command.OPERATOR, "Anna"), (Command.OPERATOR, "Per Hansen")
    ]
    assert sum(command is Command.CALIBRATE for command, _ in said) == 2
    assert len(sections((), ())) == 2


@pytest.mark.parametrize("text", ["", " p", "a\x1db", "x" * 201])
def test_what_no_label_can_hold_is_left_out(text: str) -> None:
    assert not fits(text)


@pytest.mark.parametrize("paper", list(Paper))
def test_the_printed_labels_can_be_scanned(qtbot: QtBot, paper: Paper) -> None:
    made = sections(TARGETS, ["Anna"])
    data = sheet_pdf(made, paper)
    cards = [card for section in made for card in section.cards]
    assert data.startswith(b"%PDF-")
    read_back = {symbol.text for page in grey_pages(data) for symbol in read_with_zxing(page)}
    assert {card.text for card in cards if card.code is not Code.SEPARATED} <= read_back
    assert any("\x1d" in text and "CAL" in text and not text.startswith("~") for text in read_back)


def test_the_paper_has_its_size(qtbot: QtBot, tmp_path: Path) -> None:
    sizes = {}
    for paper in Paper:
        path = tmp_path / f"{paper}.pdf"
        path.write_bytes(sheet_pdf(sections((), ()), paper))
        document = QPdfDocument()
        document.load(str(path))
        sizes[paper] = document.pagePointSize(0).toSize()
        document.close()
    assert sizes == {Paper.A4: QSize(595, 842), Paper.LETTER: QSize(612, 792)}


def test_the_help_offers_the_sheet_and_saves_it(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    panel = HelpPanel(window.style_now)
    window.panels.add("help", panel)
    add_labels(window, lambda: sections(TARGETS, ()), tmp_path / "labels.pdf")
    window.panels.open("help")
    part(panel, QPushButton, say("labels.save")).click()
    qtbot.waitUntil(lambda: window.parts.banner.shown is not None
                    and str(tmp_path) in window.parts.banner.shown.text, timeout=10_000)
    assert (tmp_path / "labels.pdf").read_bytes().startswith(b"%PDF-")
    for thread in threading.enumerate():
        if thread.name == "saving":
            thread.join()
