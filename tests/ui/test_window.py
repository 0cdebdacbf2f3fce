"""What a person sees and does in the window, with the desk's news made up and its wishes written down."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from station.core.errors import Cause
from station.core.finding import ClaimStatus
from station.core.item import Check, Item, Link
from station.core.news import (
    Claiming,
    Heard,
    ItemsChanged,
    ItemsGone,
    LineState,
    Ready,
    Refused,
    ScanHeard,
    Summary,
    TargetsRead,
    Trouble,
    Undone,
)
from station.core.target import Target
from station.desk.ports import Show, SortBy
from station.ui.items_model import Column
from station.ui.name_editor import NameEditor
from station.ui.window import Window, WindowSettings
from station.words import Tone
from tests.ui.rows import BATCH, LINE, NOW, mixed, plan_of, row
from tests.ui.source import Source

Hear = Callable[..., None]


@pytest.fixture
def hear(qtbot: QtBot, window: Window, source: Source) -> Hear:
    """Tell of rows as scanned, and wait for the last one to stand on top."""

    def tell(*items: Item, heard: Heard = Heard.KEPT) -> None:
        source.items.update({item.id: item for item in items})
        for item in items:
            source.tell(ItemsChanged((item,)), ScanHeard(heard, item, item.identifier.text, "keyboard"))
        source.tell(plan_of(list(source.items.values())))
        qtbot.waitUntil(lambda: window.items.rows.id_at(0) == items[-1].id)
        qtbot.waitUntil(lambda: window.state.plan.counts.scanned == len(source.items))

    return tell


def band(window: Window) -> tuple[str, str, str]:
    head = window.parts.band.shown.headline
    return head.words, head.identifier, head.line


def press(window: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key as the system sends it: first asked for as a shortcut."""
    target = QApplication.focusWidget() or window
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target.window().windowHandle(), QKeyEvent(kind, key, modifiers))


def test_an_empty_window_says_what_to_do(window: Window) -> None:
    assert band(window)[0] == "READY TO SCAN"
    empty = window.table.viewport().findChild(QLabel)
    assert isinstance(empty, QLabel)
    assert (empty.isVisible(), empty.text()) == (True, "Scan a box or a device")
    assert window.parts.claim.text() == "Nothing to claim yet"
    assert not window.parts.claim.isEnabled()


def test_a_scan_shows_in_band_table_and_counters(window: Window, hear: Hear) -> None:
    hear(*mixed())
    assert band(window) == ("READY TO CLAIM", "work-building-flower", "Kit · 25 temperature sensors, none claimed yet")
    assert window.items.rowCount() == 9
    assert window.items.data(window.items.index(0, Column.STATUS)) == "Ready"
    assert window.table.current_id() == 9
    assert window.parts.claim.text() == "Claim 27 devices into Oslo-West"


def test_the_band_follows_its_row(qtbot: QtBot, window: Window, source: Source, hear: Hear) -> None:
    item = row(1, "abc", claim_status=ClaimStatus.UNCHECKED, check=Check.CHECKING)
    hear(item)
    assert band(window)[0] == "CHECKING"
    source.tell(ItemsChanged((replace(item, claim_status=ClaimStatus.UNCLAIMED, check=Check.IDLE),)))
    qtbot.waitUntil(lambda: band(window)[0] == "READY TO CLAIM")
    source.tell(ItemsChanged((row(2, "other"),)))
    source.tell(ItemsGone((1,)))
    qtbot.waitUntil(lambda: band(window)[0] == "READY TO SCAN")


def test_a_repeat_names_the_row_and_a_refused_code_its_reason(qtbot: QtBot, window: Window, source: Source,
                                                              hear: Hear) -> None:
    hear(row(1, "abc"))
    hear(row(2, "abc", repeat_of=Link(1, 1, "b-1", NOW)), heard=Heard.REPEAT)
    assert band(window)[0] == "REPEAT OF ROW 1"
    source.tell(ScanHeard(Heard.PROBLEM, None, "WIFI:S:x", "keyboard", refusal="wifi"))
    qtbot.waitUntil(lambda: band(window)[0] == "NOT A DEVICE CODE")
    assert band(window)[2] == "This is a Wi-Fi sign-in code"


