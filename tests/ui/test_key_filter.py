"""Scans at a real window: the focus does not matter, nothing else is touched, and a person types as ever."""

import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station.core.scan import Scan
from station.scanners.keyboard_settings import KeyboardSettings as Settings
from station.ui.key_filter import KeyTrouble
from tests.scanners.keyboard_model import BACKSPACE, CODES, ENTER, Tap, keys_of, pace, tap, typed
from tests.ui.key_bench import NOON, UNTOUCHED, Bench
from tests.ui.key_events import send

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LABEL = 'KIT-000123:ab/Zq_"@#'
FRENCH = dict(zip("1234567890-=qwaQWAzZmM;:'\"/?[{", "&é\"'(-è_çà)=azqAZQwW,?mM ù%!§^¨", strict=False))
RUSSIAN = dict(zip("qwertyuiopQWERTYUIOP", "йцукенгшщзЙЦУКЕНГШЩЗ", strict=True))
GERMAN = dict(zip("zyZY-_/?;:'\"", "yzYZß?-_öÖäÄ", strict=True))
NORWEGIAN = dict(zip("-_/?;:'\"=", "+?-_øØæÆ\\", strict=True))


@pytest.fixture
def bench(qapp: QApplication, qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qapp)
    qtbot.addWidget(made.window)
    qtbot.waitExposed(made.window)
    yield made
    made.filter.remove()


