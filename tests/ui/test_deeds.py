"""What can be done with a row once it is claimed: the forms, their costs, and what the second press wishes for."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station.core.call import Verb
from station.core.finding import ClaimStatus, FoundDevice
from station.core.item import Details, Device, Item
from station.core.news import DetailsRead, ItemsChanged, TargetsRead
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.core.target import Target
from station.ui.row_deeds import open_page
from station.ui.terms import ChangeTerms, FieldTerms, Terms
from tests.ui.panel_bench import PanelBench, focused, part, texts
from tests.ui.rows import NOW, mixed

DONE = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, "VRTR-5771", "Oslo-West", request_id="8d0f1a52")
TERMS = Terms(release=True, release_costs="tracking_id", move=True, rename=True, changes=(
    ChangeTerms(Verb.LABEL, (FieldTerms("label"), FieldTerms("value", needed=False))),
    ChangeTerms(Verb.OPEN_CLAIMING, (FieldTerms("pin", secret=True), FieldTerms("serial", needed=False)), True, "code"),
    ChangeTerms(Verb.REVOKE, (FieldTerms("workspace"),), True, "claimers"),
))
TARGETS = (Target("p1", "Oslo-West"), Target("p2", "Bergen", may_claim=True), Target("p3", "Archive", may_claim=False))


def claimed(number: int) -> Item:
    item = next(each for each in mixed() if each.number == number)
    return replace(item, progress=Progress.CLAIMED, outcome=DONE, settled_at=NOW, repeat_of=None)


def device(item: Item, *, owned: bool = False) -> Device:
    found = FoundDevice(item.identifier.text, ClaimStatus.UNCLAIMED, owned=owned)
    return Device(item.id, item.id, found, item.progress, item.outcome)


@pytest.fixture
def bench(qtbot: QtBot) -> PanelBench:
    rows = [claimed(each.number) if each.number in (2, 3) else each for each in mixed()]
    made = PanelBench(qtbot, items=rows, terms=lambda _connection, _kind: TERMS)
    made.tell(TargetsRead("oslo", TARGETS))
    return made


def show(bench: PanelBench, number: int = 2, **fields: object) -> QWidget:
    item = claimed(number)
    return bench.show_details(Details(item, (device(item),), operator="Anna", **fields))  # type: ignore[arg-type]


def names(shown: QWidget) -> list[str]:
    return [each.text() for each in shown.findChildren(QPushButton) if each.isVisibleTo(shown)]


def press(shown: QWidget, name: str) -> None:
    QTest.mouseClick(part(shown, QPushButton, name), Qt.MouseButton.LeftButton)


def test_a_claimed_row_offers_what_its_connection_has(bench: PanelBench) -> None:
    shown = show(bench, page="https://vendor.example/devices/1")
    offered = {"Move…", "Rename…", "Set a label…", "Release…", "Open its page"}
    assert offered <= set(names(shown))
    assert "Open claiming…" not in names(shown)


def test_a_row_that_is_not_claimed_offers_none_of_it(bench: PanelBench) -> None:
    item = next(each for each in bench.items if each.number == 8)
    assert not {"Move…", "Rename…", "Set a label…", "Release…"} & set(names(bench.show_details(Details(item))))


def test_an_owner_opens_claiming_with_a_code_that_is_not_shown(bench: PanelBench) -> None:
    item = next(each for each in bench.items if each.number == 8)
    shown = bench.show_details(Details(item, (device(item, owned=True),)))
    assert {"Open claiming…", "Revoke…"} <= set(names(shown))
    assert "Set a label…" not in names(shown)
    assert "Claim starts" not in texts(shown)
    press(shown, "Open claiming…")
    assert "An earlier PIN no longer works." in texts(shown)
    pin = part(shown, QLineEdit, "PIN")
    assert pin.echoMode() is QLineEdit.EchoMode.Password
    assert not part(shown, QPushButton, "Open claiming").isEnabled()
    pin.setText("4711-canary")
    press(shown, "Open claiming")
    (ids, verb, values, secrets, who), = bench.source.wished("change")
    assert (ids, verb, values, who) == ([item.id], Verb.OPEN_CLAIMING, {}, "Anna")
    assert secrets["pin"].reveal() == "4711-canary"
    assert "canary" not in repr(bench.source.wishes)
    assert "canary" not in "".join(each.text() for each in shown.findChildren(QLineEdit))


def test_what_revoking_costs_is_said_before_the_second_press(bench: PanelBench) -> None:
    item = next(each for each in bench.items if each.number == 8)
    shown = bench.show_details(Details(item, (device(item, owned=True),)))
    press(shown, "Revoke…")
    assert "Those who claimed it lose it at once." in texts(shown)
    press(shown, "Leave it")
    assert bench.source.wished("change") == []
    assert "Revoke…" in names(shown)


def test_a_label_is_set_with_what_stands_in_the_form(bench: PanelBench) -> None:
    shown = show(bench)
    press(shown, "Set a label…")
    part(shown, QLineEdit, "Label").setText("room")
    part(shown, QLineEdit, "Its value").setText("12")
    press(shown, "Set a label")
    assert bench.source.wished("change") == [([2], Verb.LABEL, {"label": "room", "value": "12"}, {}, "Anna")]


def test_a_claimed_device_is_renamed_at_the_vendor(bench: PanelBench) -> None:
    shown = show(bench)
    press(shown, "Rename…")
    field = focused()
    assert isinstance(field, QLineEdit)
    assert field.text() == "Gateway 1"
    field.setText("Gateway, roof")
    press(shown, "Rename")
    assert bench.source.wished("rename") == [(2, "Gateway, roof", "Anna")]


def test_a_move_goes_nowhere_before_a_target_is_chosen(bench: PanelBench) -> None:
    shown = show(bench)
    press(shown, "Move…")
    assert not part(shown, QPushButton, "Move").isEnabled()
    QTest.keyClicks(focused(), "berg")
    press(shown, "Move")
    assert bench.source.wished("move") == [([2], "p2", "Bergen", "Anna")]


def test_neither_its_own_target_nor_a_closed_one_can_be_moved_to(bench: PanelBench) -> None:
    shown = show(bench)
    press(shown, "Move…")
    QTest.keyClicks(focused(), "oslo")
    assert not part(shown, QPushButton, "Move").isEnabled()
    focused().clear()  # type: ignore[attr-defined]
    QTest.keyClicks(focused(), "archive")
    assert not part(shown, QPushButton, "Move").isEnabled()


def test_a_release_says_that_the_tracking_id_ends(bench: PanelBench) -> None:
    shown = show(bench)
    press(shown, "Release…")
    assert "Its tracking ID ends with this" in texts(shown)


def test_several_selected_rows_are_meant_together(bench: PanelBench) -> None:
    shown = show(bench)
    bench.window.table.selectAll()
    bench.tell(ItemsChanged((claimed(2),)))
    chosen = bench.window.table.selected_ids()
    shown = show_again(bench)
    assert f"For the {len(chosen)} selected rows" in texts(shown)
    press(shown, "Release…")
    press(shown, "Release")
    assert sorted(bench.source.wished("release")[0][0]) == sorted(chosen)


def show_again(bench: PanelBench) -> QWidget:
    """The details of the current row, read anew while all rows stay selected."""
    current = next(each for each in bench.items if each.id == bench.window.table.current_id())
    shown = bench.open("details")
    item = replace(current, progress=Progress.CLAIMED, outcome=DONE)
    bench.tell(DetailsRead(Details(item, (device(item),))))
    bench.qtbot.waitUntil(lambda: "Release…" in names(shown))
    return shown


def test_handle_and_request_are_copied_by_themselves(bench: PanelBench) -> None:
    shown = show(bench)
    assert {"VRTR-5771", "8d0f1a52"} <= set(texts(shown).splitlines())
    press(shown, "Copy: ID at the vendor")
    assert QGuiApplication.clipboard().text() == "VRTR-5771"
    press(shown, "Copy: Request (for support)")
    assert QGuiApplication.clipboard().text() == "8d0f1a52"


@pytest.mark.parametrize(
    "address",
    ["http://vendor.example/1", "javascript:alert(1)", "file:///etc/passwd", "https://", "", "smb://x/y", "https:///x"],
)
def test_nothing_but_https_is_opened(bench: PanelBench, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    open_page(address)
    assert opened == []
    open_page("https://vendor.example/devices/a%2Fb")
    assert len(opened) == 1


def test_words_that_nobody_knows_are_shown_as_they_are(bench: PanelBench) -> None:
    item = next(each for each in bench.items if each.number == 8)
    strange = replace(item, device_type="fluxCapacitor_v2", title="Doc's", claim_status=ClaimStatus.UNCHECKED)
    said = texts(bench.show_details(Details(strange, raw_finding='{"status": "quarantined"}',
                                            extra=(("label room_no", "12"), ("owned", "Lab")))))
    for wanted in ("fluxCapacitor_v2", "Doc's", '{"status": "quarantined"}', "Label room_no", "12", "Lab"):
        assert wanted in said.splitlines(), wanted
