"""The camera's panel in a real window: every code framed as its row stands, held still, let go when nobody sees it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from station.cameras.addresses import Addresses
from station.cameras.desk_camera import DeskCamera
from station.cameras.memory import remember, remembered
from station.core.finding import ClaimStatus
from station.core.item import Check
from station.core.news import Heard, ItemsChanged, ItemsGone, ScanHeard
from station.core.scan import Scan
from station.credentials import Credentials, KeyringMissingError
from station.desk import intake
from station.secret_file import SecretFile
from station.ui.camera_doors import CameraState, Choice, Choices, Pick, Seen, pick_address
from station.ui.camera_panel import CameraPanel, add_camera
from station.ui.camera_place import Look, moved, place, zoomed
from station.ui.camera_trouble import trouble_of
from station.ui.window import Window
from station.words import Tone
from tests.scanners.clips import clip, laid, lit, moving, table, tray
from tests.ui.panel_bench import real_desk, texts
from tests.ui.rows import NOW, row
from tests.ui.source import Source
from tests.vision.drawn import code

WAIT_MS = 20_000


@dataclass
class Bench:
    """The panel in a window; a scan becomes the next row, checking, unless ``told`` has an answer for its text."""

    qtbot: QtBot
    source: Source
    window: Window
    memory: Path
    scans: list[Scan] = field(default_factory=list)
    told: dict[str, ScanHeard] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.camera = DeskCamera(self.keep, lambda: NOW, self.memory)
        self.panel = add_camera(self.window, self.camera)

    def keep(self, scan: Scan) -> "Future[ScanHeard]":
        self.scans.append(scan)
        item = row(len(self.scans), scan.text, claim_status=ClaimStatus.UNCHECKED, check=Check.CHECKING)
        kept: Future[ScanHeard] = Future()
        kept.set_result(self.told.get(scan.text, ScanHeard(Heard.KEPT, item, scan.text, scan.source)))
        return kept

    def play(self, path: Path) -> None:
        """Open the panel and pick a video file."""
        self.window.panels.open("camera")
        self.panel.picker.picked.emit(self._choose(path))

    def _choose(self, path: Path) -> Choice:
        choice = Choice(Pick(file=str(path)), path.name)
        self.panel.picker.choose(choice)
        return choice

    def until(self, *words: str) -> None:
        self.wait(lambda: all(word in self.words for word in words))

    def wait(self, happened: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(happened, timeout=WAIT_MS)

    @property
    def words(self) -> str:
        """All that the panel says, and what is written on the codes."""
        return words_of(self.panel)

    @property
    def seen(self) -> Seen:
        seen = self.panel.view.seen
        assert seen is not None
        return seen


def words_of(panel: CameraPanel) -> str:
    return "\n".join([texts(panel), *(tag.words for tag in panel.view.tags)])


@pytest.fixture
def bench(qtbot: QtBot, source: Source, window: Window, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(qtbot, source, window, tmp_path / "camera.json")
    yield made
    made.camera.stop()


def test_a_kit_before_the_camera_is_ready_to_claim_and_one_row(qtbot: QtBot, tmp_path: Path) -> None:
    with real_desk(qtbot) as (station, window):
        camera = DeskCamera(
            lambda scan: station.desk.do(intake.keep, scan), station.clock.now, tmp_path / "camera.json"
        )
        panel = add_camera(window, camera)
        window.panels.open("camera")
        choice = Choice(Pick(file=str(clip(tmp_path / "kit.avi", moving("maple-harbor-lantern", 30)))), "Kit camera")
        panel.picker.choose(choice)
        panel.picker.picked.emit(choice)
        qtbot.waitUntil(lambda: "READY TO CLAIM" in words_of(panel), timeout=WAIT_MS)
        assert "1 code: 1 ready" in words_of(panel)
        qtbot.waitUntil(lambda: window.items.rowCount() == 1)
        item = window.items.item_at(0)
        assert item is not None
        assert item.source == "Kit camera"
        camera.stop()


def test_without_a_camera_the_panel_says_what_to_do(bench: Bench) -> None:
    bench.window.panels.open("camera")
    bench.until("No camera was found", "network camera")
    assert not bench.panel.buttons.still.isEnabled()
    for part in (bench.panel.picker.names, bench.panel.view, bench.panel.buttons.still, bench.panel.buttons.mirror):
        assert part.accessibleName()
        assert part.focusPolicy() is not Qt.FocusPolicy.NoFocus
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in bench.panel.findChildren(QLabel))


def test_a_frame_follows_its_row(bench: Bench, tmp_path: Path) -> None:
    bench.play(clip(tmp_path / "row.avi", moving("follows", 30)))
    bench.until("CHECKING", "1 waiting")
    for fields, words, tone in (
        ({"claim_status": ClaimStatus.UNCLAIMED}, "READY TO CLAIM", Tone.READY),
        ({"claim_status": ClaimStatus.NOT_FOUND, "device_count": 0}, "NOT FOUND", Tone.PROBLEM),
    ):
        bench.source.tell(ItemsChanged((row(1, "follows", **fields),)))
        bench.until(words)
        ink = bench.window.style_now.palette.tones[tone].ink
        assert _has_colour(bench.panel.view.grab().toImage(), ink)
    bench.source.tell(ItemsGone((1,)))
    bench.until("NOT ON THE TABLE")
    assert len(bench.scans) == 1


def test_what_is_no_device_or_was_not_kept_says_so(bench: Bench, tmp_path: Path) -> None:
    bench.told["WIFI:T:WPA;S:net;P:secret;;"] = ScanHeard(Heard.PROBLEM, None, "***", "", refusal="wifi")
    bench.play(clip(tmp_path / "wifi.avi", moving("WIFI:T:WPA;S:net;P:secret;;", 20)))
    bench.until("NOT A DEVICE CODE", "1 code: 1 problem")
    assert "secret" not in bench.words


def test_a_still_tray_is_annotated_and_enlarged(bench: Bench, tmp_path: Path) -> None:
    bench.play(clip(tmp_path / "tray.avi", tray([f"tray-label-{number:02d}" for number in range(12)], 16)))
    bench.until("12 codes")
    view = bench.panel.view
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert bench.panel.buttons.still.isChecked()
    bench.wait(lambda: {tag.row for tag in view.tags} == set(range(1, 13)))
    bench.qtbot.wait(500)  # what was on its way to the screen when it was held still
    number = bench.seen.number
    bench.qtbot.wait(200)
    assert bench.seen.number == number
    QTest.keyClick(view, Qt.Key.Key_Plus)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.look.zoom > 1
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert view.look.zoom == 1
    bench.wait(lambda: bench.seen.number > number)
    bench.qtbot.wait(500)
    assert len(bench.scans) == 12  # nothing came twice for having been held still


def test_a_still_picture_is_read_thoroughly(bench: Bench, tmp_path: Path) -> None:
    """What shows for a moment only: the picture is held before the running one was read."""
    ground = table()
    for at, text in enumerate(("moment-one", "moment-two")):
        ground = laid(ground, code(text, margin=8), 350 + 500 * at, 350)
    frame = lit(ground, 1)
    bench.window.panels.open("camera")
    bench.until("No camera was found")
    bench.play(clip(tmp_path / "moment.avi", [frame] * 40))
    bench.wait(lambda: bench.camera.newest() is not None)
    running = bench.camera.newest()
    assert running is not None
    read = bench.camera.read_still(replace(running, sights=())).result(20)
    assert len(read.sights) == 2
    bench.wait(lambda: len({scan.text for scan in bench.scans}) == 2)
    assert {bench.camera.heard(sight.number) is not None for sight in read.sights} == {True}


def test_the_camera_is_let_go_when_nobody_sees_it(bench: Bench, tmp_path: Path) -> None:
    bench.play(clip(tmp_path / "one.avi", moving("let-go-1", 20)))
    bench.until("1 code")
    for put_away, show_again in (
        (lambda: bench.window.panels.open("other"), lambda: bench.window.panels.open("camera")),
        (bench.window.showMinimized, bench.window.showNormal),
        (bench.window.panels.close_open, lambda: bench.window.panels.open("camera")),
    ):
        if "other" not in bench.window.panels:
            bench.window.panels.add("other", QLabel("other"))
        put_away()
        bench.wait(lambda: bench.camera.is_let_go)
        assert bench.camera.newest() is None
        show_again()
        bench.until("1 code")
    assert len(bench.scans) == 1  # the label lay there all the time


def test_the_camera_is_remembered(bench: Bench, tmp_path: Path) -> None:
    path = clip(tmp_path / "again.avi", moving("again-1", 10))
    bench.play(path)
    bench.panel.buttons.mirror.click()
    bench.wait(lambda: bench.memory.exists() and '"mirror": true' in bench.memory.read_text("utf-8"))
    later = DeskCamera(bench.keep, lambda: NOW, bench.memory)
    choices = later.look().result(10)
    later.stop()
    assert choices.chosen == Choice(Pick(file=str(path)), "again.avi")
    assert choices.mirror


def test_a_file_that_is_no_video_says_what_to_do(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "letter.avi"
    path.write_text("Dear Anna", "utf-8")
    bench.play(path)
    bench.until("letter.avi is no video that can be played", "Pick another file")


def test_what_this_edition_cannot_read_is_said() -> None:
    left_out = CameraState("left_out", "rtsp://10.0.0.7/cam")
    network = trouble_of(left_out, Pick(address="rtsp://10.0.0.7/cam"), "10.0.0.7", any_there=True)
    film = trouble_of(left_out, Pick(file="/films/tray.mp4"), "tray.mp4", any_there=False)
    assert network is not None
    assert film is not None
    assert network.cause == "This edition of the station reads no network cameras"
    assert film.cause == "This edition of the station plays no video files"
    assert "10.0.0.7" in network.meaning
    assert "tray.mp4" in film.meaning


def test_an_address_is_typed_and_its_password_is_not_remembered(bench: Bench) -> None:
    bench.window.panels.open("camera")
    bench.until("No camera was found")
    picker = bench.panel.picker
    picker.names.activated.emit(picker.names.findData("network"))
    assert picker.address.isVisible()
    picker.address.setText("ftp://anna:secret@camera.test/live")
    QTest.keyClick(picker.address, Qt.Key.Key_Return)
    bench.until("camera.test gives no picture")
    assert "secret" not in bench.words
    assert "secret" not in bench.memory.read_text("utf-8")


@pytest.mark.parametrize(("typed", "shown"), [
    ("rtsp://anna:s%40cret@camera.test:554/live", "rtsp://camera.test:554/live"),
    ("rtsp://camera.test/live?user=anna&password=secret", "rtsp://camera.test/live"),
    ("http://[::1/secret@x?y=secret", "x"),
])
def test_what_may_be_secret_in_an_address_is_kept_apart(typed: str, shown: str) -> None:
    pick = pick_address(typed)
    assert (pick.address, pick.whole.reveal()) == (shown, typed if shown != "x" else "")
    assert "cret" not in repr(pick)
    assert pick_address("rtsp://camera.test/live") == Pick(address="rtsp://camera.test/live")


class Ring(dict[tuple[str, str], str]):
    """A keyring in memory."""

    def get_password(self, service: str, username: str) -> str | None:
        return self.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self[service, username]


def test_an_address_is_whole_again_at_the_next_start_out_of_the_keyring(tmp_path: Path) -> None:
    ring, file = Ring(), SecretFile(tmp_path / "secrets")
    typed = "rtsp://anna:secret@camera.test/live"
    now = Addresses(Credentials(file, {}, lambda: ring))
    assert now.whole(pick_address(typed)).reveal() == typed
    assert now.trouble == ""
    later = Addresses(Credentials(file, {}, lambda: ring))
    assert later.whole(Pick(address="rtsp://camera.test/live")).reveal() == typed
    assert not later.whole(Pick(address="rtsp://other.test/live"))


def test_without_a_keyring_it_counts_for_this_run_and_that_is_said(bench: Bench, tmp_path: Path) -> None:
    def none() -> Ring:
        raise KeyringMissingError("no keyring was found on this machine")

    bench.camera._addresses = Addresses(Credentials(SecretFile(tmp_path / "secrets"), {}, none))
    bench.window.panels.open("camera")
    bench.until("No camera was found")
    picker = bench.panel.picker
    picker.names.activated.emit(picker.names.findData("network"))
    picker.address.setText("ftp://anna:secret@camera.test/live")
    QTest.keyClick(picker.address, Qt.Key.Key_Return)
    bench.until("camera.test gives no picture", "until the station is closed")
    assert "secret" not in bench.words
    assert "secret" not in bench.memory.read_text("utf-8")
    assert picker.sizes.isHidden()


def test_the_size_and_what_is_looked_for_are_chosen_and_remembered(bench: Bench, tmp_path: Path) -> None:
    path = clip(tmp_path / "again.avi", moving("again-1", 10))
    bench.play(path)
    bench.until("1 code")
    picker = bench.panel.picker
    picker.formats.setCurrentIndex(picker.formats.findData("every"))
    picker.formats.activated.emit(picker.formats.currentIndex())
    bench.wait(lambda: '"formats": "every"' in bench.memory.read_text("utf-8"))
    bench.until("1 code")
    camera = Choice(Pick("0c45:6366:"), "HD camera")
    picker.offer(Choices((camera,), sizes={"0c45:6366:": ((640, 480), (1920, 1080))}))
    picker.choose(camera)
    picked: list[Choice] = []
    picker.picked.connect(picked.append)
    assert [picker.sizes.itemText(at) for at in range(picker.sizes.count())] == [
        "Size: automatic", "640 × 480", "1920 × 1080"]
    picker.sizes.setCurrentIndex(2)
    picker.sizes.activated.emit(2)
    assert picked == [Choice(camera.pick, "HD camera", (1920, 1080))]
    remember(tmp_path / "memory.json", picked[0], mirror=False)
    assert remembered(tmp_path / "memory.json") == (picked[0], False)


def test_a_press_on_a_code_goes_to_its_row(bench: Bench, tmp_path: Path) -> None:
    bench.play(clip(tmp_path / "press.avi", tray(["press-one", "press-two"], 10, 2)))
    bench.until("2 codes: 2 waiting")
    view = bench.panel.view
    bench.panel.buttons.still.click()
    shown = view.place
    assert shown is not None
    (x, y), _, (to_x, to_y), _ = bench.seen.sights[1].corners
    middle = shown.of((x + to_x) / 2, (y + to_y) / 2)
    with bench.qtbot.waitSignal(view.row_wanted) as wanted:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle.toPoint())
    assert wanted.args == [view.tags[1].item]


def test_the_large_picture_lies_over_the_table(bench: Bench) -> None:
    bench.window.panels.open("camera")
    before = bench.panel.width()
    bench.panel.buttons.large.click()
    QApplication.processEvents()
    assert bench.panel.width() > 1.5 * before
    bench.panel.buttons.large.click()
    QApplication.processEvents()
    assert bench.panel.width() == before


def test_a_large_frame_is_painted_quickly(bench: Bench, tmp_path: Path) -> None:
    bench.play(clip(tmp_path / "paint.avi", tray([f"paint-{number:02d}" for number in range(24)], 10)))
    bench.panel.buttons.large.click()
    bench.until("24 codes")
    view = bench.panel.view
    view.grab()
    began = time.thread_time()
    for _ in range(5):
        view.grab()
    assert (time.thread_time() - began) / 5 < 0.05


@pytest.mark.parametrize("mirror", [False, True])
def test_a_place_and_its_way_back(mirror: bool) -> None:
    size, view = QSizeF(1920, 1080), QSizeF(400, 300)
    look = Look(mirror=mirror)
    whole = place(size, view, look)
    assert whole.target.width() == pytest.approx(400)
    assert whole.back(whole.of(100, 200)) == pytest.approx((100, 200))
    at = QPointF(300, 150)
    look = zoomed(look, whole, at, 4)
    nearer = place(size, view, look)
    assert nearer.back(at) == pytest.approx(whole.back(at), abs=1)
    pulled = place(size, view, moved(look, nearer, 40, 0))
    assert pulled.of(*nearer.back(QPointF(200, 150))).x() == pytest.approx(240, abs=1)
    assert place(size, view, zoomed(look, nearer, at, 0.01)).source.width() == 1920


def _has_colour(image: QImage, colour: str) -> bool:
    wanted = int(colour[1:], 16)
    return any(image.pixel(x, y) & 0xFFFFFF == wanted for y in range(image.height()) for x in range(image.width()))