def test_claim_sends_the_revisions_that_are_on_the_screen(window: Window, source: Source, hear: Hear) -> None:
    hear(row(1, "abc"))
    press(window, Qt.Key.Key_F9)
    assert source.wished("claim") == [([("b-1", 9)], "Anna")]
    window.parts.claim.click()
    assert len(source.wished("claim")) == 2


def test_without_a_name_claim_asks_for_it(qtbot: QtBot, window: Window, source: Source, hear: Hear) -> None:
    hear(row(1, "abc"))
    window.panels.add("operator", QLineEdit())
    source.tell(replace(plan_of([row(1, "abc")]), operator=""))
    qtbot.waitUntil(lambda: window.state.operator == "")
    press(window, Qt.Key.Key_F9)
    assert source.wished("claim") == []
    assert "operator" in window.panels
    assert window.panels.isVisible()
    press(window, Qt.Key.Key_Escape)
    assert not window.panels.isVisible()


def test_without_a_target_claim_asks_for_it(qtbot: QtBot, window: Window, source: Source, hear: Hear) -> None:
    hear(row(1, "abc"))
    window.panels.add("targets", QLineEdit())
    source.tell(replace(plan_of([row(1, "abc")], devices=()), target="", target_title=""))
    qtbot.waitUntil(lambda: window.state.target_title == "")
    assert window.parts.claim.text() == "Choose a target, F8"
    press(window, Qt.Key.Key_F9)
    assert source.wished("claim") == []
    assert window.panels.open_name == "targets"


def test_a_claim_shows_its_progress_and_its_sum(qtbot: QtBot, window: Window, source: Source, hear: Hear) -> None:
    hear(*mixed())
    source.tell(Claiming(12, 27))
    qtbot.waitUntil(lambda: band(window)[0] == "CLAIMING 12 OF 27")
    assert window.parts.band.shown.progress == (12, 27)
    assert not window.parts.claim.isEnabled()
    hear(row(10, "later"))
    assert band(window)[0] == "READY TO CLAIM"
    assert window.parts.band.shown.progress == (12, 27)
    source.tell(Claiming(27, 27), Summary(BATCH, (("claimed_now", 26), ("already_ours", 1)), ()))
    qtbot.waitUntil(lambda: band(window) == ("26 CLAIMED", "", "1 was yours already"))
    qtbot.waitUntil(lambda: window.parts.band.shown.progress is None)
    assert window.parts.claim.isEnabled()


@pytest.mark.parametrize(
    ("outcomes", "unsettled", "rehearsal", "words"),
    [
        ((("claimed_now", 24), ("already_claimed", 1)), (), False, "24 CLAIMED"),
        ((("claimed_now", 2), ("removed", 1)), (), False, "2 CLAIMED"),
        ((), (("queued", 5),), False, "5 QUEUED"),
        ((("claimed_now", 3),), (("unknown", 2),), False, "3 CLAIMED"),
        ((("not_found", 1),), (), False, "NOTHING CLAIMED"),
        ((("claimed_now", 7),), (), True, "7 WOULD BE CLAIMED"),
    ],
)
def test_a_sum_says_what_is_open(qtbot: QtBot, window: Window, source: Source, outcomes: tuple[tuple[str, int], ...],
                                 unsettled: tuple[tuple[str, int], ...], rehearsal: bool, words: str) -> None:
    source.tell(Summary(BATCH, outcomes, unsettled, rehearsal))
    qtbot.waitUntil(lambda: band(window)[0] == words)


def test_what_was_taken_out_again_is_told_as_no_success(qtbot: QtBot, window: Window, source: Source) -> None:
    source.tell(Summary(BATCH, (("removed", 3),), ()))
    qtbot.waitUntil(lambda: band(window) == ("NOTHING CLAIMED", "", "All of it was taken out again"))
    assert window.parts.band.shown.headline.tone is Tone.WAITING


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (LineState.OFFLINE, "Sent as soon as the network is back"),
        (LineState.PAUSED, "The connection is paused. The queue (F3) says why"),
        (LineState.ONLINE, "The queue (F3) says for what it waits"),
    ],
)
def test_the_band_says_for_what_a_queued_batch_waits(qtbot: QtBot, window: Window, source: Source, hear: Hear,
                                                     line: LineState, told: str) -> None:
    hear(row(1, "abc"))
    source.tell(replace(LINE, state=line))
    source.tell(Summary(BATCH, (), (("queued", 5),)))
    qtbot.waitUntil(lambda: band(window) == ("5 QUEUED", "", told))


