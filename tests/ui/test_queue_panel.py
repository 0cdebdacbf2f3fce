"""The queue before a real desk, with the keyboard: why it waits, paused, put first, taken back, exported."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station.core.scan import Scan
from station.desk import batches, cooling, intake, pauses
from station.parts import Station
from station.ui.banner import Kind
from station.ui.counters import Counter
from station.ui.panel_list import RowList
from station.ui.window import Window
from tests.ui.panel_bench import panel, part, real_desk, texts

KIT, SINGLE = "maple-harbor-lantern", "c1sample0000000000d0"
TIMEOUT = 20_000


def queue_up(qtbot: QtBot, station: Station, window: Window, *codes: str) -> None:
    """A batch for each code, on a connection that a person paused."""
    station.desk.do(batches.choose_operator, "Kari")
    station.desk.do(batches.choose, "local", "oslo-west", "Oslo-West")
    station.desk.do(pauses.pause, "local")
    for number, code in enumerate(codes, 1):
        station.desk.do(intake.keep, Scan(code.encode(), "typed", datetime.now(UTC)))
        qtbot.waitUntil(lambda: bool(window.state.plan.counts.ready), timeout=TIMEOUT)
        qtbot.waitUntil(window.parts.claim.isEnabled, timeout=TIMEOUT)
        qtbot.waitUntil(lambda: "Queue" in window.parts.claim.text(), timeout=TIMEOUT)
        qtbot.waitUntil(partial(_claimed, window, number), timeout=TIMEOUT)


def _claimed(window: Window, queued: int) -> bool:
    """Press again where the batch had changed since it was shown, as a person would."""
    if window.state.plan.counts.queued < queued:
        window.conduct.claim()
        return False
    return True


def resume(qtbot: QtBot, station: Station, window: Window) -> None:
    """Let the connection send again."""
    station.desk.do(pauses.resume, "local")
    qtbot.waitUntil(lambda: not window.state.offline, timeout=TIMEOUT)


def shown(qtbot: QtBot, window: Window, says: Callable[[str], bool]) -> QWidget:
    """The queue panel, once it says so."""
    queue = panel(window.panels, "queue")
    qtbot.waitUntil(lambda: says(spoken(queue)), timeout=TIMEOUT)
    return queue


def spoken(queue: QWidget) -> str:
    (rows,) = queue.findChildren(RowList)
    return "\n".join([texts(queue), *(row.spoken for row in rows.rows.rows)])


def press(queue: QWidget, name: str) -> None:
    button = part(queue, QPushButton, name)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


def test_what_waits_is_seen_paused_taken_back_and_sent(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        queue_up(qtbot, station, window, SINGLE)
        window.parts.banner.take_back(Kind.WISH)  # a press too many is answered above it
        banner = texts(window.parts.banner)
        assert "paused" in banner
        assert "1 device has waited since" in banner
        counter = next(each for each in window.findChildren(Counter) if "waits in the queue" in each.accessibleName())
        QTest.keyClick(counter, Qt.Key.Key_Space)
        queue = shown(qtbot, window, lambda said: "was paused by a person" in said and "1 queued" in said)
        said = spoken(queue)
        assert "1 device for Oslo-West" in said
        assert "by Kari" in said
        assert "Not sent yet" in said
        press(queue, "Pause batch")
        shown(qtbot, window, lambda said: "Paused by a person" in said)
        press(queue, "Resume all")
        qtbot.waitUntil(lambda: window.state.plan.counts.claimed == 1, timeout=TIMEOUT)
        shown(qtbot, window, lambda said: "Nothing waits" in said)


def test_a_batch_is_put_first_taken_back_and_the_list_exported(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        queue_up(qtbot, station, window, SINGLE, "c1sample0000000000d1")
        QTest.keyClick(window, Qt.Key.Key_F3)
        queue = shown(qtbot, window, lambda said: "2. 1 device for" in said)
        (rows,) = queue.findChildren(RowList)
        assert rows.hasFocus()
        before = [row.key for row in rows.rows.rows]
        QTest.keyClick(rows, Qt.Key.Key_Down)
        press(queue, "Send first")
        qtbot.waitUntil(lambda: [row.key for row in rows.rows.rows] == before[::-1], timeout=TIMEOUT)
        QTest.keyClick(rows, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda: [row.key for row in rows.rows.rows] == before, timeout=TIMEOUT)
        assert rows.current_key() == before[1]  # the batch that was moved
        press(queue, "Earlier")
        qtbot.waitUntil(lambda: [row.key for row in rows.rows.rows] == before[::-1], timeout=TIMEOUT)
        press(queue, "Export CSV")
        shown(qtbot, window, lambda said: "Saved:" in said)
        (saved,) = station.folders.databases(True).glob("exports/*-queue.csv")
        lines = saved.read_text("utf-8-sig").splitlines()
        assert lines[0].startswith("batch,connection,kind")
        assert len(lines) == 3
        assert "line_paused" in lines[1]
        press(queue, "Take back")
        qtbot.waitUntil(lambda: window.state.plan.counts.queued == 1, timeout=TIMEOUT)
        qtbot.waitUntil(lambda: [row.key for row in rows.rows.rows] == before[:1], timeout=TIMEOUT)


def test_a_queue_that_has_emptied_says_so_on_top_and_keeps_the_keyboard(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        queue_up(qtbot, station, window, SINGLE)
        window.panels.open("queue")
        queue = shown(qtbot, window, lambda said: "1 device for" in said)
        press(queue, "Take back")
        shown(qtbot, window, lambda said: "Nothing waits" in said)
        (says,) = [each for each in queue.findChildren(QLabel) if each.text().startswith("Nothing waits")]
        qtbot.waitUntil(lambda: says.isVisible() and says.geometry().bottom() < queue.height() // 4)
        focus = window.focusWidget()
        assert focus is not None
        assert queue.isAncestorOf(focus)
        assert focus.isVisible()


def test_a_claim_in_its_cool_off_counts_down_and_is_cancelled(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (station, window):
        station.desk.do(cooling.set_for, 300.0)
        queue_up(qtbot, station, window, SINGLE)
        station.desk.do(pauses.resume, "local")
        window.panels.open("queue")
        queue = shown(qtbot, window, lambda said: "Can be cancelled for another 5 min" in said)
        cancel = next(each for each in queue.findChildren(QPushButton) if each.text() == "Cancel the claim")
        QTest.keyClick(cancel, Qt.Key.Key_Space)
        shown(qtbot, window, lambda said: "Nothing waits" in said)
        assert window.state.plan.counts.ready == 1


def test_an_empty_queue_says_so_and_offers_nothing(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (_, window):
        window.panels.open("queue")
        queue = shown(qtbot, window, lambda said: "Nothing waits" in said)
        names = [each.text() for each in queue.findChildren(QPushButton) if each.isVisibleTo(queue)]
        assert names == ["Close"]
