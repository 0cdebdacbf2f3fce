"""A panel's file is written beside the window, and its line says how that went."""

import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from station.ui.panel_parts import SaidLine
from station.ui.saving import Saver


def saved(qtbot: QtBot, path: Path) -> list[tuple[str, str]]:
    """What the line was told until it was no longer muted."""
    saver, line, said = Saver(), SaidLine(), list[tuple[str, str]]()
    qtbot.addWidget(line)
    saver.said.connect(line.tell)
    saver.said.connect(lambda look, text: said.append((look, text)))
    saver.save(b"a,b\n", path, "It is there.")
    assert not line.isHidden()
    qtbot.waitUntil(lambda: said[-1][0] != "muted", timeout=10_000)
    assert (line.property("look"), line.text().replace("\N{ZERO WIDTH SPACE}", "")) == said[-1]
    for thread in threading.enumerate():
        if thread.name == "saving":
            thread.join()
    return said


def test_a_file_that_is_written_is_said_to_be_there(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "new" / "queue.csv"
    assert saved(qtbot, path) == [("muted", "Saving…"), ("good", "It is there.")]
    assert path.read_bytes() == b"a,b\n"


def test_a_file_that_cannot_be_written_is_a_problem_and_not_a_success(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be", "utf-8")
    _, (look, text) = saved(qtbot, tmp_path / "taken" / "queue.csv")
    assert (look, text) == ("bad", "This folder is not there any more. Check the drive, then save again.")
