"""Forms drawn from what a system asks for: typed rows, half rows filled in, secrets that nobody reads on the screen."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from station.core.finding import ClaimStatus
from station.core.identifier import Identifier, Kind
from station.core.item import Details, Link
from station.core.news import ItemsChanged
from station.core.target import Target
from station.ui.entry_parts import EntryField, KindChoice
from station.ui.terms import FieldTerms, Terms
from tests.ui.panel_bench import PanelBench, focused, part, texts
from tests.ui.rows import LINE, NOW, mixed, plan_of, row

CAKE = Terms(look_up=False, kinds=(Kind.SERIAL_PIN,), fields=(FieldTerms("serial"), FieldTerms("pin")))
XYTE = Terms(kinds=(Kind.SERIAL_MAC, Kind.CLOUD_ID), fields=(
    FieldTerms("serial", needed=False), FieldTerms("mac", needed=False, pattern="([0-9A-F]{2}:?){6}")))
HERE = Terms(kinds=(Kind.CODE, Kind.EXTERNAL_ID), fields=(FieldTerms("app_id", default="app-12345678"),))
TERMS = {"datacake": CAKE, "xyte": XYTE, "here": HERE}
HALF = row(20, Identifier.of(Kind.SERIAL_PIN, serial="DC-1"), claim_status=ClaimStatus.UNCHECKED, looked_up_at=None)


def bench_of(qtbot: QtBot, kind: str) -> PanelBench:
    items = [*mixed(), HALF]
    bench = PanelBench(qtbot, line=replace(LINE, kind=kind), items=items,
                       terms=lambda _connection, kind: TERMS.get(kind, Terms()))
    bench.window.table.go_to(8)  # the newest row is the half one
    return bench


def type_in(shown: QWidget, name: str, text: str) -> QLineEdit:
    line = part(shown, QLineEdit, name)
    line.setText(text)
    return line


def test_a_system_that_takes_plain_codes_has_one_field(qtbot: QtBot) -> None:
    shown = bench_of(qtbot, "disruptive").open("entry")
    assert part(shown, EntryField, "ID of a kit or a device")
    assert not [each for each in shown.findChildren(KindChoice) if each.isVisible()]


def test_the_form_of_the_chosen_system_is_there_at_once(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, "xyte")
    shown = bench.open("entry")
    assert focused() is part(shown, QLineEdit, "Serial number")
    type_in(shown, "Serial number", "SN-1")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert focused() is part(shown, QLineEdit, "MAC address")
    type_in(shown, "MAC address", "00:11:22:33:44:55")
    type_in(shown, "Name (may stay empty)", " Screen  on wall ")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    (scan, connection, identifier, name), = bench.source.wished("keep_typed")
    assert identifier == Identifier.of(Kind.SERIAL_MAC, serial="SN-1", mac="00:11:22:33:44:55")
    assert (scan.text, scan.source, connection, name) == (identifier.text, "typed", "oslo", "Screen on wall")
    assert focused().text() == ""  # type: ignore[attr-defined]


def test_half_of_it_can_be_kept_by_the_button(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, "xyte")
    shown = bench.open("entry")
    type_in(shown, "Serial number", "SN-1")
    QTest.mouseClick(part(shown, QPushButton, "Keep"), Qt.MouseButton.LeftButton)
    assert bench.source.wished("keep_typed")[0][2].missing == ("mac",)


def test_what_does_not_look_right_is_said_and_taken_all_the_same(qtbot: QtBot) -> None:
    shown = bench_of(qtbot, "xyte").open("entry")
    type_in(shown, "MAC address", "hello")
    assert "does not look like the MAC address" in texts(shown)
    type_in(shown, "MAC address", "001122aabbcc")
    assert "does not look like" not in texts(shown)


@pytest.mark.parametrize("pattern", ["(", "[", "(?P<a>", "*"])
def test_a_pattern_that_is_none_harms_nothing(qtbot: QtBot, pattern: str) -> None:
    terms = replace(XYTE, fields=(FieldTerms("serial", pattern=pattern),))
    bench = PanelBench(qtbot, terms=lambda _connection, _kind: terms)
    type_in(bench.open("entry"), "Serial number", "SN-1")


def test_any_code_or_a_list_can_be_typed_at_every_system(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, "xyte")
    shown = bench.open("entry")
    part(shown, KindChoice, "What you type: Serial + MAC").choose(None)
    part(shown, EntryField, "ID of a kit or a device").setPlainText("SN:1 MAC:001122334455")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert bench.source.wished("keep")[0][0].text == "SN:1 MAC:001122334455"


def test_a_default_of_the_connection_stands_there_already(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, "here")
    shown = bench.open("entry")
    part(shown, KindChoice, "What you type: Any code, or a list").choose(Kind.EXTERNAL_ID)
    assert part(shown, QLineEdit, "App ID").text() == "app-12345678"
    type_in(shown, "ID of the device in its app", "VEH-42")
    QTest.mouseClick(part(shown, QPushButton, "Keep"), Qt.MouseButton.LeftButton)
    assert bench.source.wished("keep_typed")[0][2].text == "external_id=VEH-42,app_id=app-12345678"
    assert part(shown, QLineEdit, "App ID").text() == "app-12345678"


def test_a_pin_is_hidden_but_while_the_eye_is_held_and_is_gone_once_kept(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, "datacake")
    shown = bench.open("entry")
    pin = type_in(shown, "PIN", "4711-canary")
    type_in(shown, "Serial number", "DC-9")
    assert pin.echoMode() is QLineEdit.EchoMode.Password
    eye = part(shown, QToolButton, "Show the PIN")
    QTest.mousePress(eye, Qt.MouseButton.LeftButton)
    assert pin.echoMode() is QLineEdit.EchoMode.Normal
    QTest.mouseRelease(eye, Qt.MouseButton.LeftButton)
    assert pin.echoMode() is QLineEdit.EchoMode.Password
    QTest.mouseClick(part(shown, QPushButton, "Keep"), Qt.MouseButton.LeftButton)
    (scan, _, identifier, _), = bench.source.wished("keep_typed")
    assert identifier.secret("pin").reveal() == "4711-canary"
    assert "canary" not in f"{scan!r} {identifier!r} {texts(shown)} {pin.text()}"


def test_a_half_row_says_what_it_waits_for_and_is_filled_in_from_its_details(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, "datacake")
    shown = bench.show_details(Details(HALF))
    assert "Row 20 waits for its PIN: scan or type it here" in texts(shown)
    pin = part(shown, QLineEdit, "PIN")
    assert pin.echoMode() is QLineEdit.EchoMode.Password
    assert not part(shown, QPushButton, "Fill in").isEnabled()
    pin.setText("4711")
    QTest.keyClick(pin, Qt.Key.Key_Return)
    assert bench.source.wished("fill") == [(20, {"pin": "4711"})]
    assert pin.text() == ""


def test_a_half_row_is_filled_in_from_the_entry_panel_too(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, "datacake")
    bench.window.table.go_to(20)
    shown = bench.open("entry")
    assert "Row 20 waits for its PIN" in texts(shown)
    QTest.keyClicks(focused(), "4711")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert bench.source.wished("fill") == [(20, {"pin": "4711"})]
    bench.window.panels.close_open()
    bench.window.table.go_to(8)
    assert "waits for its" not in texts(bench.open("entry"))


def test_enter_on_a_half_row_leads_to_what_it_lacks(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, "datacake")
    bench.window.table.go_to(20)
    bench.window.table.setFocus()
    QTest.keyClick(bench.window.table, Qt.Key.Key_Return)
    assert bench.window.panels.open_name == "details"
    assert focused().accessibleName() == "PIN"


def test_what_is_typed_stays_while_the_row_is_told_anew(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, "datacake")
    shown = bench.show_details(Details(HALF))
    part(shown, QLineEdit, "PIN").setText("47")
    bench.tell(ItemsChanged((replace(HALF, name="Roof"),)))
    bench.show_details(Details(replace(HALF, name="Roof")))
    assert part(shown, QLineEdit, "PIN").text() == "47"


@pytest.mark.parametrize("fields", [{"repeat_of": Link(3, 3, "b", NOW)}, {"fits": "xyte"}, {"closed": True}])
def test_a_row_that_waits_for_nothing_asks_for_nothing(qtbot: QtBot, fields: dict[str, object]) -> None:
    bench = bench_of(qtbot, "datacake")
    shown = bench.show_details(Details(replace(HALF, **fields)))  # type: ignore[arg-type]
    assert "waits for its PIN: scan" not in texts(shown)


def test_details_say_that_a_vendor_cannot_be_asked_and_what_is_left_at_the_target(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, "datacake")
    bench.window.state.targets["oslo"] = (Target("p1", "Oslo-West", licence="ACTIVE", seats_left=3),)
    bench.tell(plan_of(bench.items))
    said = texts(bench.show_details(Details(row(8, "b5rj9ed7rihk942p48p0", looked_up_at=None))))
    assert "This vendor cannot be asked before claiming" in said
    assert "3 places left · licence ACTIVE" in said
