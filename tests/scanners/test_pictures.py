"""Picture files and folders become scans and reports, on the caller's thread or in the background."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, current_thread

import cv2
import numpy as np
import pytest

from station.core.scan import Scan
from station.scanners.base import Condition, State
from station.scanners.pictures import Pictures, PictureSettings, PictureSummary, read_files, read_picture
from station.scanners.pictures_folders import PictureReport
from station.vision.engines import Grey
from station.vision.picture import PictureError, PictureProblem
from station.vision.symbol import Format
from tests.vision.drawn import code, encoded, png_header

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SHIPPED = Path(__file__).parents[2] / "resources" / "labels"


class Desk:
    """Takes scans and reports down, in their order."""

    def __init__(self) -> None:
        self.scans: list[Scan] = []
        self.reports: list[PictureReport] = []
        self.stop = Event()

    @property
    def texts(self) -> list[str]:
        return [scan.text for scan in self.scans]

    def read(self, *paths: Path) -> PictureSummary:
        return read_files(paths, self.scans.append, self.reports.append, self.stop, lambda: NOON)

    def problems(self) -> dict[str, PictureProblem]:
        return {report.path.name: report.problem for report in self.reports}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def put(path: Path, *texts: str) -> Path:
    """A picture file with a code for each text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [code(text, margin=40) for text in texts]
    width = max(row.shape[1] for row in rows)
    padded = [np.pad(row, ((0, 0), (0, width - row.shape[1])), constant_values=255) for row in rows]
    path.write_bytes(encoded(np.vstack(padded), path.suffix))
    return path


def test_each_code_becomes_a_scan_with_symbology_source_and_time(desk: Desk, tmp_path: Path) -> None:
    summary = desk.read(put(tmp_path / "box.png", "maple-harbor-lantern"))
    assert desk.scans == [Scan(b"maple-harbor-lantern", "picture: box.png", NOON, "]Q1")]
    assert summary == PictureSummary(pictures=1, codes=1, problems=0)


def test_all_codes_of_a_picture_and_all_pages_are_read(desk: Desk, tmp_path: Path) -> None:
    put(tmp_path / "two.png", "one", "two")
    (tmp_path / "pages.tif").write_bytes(bytes(cv2.imencodemulti(".tif", [code("p1"), code("p2")])[1]))
    assert desk.read(tmp_path).codes == 4
    assert desk.texts[:2] == ["p1", "p2"]
    assert sorted(desk.texts[2:]) == ["one", "two"]


def test_folders_are_read_in_natural_order_without_hidden_and_other_files(desk: Desk, tmp_path: Path) -> None:
    for name in ("label 10.png", "label 2.png", "Label 1.png", ".hidden.png", "inner/deep.png", ".git/no.png"):
        put(tmp_path / name, Path(name).stem)
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "order.csv").write_text("device_id\n1\n")
    assert desk.read(tmp_path).problems == 0
    assert desk.texts == ["deep", "Label 1", "label 2", "label 10"]


