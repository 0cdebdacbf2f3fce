"""About, before a made-up desk and before a real one: what it is, the licences, and a newer version between batches."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from station import __version__, about
from station.core.news import Counts, Plan
from station.core.scan import Scan
from station.desk import intake
from station.folders import find_folders
from station.settings import UpdateSettings
from station.telling import Telling
from station.ui.about_doors import AboutDoors, Fact, Part, Step, Update
from station.ui.about_panel import add_about
from station.ui.about_update import is_web_page, sentence
from station.ui.banner import Kind
from station.ui.help_panel import HelpPanel
from station.ui.panel_list import RowList
from station.updates.installer import platform_here
from tests.ui.panel_bench import PanelBench, panel, part, real_desk, texts
from tests.updates.bench import body, public, shelf, sign

PARTS = (Part("httpx", "0.28", "BSD-3-Clause"), Part("Qt", "6.11", "LGPL-3.0-only", "licences/qt.txt", "Replace it."))
OFFER = Update(Step.OFFERED, "0.2.0", datetime(2026, 11, 21, tzinfo=UTC), "https://example.com/notes", size=54_000_000)
IDLE = Plan((), Counts())


class Doors:
    """Remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def look(self) -> None:
        self.asked.append("look")

    def fetch(self) -> None:
        self.asked.append("fetch")

    def open(self) -> None:
        self.asked.append("open")


class Bench(PanelBench):
    """The made-up desk's window with About."""

    def __init__(self, qtbot: QtBot, tmp_path: Path, *, updates: bool = True, bill: bytes | None = b"{}") -> None:
        super().__init__(qtbot)
        self.doors, self.folder = Doors(), tmp_path / "exports"
        facts = [Fact("version", "0.1.0"), Fact("data", "~/data")]
        self.take = add_about(self.window, AboutDoors(
            lambda: facts, lambda: PARTS, lambda part: f"text of {part.name}", lambda: bill, self.folder,
            self.doors if updates else None,
        ))

    def hear(self, update: Update) -> None:
        self.take(update)
        self.qtbot.wait(10)

    @property
    def shown(self) -> QWidget:
        return panel(self.window.panels, "about")

    def press(self, words: str) -> None:
        QTest.mouseClick(part(self.shown, QPushButton, words), Qt.MouseButton.LeftButton)

    def line(self) -> str:
        shown = self.window.parts.banner.shown
        return shown.text if shown is not None and shown.kind is Kind.UPDATE else ""


def test_it_tells_what_it_is_and_copies_it_for_support(qtbot: QtBot, tmp_path: Path) -> None:
    bench = Bench(qtbot, tmp_path, updates=False)
    shown = bench.open("about")
    qtbot.waitUntil(lambda: "~/data" in texts(shown))
    assert f"Claiming station {__version__}" in texts(shown)
    assert "Nobody is asked about newer versions" in texts(shown)
    bench.press("Copy for support")
    assert QGuiApplication.clipboard().text() == "Version: 0.1.0\nData: ~/data"


def test_the_list_of_parts_is_saved_where_there_is_one(qtbot: QtBot, tmp_path: Path) -> None:
    bench = Bench(qtbot, tmp_path)
    shown = bench.open("about")
    bench.press("Save the list of parts")
    qtbot.waitUntil(lambda: "Saved:" in texts(shown))
    assert (bench.folder / "sbom.cdx.json").read_bytes() == b"{}"
    (bench.folder / "sbom.cdx.json").unlink()
    bench.folder.rmdir()
    bench.folder.write_bytes(b"")
    bench.press("Save the list of parts")
    qtbot.waitUntil(lambda: "Saved:" not in texts(shown))
    assert bench.folder.read_bytes() == b""


def test_a_station_that_was_not_installed_says_that_it_has_no_list(qtbot: QtBot, tmp_path: Path) -> None:
    bench = Bench(qtbot, tmp_path, bill=None)
    shown = bench.open("about")
    bench.press("Save the list of parts")
    qtbot.waitUntil(lambda: "installed from a package" in texts(shown))


