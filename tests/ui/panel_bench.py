"""A window with all its panels before a made-up desk, or before a real one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from station.core.item import Details, Item
from station.core.news import ConnectionState, DetailsRead, ItemsChanged, News, Ready
from station.desk.house import greet
from station.folders import find_folders
from station.parts import Station, assemble
from station.settings import Settings
from station.surroundings import read_label, surroundings
from station.ui.own_panels import Surroundings, add_panels
from station.ui.panels import Panels
from station.ui.terms import Terms
from station.ui.window import Window, WindowSettings
from tests.ui.rows import LINE, mixed, plan_of
from tests.ui.source import Source

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
Part = TypeVar("Part", bound=QWidget)


class PanelBench:
    """A window before a made-up desk that has told the nine rows of all kinds."""

    def __init__(self, qtbot: QtBot, settings: WindowSettings | None = None, *, line: ConnectionState = LINE,
                 items: list[Item] | None = None, terms: Callable[[str, str], Terms] | None = None) -> None:
        self.qtbot = qtbot
        self.source = Source()
        self.window = Window(self.source, settings)
        qtbot.addWidget(self.window)
        self.items = mixed() if items is None else items
        self.source.items = {item.id: item for item in self.items}
        plain = Terms("prepaid_subscription", irreversible=True, release=True, release_costs="history")
        around = Surroundings(("Anna", "Per"), Path("receipts"), "desk-1", lambda: datetime.now(UTC), read_label,
                              terms or (lambda _connection, _kind: plain))
        add_panels(self.window, self.source, around)
        self.window.show()
        self.tell(Ready("d-1"), line, ItemsChanged(tuple(self.items)), plan_of(self.items))
        qtbot.waitUntil(lambda: self.window.items.rowCount() == len(self.items))

    def tell(self, *news: News) -> None:
        self.source.tell(*news)
        self.qtbot.wait(5)
        # On a busy machine the window takes in many news in several turns, each begun by a timer of the bridge's.
        turns = self.window.bridge.findChildren(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
        self.qtbot.waitUntil(lambda: not any(turn.isActive() for turn in turns))

    def open(self, name: str) -> QWidget:
        """Open a panel as its key does; gives it."""
        assert self.window.panels.open(name)
        return panel(self.window.panels, name)

    def show_details(self, details: Details) -> QWidget:
        """Select a row and answer what the panel asks for it."""
        shown = self.open("details")
        self.window.table.go_to(details.item.id)
        # An answer that came before the panel has asked for this row would be gone.
        once = [each for each in shown.findChildren(QTimer) if each.isSingleShot()]
        wish = (details.item.id,)
        self.qtbot.waitUntil(
            lambda: self.source.wished("details")[-1:] == [wish] and not any(each.isActive() for each in once)
        )
        self.tell(DetailsRead(details))
        return shown


def panel(panels: Panels, name: str) -> QWidget:
    """The panel of that name that is open."""
    assert panels.open_name == name
    return next(each for each in panels.findChildren(QWidget, options=_DIRECT) if each.isVisible())


def part(whole: QWidget, kind: type[Part], name: str) -> Part:
    """The visible part with this accessible name."""
    found = [each for each in whole.findChildren(kind) if each.accessibleName() == name and each.isVisibleTo(whole)]
    assert found, f"no {kind.__name__} is named {name!r}"
    return found[0]


def focused() -> QWidget:
    """The part that has the keyboard."""
    at = QApplication.focusWidget()
    assert at is not None
    return at


def texts(whole: QWidget) -> str:
    """All that the labels in view say."""
    labels = [each for each in whole.findChildren(QLabel) if each.isVisibleTo(whole)]
    return "\n".join(each.text().replace("\N{ZERO WIDTH SPACE}", "") for each in labels)


@contextmanager
def real_desk(qtbot: QtBot) -> Iterator[tuple[Station, Window]]:
    """A window with its panels before a started station: real files, the bundled server, real threads."""
    station = assemble(Settings(operators=("Anna",)), find_folders())
    window = Window(station.desk)
    qtbot.addWidget(window)
    add_panels(window, station.desk, surroundings(station))
    window.show()
    station.start()
    station.open_services()
    station.desk.do(greet)
    try:
        qtbot.waitUntil(lambda: "local" in window.state.targets, timeout=20_000)
        yield station, window
    finally:
        window.bridge.stop()
        station.stop(5)
