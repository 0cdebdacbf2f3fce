"""The whole way before a real desk: choose, claim by key, read what came of it, save the receipt."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from station.core.scan import Scan
from station.desk import intake
from station.ui.panel_list import RowList
from tests.ui.panel_bench import PanelBench, focused, panel, part, real_desk, texts

KIT, LONE, WRONG = "maple-harbor-lantern", "c1sample0000000000a0", "zz-unknown-zz"


def test_a_batch_is_claimed_summed_up_and_its_receipt_saved(qtbot: QtBot, tmp_path: Path) -> None:
    with real_desk(qtbot) as (station, window):
        for text in (KIT, LONE, WRONG):
            station.desk.do(intake.keep, Scan(text.encode(), "practice", datetime.now(UTC)))
        qtbot.waitUntil(lambda: window.state.plan.counts.ready > 0, timeout=20_000)
        window.panels.open("targets")
        QTest.keyClicks(focused(), "oslo")
        QTest.keyClick(focused(), Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: window.state.target_title == "Oslo-West", timeout=20_000)
        window.conduct.claim()
        QTest.keyClicks(focused(), "Kari")
        QTest.keyClick(focused(), Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: window.state.operator == "Kari", timeout=20_000)
        with qtbot.waitSignal(window.bridge.summary, timeout=20_000):
            window.conduct.claim()
        window.panels.open("summary")
        shown = panel(window.panels, "summary")
        qtbot.waitUntil(lambda: "5 devices claimed into Oslo-West" in texts(shown), timeout=20_000)
        assert "Not found" in texts(shown)
        assert f"Row 3: {WRONG}" in texts(shown)
        assert "→" in texts(shown)
        QTest.mouseClick(part(shown, QPushButton, "Copy text"), Qt.MouseButton.LeftButton)
        assert "Kari" in QGuiApplication.clipboard().text()
        part(shown, QPushButton, "Save receipt").click()
        qtbot.waitUntil(lambda: "Saved:" in texts(shown), timeout=20_000)
        saved = sorted(station.folders.databases(True).glob("receipts/*"))
        assert [path.suffix for path in saved] == [".csv", ".pdf"]
        assert "Oslo-West" in saved[0].name
        assert "claimed_now" in saved[0].read_text("utf-8-sig")
        assert part(shown, QPushButton, "Open folder").isVisible()
        window.panels.open("operator")
        names = part(panel(window.panels, "operator"), RowList, "Known names")
        qtbot.waitUntil(lambda: "Kari" in [row.key for row in names.rows.rows], timeout=20_000)


def test_before_the_first_claim_it_says_so(qtbot: QtBot) -> None:
    with real_desk(qtbot) as (_station, window):
        window.panels.open("summary")
        shown = panel(window.panels, "summary")
        qtbot.wait(200)
        assert "Nothing was claimed yet" in texts(shown)
        assert not part(shown, QPushButton, "Save receipt").isEnabled()


def test_a_desk_that_cannot_be_read_leaves_it_at_that(qtbot: QtBot) -> None:
    bench = PanelBench(qtbot)
    assert "Nothing was claimed yet" in texts(bench.open("summary"))