def test_licences_are_searched_and_read(qtbot: QtBot, tmp_path: Path) -> None:
    bench = Bench(qtbot, tmp_path)
    shown = bench.open("about")
    bench.press("Licences of all parts")
    (pages,) = shown.findChildren(QStackedWidget)
    assert pages.currentIndex() == 1
    (rows,), (text,) = shown.findChildren(RowList), shown.findChildren(QPlainTextEdit)
    qtbot.waitUntil(lambda: rows.rows.rowCount() == 2)
    (field,) = [each for each in shown.findChildren(QLineEdit) if each.isVisible()]
    field.setText("lgpl")
    qtbot.waitUntil(lambda: text.toPlainText() == "text of Qt")
    assert [row.title for row in rows.rows.rows] == ["Qt 6.11"]
    assert "Replace it." in texts(shown)
    field.setText("nothing like it")
    assert "No part fits" in texts(shown)
    bench.press("Back")
    assert pages.currentIndex() == 0


def test_it_is_found_in_the_help_and_by_its_key(qtbot: QtBot, tmp_path: Path) -> None:
    bench = Bench(qtbot, tmp_path)
    help_panel = bench.open("help")
    assert isinstance(help_panel, HelpPanel)
    QTest.mouseClick(part(help_panel, QPushButton, "About"), Qt.MouseButton.LeftButton)
    assert bench.window.panels.open_name == "about"
    bench.window.panels.close_open()
    QTest.keyClick(bench.window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert bench.window.panels.open_name == "about"


def test_a_newer_version_is_offered_between_two_batches_only(qtbot: QtBot, tmp_path: Path) -> None:
    bench = Bench(qtbot, tmp_path)  # with open rows
    shown = bench.open("about")
    bench.hear(OFFER)
    assert bench.line() == ""
    assert "It waits until this batch is done." in texts(shown)
    get = part(shown, QPushButton, "Get and install")
    assert not get.isEnabled()
    bench.tell(IDLE)
    assert "0.2.0" in bench.line()
    assert get.isEnabled()
    bench.tell(Plan((), Counts(queued=1)))
    assert (bench.line(), get.isEnabled()) == ("", False)
    bench.tell(IDLE)
    assert "0.2.0" in bench.line()  # nobody had closed it
    bench.window.parts.banner.take_back(Kind.UPDATE)
    for counts in (Counts(unknown=1), Counts(sending=1), Counts(checking=1), Counts()):
        bench.tell(Plan((), counts))
    assert bench.line() == ""  # it was closed, and is not told again
    bench.press("Get and install")
    assert bench.doors.asked == ["fetch"]
    bench.hear(Update(Step.FETCHING, "0.2.0", done=10_000_000, size=54_000_000))
    assert "10 of 54 MB" in texts(shown)
    bench.hear(Update(Step.FETCHED, "0.2.0", size=54_000_000))
    assert bench.doors.asked == ["fetch", "open"]
    bench.hear(Update(Step.OPENED, "0.2.0"))
    assert "Close the station when it asks" in texts(shown)


def test_what_was_fetched_while_scans_came_is_opened_after_them(qtbot: QtBot, tmp_path: Path) -> None:
    bench = Bench(qtbot, tmp_path)
    shown = bench.open("about")
    bench.tell(IDLE)
    bench.hear(OFFER)
    bench.press("Get and install")
    bench.tell(Plan((), Counts(sending=1)))
    bench.hear(Update(Step.FETCHED, "0.2.0"))
    assert bench.doors.asked == ["fetch"]
    assert "It waits until this batch is done." in texts(shown)
    bench.tell(IDLE)
    assert bench.doors.asked == ["fetch"]  # only as somebody presses
    bench.press("Open the installer")
    assert bench.doors.asked == ["fetch", "open"]


@pytest.mark.parametrize("code", ["expired", "wrong_sum", "unreachable", "something_new"])
def test_what_went_wrong_is_said_in_words(qtbot: QtBot, tmp_path: Path, code: str) -> None:
    bench = Bench(qtbot, tmp_path)
    shown = bench.open("about")
    bench.hear(Update(problem=code, detail="2026-01-01"))
    assert ("That did not work" in texts(shown)) == (code == "something_new")
    assert bench.line() == ""
    bench.press("Look now")
    assert bench.doors.asked == ["look"]


def test_sentences_and_pages() -> None:
    assert "not" not in sentence(Update(looked_at=datetime(2026, 11, 21, tzinfo=UTC)), False).split()
    assert is_web_page("https://a.example/x")
    assert not any(map(is_web_page, ("http://a.example", "file:///etc/passwd", "https://[", "")))


def test_the_real_station_tells_its_parts_and_a_newer_version(qtbot: QtBot) -> None:
    """The whole way: a signed index on a web server, the watch's thread, the line over the table."""
    with shelf() as web:
        told = body(issued=datetime.now(UTC).isoformat(), expires="2999-01-01T00:00:00+00:00")
        platform = platform_here()
        told["releases"][0]["installers"] = {platform: next(iter(told["releases"][0]["installers"].values()))}
        web.put("/i.json", sign(told))
        with real_desk(qtbot) as (station, window):
            object.__setattr__(station.settings, "updates", UpdateSettings(f"{web.url}/i.json", public()))
            telling = Telling(window, station)
            try:
                telling._watch.look()  # type: ignore[union-attr]
                qtbot.waitUntil(lambda: window.parts.banner.shown is not None, timeout=20_000)
                shown = window.parts.banner.shown
                assert shown is not None
                assert "0.2.0" in shown.text
                station.desk.do(intake.keep, Scan(b"maple-harbor-lantern", "typed", datetime.now(UTC)))
                qtbot.waitUntil(lambda: window.parts.banner.shown is None, timeout=20_000)
                window.panels.open("about")
                page = panel(window.panels, "about")
                qtbot.waitUntil(lambda: "zxing-cpp" in texts(page), timeout=20_000)
                station.tell_taken(["STATION_SECRET_OSLO_TOKEN"])
                qtbot.waitUntil(lambda: window.parts.banner.shown is not None, timeout=20_000)
                assert "STATION_SECRET_OSLO_TOKEN" in window.parts.banner.shown.text  # type: ignore[union-attr]
            finally:
                telling.stop()


def test_nothing_of_the_updates_is_imported_without_an_index() -> None:
    script = "import sys, station.telling; print([name for name in sys.modules if 'station.updates' in name])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_an_installed_station_reads_what_was_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "resources" / "licences"
    (shipped / "licences").mkdir(parents=True)
    (shipped / "licences" / "qt.txt").write_text("the text")
    row = {"name": "Qt", "version": "6.11", "licence": "LGPL-3.0-only", "text_file": "licences/qt.txt", "replace": "so"}
    (shipped / "licences.json").write_text(json.dumps([row]))
    (shipped / "build.json").write_text('{"commit": "abc", "date": "2026-11-21"}')
    (shipped / "sbom.cdx.json").write_text("{}")
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    about.parts.cache_clear()
    try:
        (only,) = about.parts()
        assert (only, about.text_of(only)) == (Part("Qt", "6.11", "LGPL-3.0-only", "licences/qt.txt", "so"), "the text")
        assert (about.build(), about.bill()) == ("abc · 2026-11-21", b"{}")
        about.parts.cache_clear()
        (shipped / "licences.json").write_text(json.dumps([{**row, "text_file": "../../secret"}]))
        assert len(about.parts()) > 20  # a list that was tampered with is not followed
    finally:
        about.parts.cache_clear()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has folders of its own")
def test_facts_name_no_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {fact.name: fact.value for fact in about.facts(find_folders())}
    assert {"version", "python", "qt", "engines", "data", "settings"} <= told.keys()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("STATION_HOME")
    monkeypatch.delenv("STATION_STATE")
    told = {fact.name: fact.value for fact in about.facts(find_folders())}
    assert str(tmp_path) not in " ".join(told.values())
