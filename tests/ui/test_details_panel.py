"""What the details say of a row, and what can be done there."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from station.core.finding import ClaimStatus, FoundDevice
from station.core.item import Details, Device, Event, Item, Link
from station.core.news import ItemsChanged, ItemsGone
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.desk.decisions import Choice
from station.ui.panel_list import RowList
from tests.ui.panel_bench import PanelBench, part, texts
from tests.ui.rows import NOW, mixed

CLAIMED = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, handle="claim-9", place="Oslo-West", request_id="req-7")


@pytest.fixture
def bench(qtbot: QtBot) -> PanelBench:
    return PanelBench(qtbot)


def row(number: int, **fields: object) -> Item:
    return replace(next(item for item in mixed() if item.number == number), **fields)  # type: ignore[arg-type]


def device(number: int, item: Item, progress: Progress = Progress.OPEN, outcome: Outcome | None = None) -> Device:
    return Device(number, item.id, FoundDevice(f"dev-{number}", ClaimStatus.UNCLAIMED), progress, outcome)


def buttons(shown: QWidget) -> set[str]:
    return {each.text() for each in shown.findChildren(QPushButton) if each.isVisibleTo(shown)}


def press(bench: PanelBench, shown: QWidget, name: str) -> None:
    QTest.mouseClick(part(shown, QPushButton, name), Qt.MouseButton.LeftButton)


def test_a_ready_kit_says_what_claim_starts_and_what_is_inside(bench: PanelBench) -> None:
    kit = row(9)
    shown = bench.show_details(Details(kit, tuple(device(n, kit) for n in range(3_000))))
    said = texts(shown)
    assert "work-building-flower" in said
    assert "Claim starts 25 prepaid subscriptions today, in Oslo-West. It cannot be undone." in said
    assert "3000 devices inside" in said
    devices = part(shown, RowList, "Devices inside")
    assert devices.model().rowCount() == 3_000
    assert devices.rows.rows[0].line == "Unclaimed"
    assert {"Check again", "Remove"} <= buttons(shown)


def test_a_problem_says_cause_meaning_and_next_step(bench: PanelBench) -> None:
    said = texts(bench.show_details(Details(row(5))))
    assert "Somebody has claimed this already" in said
    assert "subscription billing" in said
    assert "Identify Device" in said


def test_the_raw_scan_is_shown_as_it_was_kept_with_its_code_in_words(bench: PanelBench) -> None:
    item = row(8, shown="\N{SYMBOL FOR GROUP SEPARATOR}SN <b>7</b> PIN ***", symbology="]d2", source="keyboard")
    said = texts(bench.show_details(Details(item, operator="Anna")))
    assert "\N{SYMBOL FOR GROUP SEPARATOR}SN <b>7</b> PIN ***" in said
    assert "GS1 Data Matrix (]d2)" in said
    assert "scanner" in said
    assert "Anna" not in said  # nobody has claimed it yet
    for progress in (Progress.QUEUED, Progress.CLAIMED, Progress.REFUSED):
        assert "Anna" in texts(bench.show_details(Details(replace(item, progress=progress), operator="Anna")))


def test_history_is_told_newest_first_and_many_devices_in_one_line(bench: PanelBench) -> None:
    kit = row(9)
    events = [Event(NOW, "step", item=kit.id, device_id=f"d{n}", old="open", new="queued", who="Anna", why="claim")
              for n in range(25)]
    events += [Event(NOW + timedelta(seconds=1), "step", old="queued", new="open", why="kit_changed")]
    said = texts(bench.show_details(Details(kit, history=tuple(events))))
    assert said.index("Open again, the kit's contents changed") < said.index("Queued (Anna), 25 devices")
    assert said.index("Queued (Anna)") < said.index("Scanned\n") or "Scanned" in said


def test_a_repeat_leads_to_the_row_that_it_repeats(bench: PanelBench) -> None:
    repeat = next(item for item in bench.items if item.repeat_of is not None)
    assert repeat.repeat_of is not None
    shown = bench.show_details(Details(repeat))
    press(bench, shown, f"Repeat of row {repeat.repeat_of.number}")
    assert bench.window.table.current_id() == repeat.repeat_of.item


def test_a_row_that_left_the_table_is_named_with_its_batch(bench: PanelBench) -> None:
    elsewhere = Link(99, 4, "5f0c1a2b-aaaa", NOW - timedelta(days=2), on_table=False)
    said = texts(bench.show_details(Details(row(7, repeat_of=elsewhere))))
    assert "in batch 5f0c1a2b, no longer on the table" in said


@pytest.mark.parametrize(
    ("number", "fields", "name", "wish"),
    [
        (8, {}, "Remove", "remove"),
        (8, {}, "Check again", "check_again"),
        (5, {"progress": Progress.REFUSED}, "Try again", "try_again"),
        (1, {}, "Take back", "take_back"),
        (8, {"fits": "xyte"}, "Move", "move_to_fitting"),
    ],
)
def test_each_button_wishes_for_this_row(
    bench: PanelBench, number: int, fields: dict[str, object], name: str, wish: str
) -> None:
    item = row(number, **fields)
    press(bench, bench.show_details(Details(item)), name)
    assert bench.source.wished(wish)[0][0] == [item.id]


def test_release_names_its_cost_and_asks_in_place(bench: PanelBench) -> None:
    item = row(2, outcome=CLAIMED)
    shown = bench.show_details(Details(item, (device(1, item, Progress.CLAIMED, CLAIMED),)))
    assert "claim-9" in texts(shown)
    assert "req-7" in texts(shown)
    press(bench, shown, "Release…")
    assert "lost for good" in texts(shown)
    press(bench, shown, "Keep")
    assert bench.source.wished("release") == []
    press(bench, shown, "Release…")
    press(bench, shown, "Release")
    assert bench.source.wished("release") == [([item.id], "Anna")]


def test_another_row_takes_the_question_away(bench: PanelBench) -> None:
    item = row(2, outcome=CLAIMED)
    shown = bench.show_details(Details(item, (device(1, item, Progress.CLAIMED, CLAIMED),)))
    press(bench, shown, "Release…")
    bench.window.table.go_to(8)
    assert "lost for good" not in texts(shown)


@pytest.mark.parametrize(
    ("words", "choice"),
    [("Ask the vendor again", Choice.ASK_AGAIN), ("It is ours", Choice.CLAIMED),
     ("Not claimed: send it", Choice.FREE), ("Not claimed: leave it", Choice.REFUSED)],
)
def test_a_held_row_is_decided_with_a_name_and_a_reason(bench: PanelBench, words: str, choice: Choice) -> None:
    item = row(3, progress=Progress.HELD)
    shown = bench.show_details(Details(item, (device(1, item, Progress.HELD),)))
    decide = part(shown, QPushButton, "Decide")
    radio = next(each for each in shown.findChildren(QRadioButton) if each.text() == words)
    radio.click()
    assert not decide.isEnabled()
    QTest.keyClicks(part(shown, QLineEdit, "Reason (what you saw)"), "Seen in Studio")
    assert decide.isEnabled()
    decide.click()
    assert bench.source.wished("decide") == [([item.id], choice, "Anna", "Seen in Studio")]


def test_a_row_that_is_not_held_has_nothing_to_decide(bench: PanelBench) -> None:
    shown = bench.show_details(Details(row(8)))
    assert not [each for each in shown.findChildren(QRadioButton) if each.isVisibleTo(shown)]


def test_a_name_is_given_where_it_stands_and_kept_while_it_is_typed(bench: PanelBench) -> None:
    item = row(8, name="")
    shown = bench.show_details(Details(item))
    field = part(shown, QLineEdit, "Name")
    field.setFocus()
    QTest.keyClicks(field, "Fridge 9")
    bench.tell(ItemsChanged((replace(item, claim_status=ClaimStatus.NOT_FOUND),)))
    bench.qtbot.wait(80)
    assert field.text() == "Fridge 9"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert bench.source.wished("rename") == [(item.id, "Fridge 9")]


def test_copy_takes_all_of_it_as_text(bench: PanelBench) -> None:
    item = row(5, shown="raw-text")
    shown = bench.show_details(Details(item, (device(1, item),), operator="Anna"))
    press(bench, shown, "Copy all")
    text = QGuiApplication.clipboard().text()
    for wanted in (item.identifier.text, "Somebody has claimed this already", "raw-text", item.batch):
        assert wanted in text, wanted
    assert "\N{ZERO WIDTH SPACE}" not in text


def test_a_row_that_goes_leaves_the_panel_empty(bench: PanelBench) -> None:
    item = row(8)
    shown = bench.show_details(Details(item))
    for each in bench.items:
        bench.tell(ItemsGone((each.id,)))
    bench.qtbot.waitUntil(lambda: "Select a row" in texts(shown))