def test_a_picture_without_a_suffix_is_found_by_its_first_bytes(desk: Desk, tmp_path: Path) -> None:
    put(tmp_path / "x.png", "nameless").rename(tmp_path / "IMG_0001")
    desk.read(tmp_path)
    assert desk.texts == ["nameless"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own on Windows")
def test_links_that_lead_back_are_entered_once(desk: Desk, tmp_path: Path) -> None:
    put(tmp_path / "a" / "one.png", "one")
    (tmp_path / "a" / "back").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    (tmp_path / "nowhere.png").symlink_to(tmp_path / "gone.png")
    (tmp_path / "ring.png").symlink_to(tmp_path / "ring.png")
    desk.read(tmp_path)
    assert desk.texts == ["one"]
    assert desk.problems() == {"nowhere.png": PictureProblem.MISSING, "ring.png": PictureProblem.UNREADABLE}


def test_every_bad_file_is_answered_and_the_rest_is_read(desk: Desk, tmp_path: Path) -> None:
    whole = encoded(np.random.default_rng(3).integers(0, 255, (99, 99)).astype(np.uint8), ".png")
    bad = {
        "1 blank.png": (encoded(np.full((80, 80), 255, np.uint8), ".png"), PictureProblem.NO_CODE),
        "2 empty.jpg": (b"", PictureProblem.EMPTY),
        "3 text.png": (b"not a picture at all", PictureProblem.NOT_A_PICTURE),
        "4 bomb.png": (png_header(60_000, 60_000), PictureProblem.TOO_LARGE),
        "5 cut.png": (whole[: len(whole) // 2], PictureProblem.TRUNCATED),
        "6 scan.pdf": (b"%PDF-1.7 and more", PictureProblem.PDF_UNSUPPORTED),
        "7 phone.heic": (b"\0\0\0\x18ftypheic" + bytes(50), PictureProblem.UNSUPPORTED),
    }
    for name, (data, _) in bad.items():
        (tmp_path / name).write_bytes(data)
    put(tmp_path / "8 good.png", "good")
    summary = desk.read(tmp_path)
    assert desk.problems() == {name: problem for name, (_, problem) in bad.items()}
    assert desk.texts == ["good"]
    assert summary == PictureSummary(pictures=8, codes=1, problems=7)
    assert next(report.detail for report in desk.reports if report.path.name == "4 bomb.png") == "60000 x 60000"


def test_a_file_that_was_named_is_always_answered_for(desk: Desk, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a picture")
    desk.read(text, tmp_path / "gone.png", Path("a\0b.png"))
    assert desk.problems() == {
        "notes.txt": PictureProblem.NOT_A_PICTURE,
        "gone.png": PictureProblem.MISSING,
        "a\0b.png": PictureProblem.MISSING,
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(desk: Desk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    desk.read(tmp_path / "pipe.png")
    desk.read(tmp_path)
    assert desk.problems() == {"pipe.png": PictureProblem.NOT_A_PICTURE}
    assert len(desk.reports) == 1, "in a folder a pipe is passed over"


def test_what_may_not_be_opened_is_told(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = put(tmp_path / "locked.png", "secret")
    shut = put(tmp_path / "shut" / "in.png", "secret").parent
    real_open, real_list = Path.open, Path.iterdir

    def open_file(path: Path, mode: str = "r") -> object:
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return real_open(path, mode)

    def list_folder(path: Path) -> Iterator[Path]:
        if path == shut:
            raise PermissionError(13, "Permission denied")
        return real_list(path)

    # Root may open everything, so the system's answer is given here in its place.
    monkeypatch.setattr(Path, "open", open_file)
    monkeypatch.setattr(Path, "iterdir", list_folder)
    desk.read(tmp_path)
    assert desk.texts == []
    assert desk.problems() == {"locked.png": PictureProblem.NO_ACCESS, "shut": PictureProblem.NO_ACCESS}


def test_codes_before_the_damage_are_kept_and_counted(desk: Desk, tmp_path: Path) -> None:
    whole = bytes(cv2.imencodemulti(".tif", [code("first"), code("second", scale=9)])[1])
    (tmp_path / "cut.tif").write_bytes(whole[: len(whole) // 2])
    desk.read(tmp_path / "cut.tif")
    assert desk.texts == ["first"]
    (report,) = desk.reports
    assert (report.problem, report.count) == (PictureProblem.TRUNCATED, 1)


def test_a_run_can_be_stopped(desk: Desk, tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path / f"{number}.png", f"code-{number}")

    def stop_at_the_second(scan: Scan) -> None:
        desk.scans.append(scan)
        if len(desk.scans) == 2:
            desk.stop.set()

    summary = read_files([tmp_path], stop_at_the_second, desk.reports.append, desk.stop, lambda: NOON)
    assert desk.texts == ["code-0", "code-1"]
    assert (summary.stopped, summary.codes) == (True, 2)


def test_pdf_pages_come_through_the_reader(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "order.pdf").write_bytes(b"%PDF-1.4")

    def reader(data: bytes) -> Iterator[Grey]:
        yield code("page-1")
        yield code("page-2")

    read_files([tmp_path], desk.scans.append, desk.reports.append, desk.stop, lambda: NOON, reader)
    assert desk.texts == ["page-1", "page-2"]


def test_a_decoder_that_fails_in_its_own_way_gets_an_answer(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "order.pdf").write_bytes(b"%PDF-1.4")

    def reader(data: bytes) -> Iterator[Grey]:
        if data:
            raise ZeroDivisionError("odd page")
        yield code("never")

    read_files([tmp_path], desk.scans.append, desk.reports.append, desk.stop, lambda: NOON, reader)
    (report,) = desk.reports
    assert (report.problem, report.detail) == (PictureProblem.UNREADABLE, "ZeroDivisionError: odd page")


def test_one_picture_gives_symbols_for_the_command_line(tmp_path: Path) -> None:
    (symbol,) = read_picture(SHIPPED / "serial_turned.jpg")
    assert (symbol.text, symbol.format, len(symbol.position)) == ("SN-7788-0001", "Code128", 4)
    with pytest.raises(PictureError):
        list(read_picture(put(tmp_path / "box.png", "x").with_suffix(".heic").parent))


def test_the_plug_in_reads_in_the_background_in_order(desk: Desk, tmp_path: Path) -> None:
    put(tmp_path / "b" / "2.png", "second")
    put(tmp_path / "a.png", "first")
    (tmp_path / "empty.png").write_bytes(b"")
    states: list[State] = []
    threads: set[str] = set()

    def on_scan(scan: Scan) -> None:
        threads.add(current_thread().name)
        desk.scans.append(scan)

    pictures = Pictures(on_problem=desk.reports.append, now=lambda: NOON)
    pictures.read([tmp_path / "a.png", tmp_path / "empty.png"])
    pictures.start(on_scan, states.append)
    pictures.start(on_scan, states.append)
    pictures.read([tmp_path / "b"])
    assert pictures.finish(10)
    assert desk.texts == ["first", "second"]
    assert desk.problems() == {"empty.png": PictureProblem.EMPTY}
    assert threads == {"pictures"}
    conditions = [state.condition for state in states]
    assert conditions[0] is Condition.READY
    assert Condition.READING in conditions
    assert conditions[-1] is Condition.STOPPED


def test_the_plug_in_stops_at_once_and_can_start_again(desk: Desk, tmp_path: Path) -> None:
    pictures = Pictures(PictureSettings(formats=(Format.QR,)), now=lambda: NOON)
    assert pictures.stop()
    pictures.start(desk.scans.append, lambda _state: None)
    assert pictures.stop(5)
    assert pictures.stop(5)
    pictures.start(desk.scans.append, lambda _state: None)
    pictures.read([put(tmp_path / "again.png", "again")])
    assert pictures.finish(10)
    assert desk.texts == ["again"]


def test_a_listener_that_raises_does_not_end_the_plug_in(desk: Desk, tmp_path: Path) -> None:
    states: list[State] = []

    def on_problem(report: PictureReport) -> None:
        raise RuntimeError("the desk is gone")

    pictures = Pictures(on_problem=on_problem, now=lambda: NOON)
    pictures.start(desk.scans.append, states.append)
    pictures.read([tmp_path / "gone.png"])
    pictures.read([put(tmp_path / "fine.png", "fine")])
    assert pictures.finish(10)
    assert desk.texts == ["fine"]
    assert State(Condition.FAILED, "RuntimeError: the desk is gone") in states