@pytest.mark.parametrize("part", ["edit", "combo", "table", "notes", "button"])
@pytest.mark.parametrize("gap", [0, 2, 16, 30, 45])
def test_a_scan_touches_nothing(bench: Bench, part: str, gap: int) -> None:
    widget: QWidget = getattr(bench.window, part)
    widget.setFocus()
    send(widget, typed("Lab 12\x1d34 x\r", 1000, lambda: gap, hold=min(4, gap // 2)))
    assert bench.scans == [Scan(b"Lab 12\x1d34 x", "keyboard", NOON)]
    assert bench.window.felt == UNTOUCHED


def test_a_scan_is_read_in_a_dialog_that_blocks_nobody(bench: Bench, qtbot: QtBot) -> None:
    dialog = QDialog(bench.window)
    field, yes = QLineEdit(dialog), QPushButton("Yes", dialog)
    yes.setDefault(True)
    yes.clicked.connect(lambda: bench.window.happened.append("yes"))
    dialog.show()
    dialog.activateWindow()
    field.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWindow() is dialog.windowHandle())
    send(field, typed("KIT-1 2\r", 1000, lambda: 10))
    assert bench.texts == ["KIT-1 2"]
    assert (bench.window.felt, field.text()) == (UNTOUCHED, "")
    dialog.close()


def test_silence_ends_a_scan(bench: Bench, qtbot: QtBot) -> None:
    bench.window.edit.setFocus()
    send(bench.window.edit, typed("no-end-77", 1000, lambda: 16))
    assert bench.scans == []
    qtbot.waitUntil(lambda: bench.texts == ["no-end-77"])
    assert bench.window.felt == UNTOUCHED


def test_symbology_is_cut_off_and_kept(bench: Bench) -> None:
    send(bench.window, typed("]d201095\x1d10LOT\t", 1000, lambda: 16))
    assert bench.scans == [Scan(b"01095\x1d10LOT", "keyboard", NOON, "]d2")]


@pytest.mark.parametrize("layer", [FRENCH, GERMAN, NORWEGIAN, RUSSIAN], ids=["fr", "de", "no", "ru"])
def test_the_layout_of_the_computer_does_not_matter(bench: Bench, layer: dict[str, str]) -> None:
    send(bench.window, typed(LABEL + "\r", 1000, lambda: 16), lambda text: layer.get(text, text))
    assert bench.texts == [LABEL]


def test_same_as_the_computer(qapp: QApplication, qtbot: QtBot) -> None:
    bench = Bench(qapp, Settings(layout="same"))
    qtbot.addWidget(bench.window)
    send(bench.window, typed("qwa12\r", 1000, lambda: 16), lambda text: FRENCH.get(text, text))
    bench.filter.remove()
    assert bench.texts == ["azq&é"]


@pytest.mark.parametrize("wpm", [40, 80, 120])
@pytest.mark.parametrize("part", ["edit", "notes"])
def test_typing_reaches_its_field_whole_and_in_order(bench: Bench, qtbot: QtBot, wpm: int, part: str) -> None:
    widget: QWidget = getattr(bench.window, part)
    widget.setFocus()
    words, chance = "The quick brown Fox, 12 lazy-dogs & 3 (more)", random.Random(wpm)
    mean = 12000 / wpm
    send(widget, typed(words, 1000, lambda: max(15, chance.lognormvariate(0, 0.4) * mean), hold=80))
    bench.settle(qtbot)
    assert bench.window.felt == ([], words, "Kilo", "kept", False)
    assert bench.scans == []


def test_what_is_given_back_has_all_that_it_had(bench: Bench, qtbot: QtBot) -> None:
    seen: list[tuple[QEvent.Type, int, int, int, str, int]] = []

    class Spy(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QKeyEvent) and event.type() != QEvent.Type.ShortcutOverride:
                seen.append(
                    (event.type(), event.timestamp(), event.nativeScanCode(), event.key(), event.text(), event.count())
                )
            return False

    spy = Spy()
    bench.window.edit.installEventFilter(spy)
    bench.window.edit.setFocus()
    send(bench.window.edit, keys_of("B", 7000, hold=30))
    bench.settle(qtbot)
    code, shift = CODES["B"][0] + 8, 42 + 8
    down, up = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
    assert seen == [
        (down, 7000, shift, Qt.Key.Key_Shift, "", 1),
        (down, 7000, code, Qt.Key.Key_B, "B", 1),
        (up, 7030, code, Qt.Key.Key_B, "B", 1),
        (up, 7030, shift, Qt.Key.Key_Shift, "", 1),
    ]


def test_a_persons_enter_and_space_press_the_button(bench: Bench, qtbot: QtBot) -> None:
    bench.window.button.setFocus()
    send(bench.window.button, tap(CODES[" "][0], 1000, hold=80, text=" "))
    bench.settle(qtbot)
    assert bench.window.happened == ["click"]
    bench.window.edit.setFocus()
    with qtbot.waitSignal(bench.window.edit.returnPressed):
        send(bench.window.edit, tap(ENTER, 3000))


def test_a_shortcut_in_the_middle_of_held_keys_still_runs(bench: Bench, qtbot: QtBot) -> None:
    bench.window.button.setFocus()
    send(bench.window.button, [*keys_of("a", 1000), *keys_of("\x1a", 1040)])
    bench.settle(qtbot)
    assert bench.window.happened == ["undo"]


def test_keys_that_go_elsewhere_wait_for_nothing(bench: Bench) -> None:
    bench.window.edit.setFocus()
    send(bench.window.edit, [*keys_of("a", 1000), *keys_of("b", 1030), *tap(BACKSPACE, 1050)])
    assert bench.window.edit.text() == "a"


def test_a_click_gives_held_keys_to_the_field_they_were_meant_for(bench: Bench) -> None:
    bench.window.edit.setFocus()
    send(bench.window.edit, keys_of("a", 1000))
    handle = bench.window.windowHandle()
    assert handle
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton)
    assert bench.window.edit.text() == "a"


def test_keys_without_a_time_go_through(bench: Bench) -> None:
    bench.window.edit.setFocus()
    QTest.keyClicks(bench.window.edit, "typed-12")
    send(bench.window.edit, [(0, key) for _, key in typed("34", 0, lambda: 0)])
    assert bench.window.edit.text() == "typed-1234"
    assert bench.scans == []


def test_repeats_of_a_key_held_down_reach_the_field(bench: Bench, qtbot: QtBot) -> None:
    bench.window.edit.setFocus()
    code = CODES["a"][0]
    send(bench.window.edit, [(1000 + 33 * n, Tap(code, True, "a", repeat=n > 0)) for n in range(30)])
    bench.settle(qtbot)
    assert (bench.window.edit.text(), bench.scans) == ("a" * 30, [])


def test_a_scan_at_an_open_question_answers_it_not_and_is_told(bench: Bench, qtbot: QtBot) -> None:
    question = QDialog(bench.window)
    question.setModal(True)
    yes = QPushButton("Yes", question)
    yes.clicked.connect(lambda: bench.window.happened.append("yes"))
    question.show()
    question.activateWindow()
    qtbot.waitUntil(lambda: bench.listening[-1:] == [False])
    qtbot.waitUntil(lambda: QApplication.focusWindow() is question.windowHandle())
    send(question, typed("KIT-1 2\r", 1000, lambda: 10))
    assert (bench.scans, bench.troubles, bench.window.felt) == ([], [KeyTrouble.DIALOG_OPEN], UNTOUCHED)
    question.close()
    qtbot.waitUntil(lambda: bench.listening[-1:] == [True])


def test_a_question_opened_by_a_held_key_is_guarded_too(bench: Bench, qtbot: QtBot) -> None:
    def ask() -> None:
        question = QDialog(bench.window)
        yes = QPushButton("Yes", question)
        yes.setDefault(True)
        yes.clicked.connect(lambda: bench.window.happened.append("yes"))
        question.show()
        question.activateWindow()
        qtbot.waitUntil(lambda: QApplication.focusWindow() is question.windowHandle())
        send(question, typed("KIT-1 2\r", 9000, lambda: 10))
        question.close()

    bench.window.button.clicked.connect(ask)
    bench.window.button.setFocus()
    send(bench.window.button, tap(CODES[" "][0], 1000, hold=30, text=" "))
    bench.settle(qtbot)
    assert bench.window.happened == ["click"]
    assert bench.texts == ["KIT-1 2"]


def test_a_scan_that_may_lack_its_head_and_an_endless_one_are_told(bench: Bench, qtbot: QtBot) -> None:
    send(bench.window, [*keys_of("K", 1000), *typed("IT-00012\r", 1100, lambda: 16)])
    send(bench.window, typed("ab" * 2100 + "\r", 5000, lambda: 1, hold=0))
    assert (bench.scans, bench.troubles) == ([], [KeyTrouble.CUT_HEAD, KeyTrouble.TOO_LONG])


def test_an_error_behind_the_scan_stops_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_scan: Scan) -> None:
        raise OSError("disk full")

    bench.on_scan = fail
    send(bench.window, typed("KIT-1\r", 1000, lambda: 10))
    bench.on_scan = bench.scans.append
    send(bench.window, typed("KIT-2\r", 2000, lambda: 10))
    assert bench.texts == ["KIT-2"]
    assert "was not taken" in caplog.text


