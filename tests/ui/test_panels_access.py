"""What every panel owes everybody: names, plain texts, keys that press nothing by surprise, nothing cut off."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QPushButton,
    QRadioButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from station.core.finding import ClaimStatus, FoundDevice
from station.core.identifier import Identifier, Kind
from station.core.item import Details, Device
from station.core.news import DetailsRead, TargetsRead
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.core.target import Target
from station.reports.support import Letter
from station.surroundings import terms_of_kind
from station.ui.terms import Terms
from station.ui.window import WindowSettings
from tests.ui.panel_bench import PanelBench
from tests.ui.rows import LINE

LONG = "x" * 64
SHOWN: dict[str, Callable[[PanelBench], QWidget]] = {}


def scene(show: Callable[[PanelBench], QWidget]) -> Callable[[PanelBench], QWidget]:
    SHOWN[show.__name__] = show
    return show


@scene
def operator(bench: PanelBench) -> QWidget:
    return bench.open("operator")


@scene
def targets(bench: PanelBench) -> QWidget:
    closed = Target("p2", "Archive", may_claim=False)
    bench.tell(TargetsRead("oslo", (Target("p1", LONG, LONG, may_claim=True), closed)))
    return bench.open("targets")


@scene
def entry(bench: PanelBench) -> QWidget:
    return bench.open("entry")


@scene
def help_page(bench: PanelBench) -> QWidget:
    return bench.open("help")


@scene
def summary(bench: PanelBench) -> QWidget:
    return bench.open("summary")


@scene
def ready_kit(bench: PanelBench) -> QWidget:
    kit = bench.items[-1]
    devices = tuple(Device(n, kit.id, FoundDevice(LONG, ClaimStatus.UNCLAIMED)) for n in range(9))
    return bench.show_details(Details(kit, devices))


@scene
def held(bench: PanelBench) -> QWidget:
    item = replace(bench.items[2], progress=Progress.HELD, shown=LONG)
    return bench.show_details(Details(item))


@scene
def claimed(bench: PanelBench) -> QWidget:
    item = bench.items[1]
    outcome = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, handle=LONG, request_id=LONG)
    found = FoundDevice(LONG, ClaimStatus.UNCLAIMED)
    shown = bench.show_details(Details(item, (Device(1, item.id, found, Progress.CLAIMED, outcome),)))
    next(each for each in shown.findChildren(QPushButton) if each.text() == "Release…").click()
    return shown


@scene
def names(bench: PanelBench) -> QWidget:
    shown = bench.open("names")
    next(each for each in shown.findChildren(QPushButton) if each.text() == "{n:03}").click()
    return shown


@scene
def several_connections(bench: PanelBench) -> QWidget:
    bench.tell(replace(LINE, connection="here", title="HERE Tracking", kind="here"))
    return targets(bench)


@scene
def form(bench: PanelBench) -> QWidget:
    bench.tell(replace(LINE, kind="datacake"))
    shown = bench.open("entry")
    assert shown.findChildren(QToolButton)
    return shown


@scene
def half_row(bench: PanelBench) -> QWidget:
    pair = Identifier.of(Kind.SERIAL_PIN, serial=LONG)
    return bench.show_details(Details(replace(bench.items[-1], identifier=pair)))


@scene
def owner(bench: PanelBench) -> QWidget:
    bench.tell(replace(LINE, kind="datacake"))
    item = bench.items[-2]
    found = FoundDevice(LONG, ClaimStatus.UNCLAIMED, owned=True)
    shown = bench.show_details(Details(item, (Device(1, item.id, found),), page="https://vendor.example/1"))
    next(each for each in shown.findChildren(QPushButton) if each.text() == "Open claiming…").click()
    return shown


@scene
def move(bench: PanelBench) -> QWidget:
    bench.tell(replace(LINE, kind="xyte"), TargetsRead("oslo", (Target("p1", LONG, LONG), Target("p2", "Room"))))
    item = bench.items[1]
    found = FoundDevice("dev", ClaimStatus.UNCLAIMED)
    shown = bench.show_details(Details(item, (Device(1, item.id, found, Progress.CLAIMED, item.outcome),)))
    next(each for each in shown.findChildren(QPushButton) if each.text() == "Move…").click()
    return shown


@scene
def support(bench: PanelBench) -> QWidget:
    answer: Future[Any] = Future()
    answer.set_result([Letter("oslo", LONG, "subject", LONG, 3), Letter("here", "HERE", "subject", "body", 1)])
    bench.source.read = lambda _query: answer  # type: ignore[method-assign, assignment]
    shown = bench.open("support")
    bench.tell()
    return shown


LOOKS = (("light", 1.0, (1366, 768)), ("dark", 1.5, (1024, 768)), ("light", 2.0, (1920, 1080)))


def bench_of(qtbot: QtBot, settings: WindowSettings | None = None) -> PanelBench:
    """A window whose connection is of no kind until it is told, then of a real one."""
    plain = Terms("prepaid_subscription", release=True, release_costs="history")
    return PanelBench(qtbot, settings, terms=lambda _connection, kind: terms_of_kind(kind) if kind else plain)


@pytest.fixture(params=SHOWN)
def show(request: pytest.FixtureRequest) -> Callable[[PanelBench], QWidget]:
    return SHOWN[request.param]


def visible(whole: QWidget, kind: type[QWidget]) -> list[QWidget]:
    return [each for each in whole.findChildren(kind) if each.isVisibleTo(whole)]


def test_controls_have_names_labels_are_plain_and_no_button_is_a_default(
    qtbot: QtBot, show: Callable[[PanelBench], QWidget]
) -> None:
    whole = show(bench_of(qtbot))
    assert whole.accessibleName()
    for each in visible(whole, QWidget):
        inner = isinstance(each.parentWidget(), QAbstractScrollArea) or each.objectName().startswith("qt_")
        if each.focusPolicy() != Qt.FocusPolicy.NoFocus and not inner:
            named = each.accessibleName() or (isinstance(each, QRadioButton) and each.text())
            assert named, type(each)
    for label in whole.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText, label.text()
    for button in whole.findChildren(QPushButton):
        assert not button.autoDefault(), button.text()
        assert not button.isDefault(), button.text()


def test_tab_goes_round_through_all_controls(qtbot: QtBot, show: Callable[[PanelBench], QWidget]) -> None:
    bench = bench_of(qtbot)
    whole = show(bench)
    bench.window.activateWindow()
    wanted = {each for each in visible(whole, QWidget)
              if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isEnabled() and each.focusProxy() is None}
    met: set[QWidget] = set()
    for _ in range(80):
        if (at := QApplication.focusWidget()) is not None:
            met.add(at)
        if not bench.window.focusNextChild():
            break
    # Of radio buttons one is met; the arrow keys lead to the others.
    missed = {each for each in wanted - met if not isinstance(each, QRadioButton)}
    assert not {getattr(each, "text", str)() for each in missed}


@pytest.mark.parametrize(("theme", "scale", "size"), LOOKS)
def test_nothing_is_cut_off(
    qtbot: QtBot, show: Callable[[PanelBench], QWidget], theme: str, scale: float, size: tuple[int, int]
) -> None:
    bench = bench_of(qtbot, WindowSettings(theme, scale))
    bench.window.resize(*size)
    whole = show(bench)
    qtbot.wait(80)
    for button in visible(whole, QPushButton):
        assert isinstance(button, QPushButton)
        needed = QFontMetrics(button.font()).horizontalAdvance(button.text())
        assert button.width() >= needed, (button.text(), button.width(), needed)
    for label in visible(whole, QLabel):
        assert isinstance(label, QLabel)
        if label.text():
            assert label.height() >= label.heightForWidth(label.width()) - 1, label.text()
            for word in label.text().replace("\n", " ").split():
                if "\N{ZERO WIDTH SPACE}" not in word:
                    advance = QFontMetrics(label.font()).horizontalAdvance(word)
                    assert advance <= label.contentsRect().width(), word
    right = whole.mapToGlobal(whole.rect().bottomRight()).x()
    for each in visible(whole, QWidget):
        assert each.mapToGlobal(each.rect().bottomRight()).x() <= right + 1, each


def test_a_change_of_theme_is_taken_while_a_panel_is_open(qtbot: QtBot, show: Callable[[PanelBench], QWidget]) -> None:
    bench = bench_of(qtbot, WindowSettings("light"))
    whole = show(bench)
    before = whole.styleSheet()
    bench.window.change_settings(WindowSettings("dark", 1.25))
    assert whole.styleSheet() != before
    bench.tell(DetailsRead(Details(bench.items[0])))