def test_offline_the_button_queues_and_the_banner_says_why(qtbot: QtBot, window: Window, source: Source,
                                                           hear: Hear) -> None:
    hear(row(1, "abc"))
    source.tell(replace(LINE, state=LineState.OFFLINE, cause=Cause.CONNECT))
    qtbot.waitUntil(window.parts.banner.isVisible)
    assert window.parts.claim.text() == "Queue 1 device for Oslo-West"
    shown = window.parts.banner.shown
    assert shown is not None
    assert shown.text.startswith("Disruptive · Oslo cannot be reached")
    source.tell(LINE)
    qtbot.waitUntil(lambda: not window.parts.banner.isVisible())


def test_what_waits_for_the_network_does_not_hold_up_the_next_claim(qtbot: QtBot, window: Window, source: Source,
                                                                    hear: Hear) -> None:
    hear(row(1, "abc"))
    source.tell(replace(LINE, state=LineState.OFFLINE, cause=Cause.CONNECT), Claiming(0, 1))
    qtbot.waitUntil(lambda: band(window)[0] == "1 QUEUED")
    assert window.parts.band.shown.progress is None
    hear(row(2, "def"))
    assert window.parts.claim.isEnabled()
    source.tell(LINE, Claiming(0, 2))
    qtbot.waitUntil(lambda: band(window)[0] == "CLAIMING 0 OF 2")
    assert not window.parts.claim.isEnabled()


def test_after_undo_the_row_that_is_current_is_selected(qtbot: QtBot, window: Window, source: Source,
                                                        hear: Hear) -> None:
    hear(row(1, "abc"), row(2, "def"))
    qtbot.waitUntil(lambda: window.table.selected_ids() == [2])
    source.tell(ItemsGone((2,)))
    qtbot.waitUntil(lambda: window.table.selected_ids() == [1])


def test_a_window_that_does_not_listen_says_so(window: Window) -> None:
    window.set_listening(False)
    assert band(window)[0] == "NOT LISTENING"
    assert window.parts.band.shown.urgent
    window.set_listening(True)
    assert band(window)[0] == "READY TO SCAN"


def test_practice_stripes_the_band_and_tints_the_page(qtbot: QtBot, window: Window, source: Source) -> None:
    before = window.styleSheet()
    source.tell(replace(LINE, practice=True))
    qtbot.waitUntil(lambda: window.styleSheet() != before)
    assert window.state.practice


def test_undo_removal_and_checking_are_wishes(window: Window, source: Source, hear: Hear) -> None:
    hear(*mixed())
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    press(window, Qt.Key.Key_Delete)
    press(window, Qt.Key.Key_F5)
    assert source.wished("undo") == [("Anna",)]
    assert source.wished("remove") == [([9], "Anna")]
    assert source.wished("check_again") == [([9],)]


def order(window: Window, source: Source, command: str, argument: str = "") -> None:
    source.tell(ScanHeard(Heard.KEPT, None, "", "keyboard", command=command, argument=argument))
    for _ in range(3):
        QApplication.processEvents()


def test_labels_of_the_station_are_carried_out(qtbot: QtBot, window: Window, source: Source, hear: Hear) -> None:
    hear(row(1, "abc"))
    source.tell(TargetsRead("oslo", (Target("p1", "Oslo-West"), Target("p2", "Oslo-East"))))
    order(window, source, "undo")
    order(window, source, "operator", "Bo")
    order(window, source, "target", "Oslo-East")
    order(window, source, "target", "Nowhere")
    assert source.wished("undo") == [("Anna",)]
    assert source.wished("choose_operator") == [("Bo",)]
    assert source.wished("choose") == [("oslo", "p2", "Oslo-East")]
    assert window.parts.banner.shown is not None
    assert "Nowhere" in window.parts.banner.shown.text
    assert band(window)[0] == "NO SUCH TARGET"


