"""A watched folder with real files: pictures, lists, half-written ones, a crash in between, names that clash."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import segno

from station.scanners.base import Condition
from station.scanners.folder import Folder, FolderDoors, FolderSettings
from tests.scanners.heard import Heard

STILL_S = 0.4


def picture(path: Path, text: str) -> None:
    """A picture of a code, written elsewhere and put there whole."""
    fresh = path.with_name(f".{path.name}")
    segno.make(text, micro=False).save(str(fresh), kind="png", scale=6)
    fresh.rename(path)


@contextmanager
def watching(folder: Path, doors: FolderDoors | None = None, *, leave: bool = False) -> Iterator[Heard]:
    heard = Heard()
    scanner = Folder(FolderSettings(str(folder), leave, STILL_S), "inbox", doors=doors)
    scanner.start(heard.scan, heard.state)
    try:
        heard.until(lambda: bool(heard.states))
        yield heard
    finally:
        assert scanner.stop(5)
        assert heard.condition is Condition.STOPPED


def until(heard: Heard, path: Path) -> None:
    """Until a file is there; what is told wakes nobody when a file is moved."""
    for _ in range(200):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError((path, heard.texts, heard.states))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_pictures_are_read_once_and_put_aside(tmp_path: Path) -> None:
    with watching(tmp_path) as heard:
        picture(tmp_path / "box.png", "KIT-1")
        until(heard, tmp_path / "read" / "box.png")
        picture(tmp_path / "box.png", "KIT-2")
        until(heard, tmp_path / "read" / "box (2).png")
        assert heard.texts == ["KIT-1", "KIT-2"]
        assert {scan.source for scan in heard.scans} == {"picture: box.png"}
    with watching(tmp_path) as heard:
        time.sleep(3 * STILL_S)
        assert heard.texts == []
    assert names(tmp_path) == []


def test_what_lay_there_before_the_start_is_read_and_what_gives_nothing_says_why(tmp_path: Path) -> None:
    picture(tmp_path / "first.png", "KIT-1")
    (tmp_path / "empty.png").write_bytes(b"\x89PNG\r\n\x1a\nnot a picture")
    doors = FolderDoors(explain=lambda report: f"no picture: {report.path.name}")
    with watching(tmp_path, doors) as heard:
        until(heard, tmp_path / "not read" / "empty.png.why.txt")
        until(heard, tmp_path / "read" / "first.png")
    assert (tmp_path / "not read" / "empty.png.why.txt").read_text("utf-8") == "no picture: empty.png\n"
    assert (tmp_path / "not read" / "empty.png").is_file()
    assert heard.texts == ["KIT-1"]


def test_a_file_that_is_still_being_written_is_left_alone(tmp_path: Path) -> None:
    whole = tmp_path / "elsewhere"
    whole.mkdir()
    picture(whole / "slow.png", "KIT-SLOW")
    data = (whole / "slow.png").read_bytes()
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with watching(inbox) as heard, (inbox / "slow.png").open("wb") as stream:
        for begin in range(0, len(data), max(len(data) // 6, 1)):
            stream.write(data[begin : begin + max(len(data) // 6, 1)])
            stream.flush()
            time.sleep(STILL_S / 2)
            assert heard.texts == []
        stream.close()
        until(heard, inbox / "read" / "slow.png")
        assert heard.texts == ["KIT-SLOW"]
    assert not (inbox / "not read" / "slow.png").exists()


def test_names_of_unfinished_files_hidden_ones_links_and_folders_are_passed_over(tmp_path: Path) -> None:
    picture(tmp_path / "label.png.part", "KIT-0")
    picture(tmp_path / "far.png", "KIT-1")
    (tmp_path / "nothing.png").touch()
    inbox = tmp_path / "inbox"
    (inbox / "folder.png").mkdir(parents=True)
    (tmp_path / "label.png.part").rename(inbox / "label.png.part")
    (inbox / "link.png").symlink_to(tmp_path / "far.png")
    with watching(inbox) as heard:
        time.sleep(3 * STILL_S)
        assert heard.texts == []
        (inbox / "label.png.part").rename(inbox / "label.png")
        until(heard, inbox / "read" / "label.png")
    assert heard.texts == ["KIT-0"]


def test_lists_go_to_whoever_reads_lists(tmp_path: Path) -> None:
    taken: list[str] = []

    def read_list(path: Path, _stop: threading.Event) -> str:
        taken.append(path.read_text("utf-8"))
        return "" if "code" in taken[-1] else "no column of codes"

    with watching(tmp_path, FolderDoors(read_list=read_list)) as heard:
        (tmp_path / "good.csv").write_text("code\nKIT-1\n", "utf-8")
        until(heard, tmp_path / "read" / "good.csv")
        (tmp_path / "bad.txt").write_text("what\n", "utf-8")
        until(heard, tmp_path / "not read" / "bad.txt")
    assert taken == ["code\nKIT-1\n", "what\n"]
    assert heard.texts == []


def test_what_could_not_be_kept_is_read_again(tmp_path: Path) -> None:
    answers = [False, False, True]
    doors = FolderDoors(are_kept=lambda: answers.pop(0) if answers else True)
    with watching(tmp_path, doors) as heard:
        picture(tmp_path / "box.png", "KIT-1")
        until(heard, tmp_path / "read" / "box.png")
    assert heard.texts == ["KIT-1"] * 3  # nobody kept the first two
    assert Condition.FAILED in {state.condition for state in heard.states}


def test_files_may_stay_where_they_are(tmp_path: Path) -> None:
    picture(tmp_path / "before.png", "KIT-0")
    with watching(tmp_path, leave=True) as heard:
        heard.until(lambda: heard.condition is Condition.READY)
        time.sleep(0.1)
        picture(tmp_path / "after.png", "KIT-1")
        heard.until_texts("KIT-1")
        time.sleep(3 * STILL_S)
        assert heard.texts == ["KIT-1"]
        time.sleep(0.01)
        picture(tmp_path / "before.png", "KIT-2")  # another file under that name
        heard.until_texts("KIT-1", "KIT-2")
    assert names(tmp_path) == ["after.png", "before.png"]
    assert not (tmp_path / "read").exists()


def test_a_folder_that_comes_later_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "share"
    with watching(folder) as heard:
        heard.until(lambda: heard.condition is Condition.UNPLUGGED)
        folder.mkdir()
        picture(folder / "box.png", "KIT-1")
        heard.until_texts("KIT-1")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_folder_in_which_nothing_can_be_moved_is_not_read(tmp_path: Path) -> None:
    picture(tmp_path / "box.png", "KIT-1")
    tmp_path.chmod(0o500)
    try:
        with watching(tmp_path) as heard:
            heard.until(lambda: heard.condition is Condition.NO_PERMISSION)
            assert heard.texts == []
    finally:
        tmp_path.chmod(0o700)