def test_the_key_log_says_how_but_not_what(bench: Bench) -> None:
    send(bench.window, typed("s3cret\r", 1000, lambda: 16))
    presses = [(note.gap_ms, note.kind) for note in bench.filter.last_key_log if note.down]
    assert [kind for _, kind in presses] == ["letter", "digit", "letter", "letter", "letter", "letter", "end"]
    assert "s3cret" not in str(bench.filter.last_key_log)


def test_removed_it_gives_back_what_it_held(bench: Bench) -> None:
    bench.window.edit.setFocus()
    send(bench.window.edit, keys_of("a", 1000))
    bench.filter.remove()
    send(bench.window.edit, typed("KIT-1", 2000, lambda: 5))
    assert (bench.window.edit.text(), bench.scans) == ("aKIT-1", [])


def test_mixed_scans_and_typing_pace_by_pace(bench: Bench, qtbot: QtBot) -> None:
    bench.window.edit.setFocus()
    chance, at, wanted = random.Random(7), 1000, []
    for number in range(60):
        wanted.append(f"M-{number:05}x")
        keys = list(typed(wanted[-1] + "\r", at, pace(chance.choice(["usb", "30", "45", "bluetooth"]), chance), hold=2))
        send(bench.window.edit, [*keys, *keys_of("q", keys[-1][0] + 200)])
        at = keys[-1][0] + 500
    bench.settle(qtbot)
    assert bench.texts == wanted
    assert bench.window.edit.text() == "q" * 60