def test_a_claim_by_label_takes_two_scans_and_clearing_a_press(window: Window, source: Source, hear: Hear) -> None:
    hear(row(1, "abc"))
    order(window, source, "claim")
    assert source.wished("claim") == []
    assert window.parts.banner.shown is not None
    assert window.parts.banner.shown.text.startswith("Claim 1 device into Oslo-West?")
    assert band(window)[0] == "CLAIM 1 DEVICE?"
    order(window, source, "claim")
    assert band(window)[0] != "CLAIM 1 DEVICE?"
    assert len(source.wished("claim")) == 1
    press(window, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert source.wished("clear") == []
    next(button for button in window.parts.banner.findChildren(QPushButton) if button.text() == "Clear").click()
    assert source.wished("clear") == [("Anna",)]


def test_what_was_undone_can_be_put_back(qtbot: QtBot, window: Window, source: Source, hear: Hear) -> None:
    hear(row(1, "abc"))
    source.tell(Undone(row(1, "abc")))
    qtbot.waitUntil(window.parts.banner.isVisible)
    put_back = next(b for b in window.parts.banner.findChildren(QPushButton) if b.text() == "Put back")
    put_back.click()
    assert source.wished("restore") == [([1], "Anna")]
    assert not window.parts.banner.isVisible()


def test_enter_names_a_row_and_escape_does_not(qtbot: QtBot, window: Window, source: Source, hear: Hear) -> None:
    hear(row(1, "abc", name="Old"))
    press(window, Qt.Key.Key_Return)
    editor = window.table.viewport().findChild(NameEditor)
    assert isinstance(editor, NameEditor)
    editor.setText("Fridge 3")
    press(window, Qt.Key.Key_Return)
    assert source.wished("rename") == [(1, "Fridge 3")]
    press(window, Qt.Key.Key_Return)
    again = QApplication.focusWidget()
    assert isinstance(again, NameEditor)
    again.setText("Fridge 4")
    press(window, Qt.Key.Key_Escape)
    assert len(source.wished("rename")) == 1
    assert window.table.hasFocus()


def test_enter_moves_a_row_that_fits_another_connection(window: Window, source: Source, hear: Hear) -> None:
    hear(row(1, "abc", fits="Datacake"))
    assert band(window)[0] == "OTHER CONNECTION"
    press(window, Qt.Key.Key_Return)
    assert source.wished("move_to_fitting") == [([1],)]


def test_filter_and_sort_ask_for_an_order(qtbot: QtBot, window: Window, source: Source, hear: Hear) -> None:
    hear(*mixed())
    press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.parts.filters.field.hasFocus()
    window.parts.filters.field.setText("door")
    qtbot.waitUntil(lambda: bool(source.wished("order")))
    assert source.wished("order")[-1][1].text == "door"
    press(window, Qt.Key.Key_Escape)
    assert window.parts.filters.isHidden()
    assert source.wished("order")[-1][1].text == ""
    window.parts.counters.wanted.emit(Show.PROBLEMS)
    assert source.wished("order")[-1][1].show is Show.PROBLEMS
    window.table.horizontalHeader().sectionClicked.emit(1)
    assert source.wished("order")[-1][1].by is SortBy.IDENTIFIER


def test_a_late_answer_to_an_old_order_is_not_shown(qtbot: QtBot, window: Window, source: Source, hear: Hear) -> None:
    hear(*mixed())
    window.table.horizontalHeader().sectionClicked.emit(0)
    qtbot.waitUntil(lambda: window.items.rows.id_at(0) == 1)
    hear_order = [window.items.rows.id_at(at) for at in range(9)]
    assert hear_order == list(range(1, 10))


def test_rows_that_were_kept_before_are_there_when_the_desk_is_ready(qtbot: QtBot, window: Window,
                                                                     source: Source) -> None:
    source.items = {item.id: item for item in mixed()}
    source.tell(Ready("desk"))
    qtbot.waitUntil(lambda: window.items.rowCount() == 9)
    qtbot.waitUntil(lambda: window.items.item_at(0) is not None)
    assert window.table.current_id() == 9


def test_a_pasted_list_is_taken_in_line_by_line(qtbot: QtBot, window: Window, source: Source) -> None:
    window.actions_here.take_text("abc\r\n\n  def  \n" + "x" * 9_000)
    qtbot.waitUntil(lambda: len(source.wished("keep")) == 3)
    scans = [args[0] for args in source.wished("keep")]
    assert [scan.data for scan in scans[:2]] == [b"abc", b"def"]
    assert {scan.source for scan in scans} == {"pasted"}
    assert len(scans[2].data) == 7_090


def test_the_paste_key_works_in_the_table_and_not_in_a_field(qtbot: QtBot, window: Window, source: Source) -> None:
    QGuiApplication.clipboard().setText("abc")
    window.parts.filters.open()
    press(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert window.parts.filters.field.text() == "abc"
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(source.wished("keep")) == 1)


def test_dropped_files_are_told(qtbot: QtBot, window: Window) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/pictures/a.png"), QUrl("https://example.org/b.png")])
    with qtbot.waitSignal(window.files_dropped) as told:
        window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                                    Qt.KeyboardModifier.NoModifier))
    assert told.args == [["/pictures/a.png"]]


