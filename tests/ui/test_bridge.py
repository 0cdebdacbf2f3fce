"""News cross from the desk's thread to Qt's in order, gathered, and a little at a time."""

import threading
from dataclasses import replace

from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from station.core.news import Counts, Heard, ItemsChanged, ItemsGone, Plan, ScanHeard
from station.ui.bridge import Bridge
from tests.ui.rows import row
from tests.ui.source import Source

STORM = 2_000


def test_many_news_from_another_thread_all_arrive_on_the_qt_thread(qtbot: QtBot) -> None:
    source = Source()
    bridge = Bridge(source)
    items: list[int] = []
    scans: list[str] = []
    plans: list[int] = []
    turns: list[int] = []
    here = QThread.currentThread()
    bridge.items_changed.connect(lambda told: items.extend(item.id for item in told))
    bridge.items_changed.connect(lambda told: turns.append(len(told)))
    bridge.heard.connect(lambda told: scans.extend(one.shown for one in told))
    bridge.plan.connect(lambda plan: plans.append(plan.counts.scanned))
    bridge.plan.connect(lambda _plan: [] if QThread.currentThread() is here else plans.append(-1))

    def storm() -> None:
        for number in range(1, STORM + 1):
            item = row(number, "x")
            source.tell(ItemsChanged((item,)), ScanHeard(Heard.KEPT, item, str(number), ""),
                        Plan((), Counts(scanned=number)))

    thread = threading.Thread(target=storm)
    thread.start()
    qtbot.waitUntil(lambda: len(scans) == STORM, timeout=20_000)
    thread.join()
    assert items == list(range(1, STORM + 1))
    assert scans == [str(number) for number in items]
    assert plans[-1] == STORM
    assert -1 not in plans
    assert max(turns) <= 250
    bridge.stop()


def test_the_newest_version_of_a_row_counts_and_gone_stays_gone(qtbot: QtBot) -> None:
    source = Source()
    bridge = Bridge(source)
    told: list[str] = []
    bridge.items_changed.connect(lambda items: told.append(" ".join(f"{item.id}{item.name}" for item in items)))
    bridge.items_gone.connect(lambda gone: told.append(f"gone {gone.ids}"))
    item = row(1, "x", name="a")
    source.tell(ItemsChanged((item,)), ItemsChanged((replace(item, name="b"), row(2, "y"))), ItemsGone((1,)),
                ItemsChanged((row(3, "z"),)))
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told == ["1b 2", "gone (1,)", "3"]
    bridge.stop()
    source.tell(ItemsGone((2,)))
    qtbot.wait(20)
    assert len(told) == 3


def test_a_scan_brings_its_row_as_it_is_after_what_came_with_it(qtbot: QtBot) -> None:
    source = Source()
    bridge = Bridge(source)
    told: list[ScanHeard] = []
    bridge.heard.connect(told.extend)
    before = row(1, "x")
    after = replace(before, name="looked up")
    source.tell(ItemsChanged((before,)), ScanHeard(Heard.KEPT, before, "x", ""), ItemsChanged((after,)))
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].item == after
    bridge.stop()
