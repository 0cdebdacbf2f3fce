"""A window with a source of news behind it."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from station.ui.window import Window, WindowSettings
from station.words import choose_language
from tests.ui.rows import LINE, plan_of
from tests.ui.source import Source


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def window(qtbot: QtBot, source: Source) -> Iterator[Window]:
    """Shown, listening, with one connection and no rows."""
    choose_language("en")
    shown = Window(source, WindowSettings(theme="light", volume=0))
    qtbot.addWidget(shown)
    shown.resize(1024, 768)
    with qtbot.waitSignal(shown.painted, timeout=5_000):
        shown.show()
    shown.set_listening(True)
    source.tell(LINE, plan_of([]))
    qtbot.waitUntil(lambda: shown.state.plan.connection == "oslo")
    yield shown
    shown.bridge.stop()