def test_troubles_and_refused_wishes_are_lines_never_boxes(qtbot: QtBot, window: Window, source: Source) -> None:
    source.tell(Refused("claim", "batch_changed"))
    qtbot.waitUntil(window.parts.banner.isVisible)
    source.tell(Trouble("disk_full", "database or disk is full"))
    qtbot.waitUntil(lambda: window.parts.banner.shown is not None and "disk is full" in window.parts.banner.shown.text)
    assert QApplication.activeModalWidget() is None


def test_a_panel_stands_beside_a_wide_table_and_over_a_narrow_one(qtbot: QtBot, window: Window) -> None:
    panel = QLineEdit()
    window.panels.add("details", panel)
    assert not window.panels.isVisible()
    assert window.panels.open("details")
    assert panel.isVisible()
    assert panel.hasFocus()
    window.panels.close_open()
    window.resize(1366, 768)
    qtbot.waitUntil(window.panels.isVisible)
    table = window.table
    qtbot.waitUntil(lambda: window.panels.x() > table.mapTo(window, QPoint(table.width(), 0)).x())
    assert not window.panels.open("no such panel")


def walk(widget: QWidget) -> list[QWidget]:
    return [widget, *widget.findChildren(QWidget)]


def test_every_control_has_a_name_and_is_no_default(window: Window, hear: Hear) -> None:
    hear(*mixed())
    window.parts.filters.open()
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in walk(window)
        if not widget.isHidden()
        and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and isinstance(widget, QAbstractButton | QLineEdit | QTableView)
        and not (widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()))
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []
    assert [button for button in window.findChildren(QPushButton) if button.autoDefault()] == []


def test_hostile_text_stays_plain_and_on_its_line(window: Window, hear: Hear) -> None:
    hear(row(1, "<b>x</b>\u202e\u0000\nabc", name="<img src=x>", place="<script>"))
    window.grab()
    labels = [label for label in window.findChildren(QLabel) if label.textFormat() is Qt.TextFormat.RichText]
    assert labels == []
    assert "<b>x</b>" in window.items.data(window.items.index(0, 1))


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_paints_in_every_theme_and_size(qtbot: QtBot, source: Source, theme: str, scale: float) -> None:
    window = Window(source, WindowSettings(theme=theme, scale=scale, volume=0))
    qtbot.addWidget(window)
    window.show()
    source.tell(LINE, ItemsChanged(tuple(mixed())), plan_of(mixed()))
    qtbot.waitUntil(lambda: window.items.rowCount() == 9)
    for size in ((1024, 768), (1920, 1080)):
        window.resize(*size)
        assert window.parts.band.height() >= size[1] * 0.25 - 1
        assert not window.grab().isNull()
    window.bridge.stop()


def test_before_a_database_that_cannot_be_opened_it_asks_for_no_scan(qtbot: QtBot, window: Window,
                                                                     source: Source) -> None:
    source.tell(Trouble("newer_version"))
    qtbot.waitUntil(lambda: band(window)[0] == "DO NOT SCAN")
    source.tell(Ready("desk"))
    qtbot.waitUntil(lambda: band(window)[0] == "READY TO SCAN")
