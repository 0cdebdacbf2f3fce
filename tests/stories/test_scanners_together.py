"""The whole window with scanners beside the keyboard: what they read is on the table, and kept when it is closed."""

import socket
import sqlite3
import time
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station.app import Application
from station.folders import find_folders
from station.settings import read_settings
from station.words import choose_language

WAIT_MS = 20_000
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_what_was_read_last_is_kept_when_the_window_is_closed(qapp: QApplication, qtbot: QtBot) -> None:
    choose_language("en")
    folders = find_folders()
    folders.config.mkdir(parents=True, exist_ok=True)
    folders.settings.write_text(
        '[station]\nsound = false\n[scanners.phones]\nkind = "tcp"\nport = 0\n[scanners.odd]\nkind = "no_such"\n',
        "utf-8")
    application = Application(qapp, read_settings(folders.settings), folders)
    window = application.window
    window.show()

    def wait(is_so: Callable[[], bool]) -> None:
        qtbot.waitUntil(is_so, timeout=WAIT_MS)

    wait(lambda: application._listens is not None and application._listens.scanning is not None)
    listens = application._listens
    assert listens is not None
    assert listens.scanning is not None
    lines = listens.scanning.lines
    wait(lambda: "phones" in lines and str(lines["phones"].state.condition) == "ready")
    port = getattr(lines["phones"].scanner, "port", 0)
    codes = [f"KIT-{number}" for number in range(30)]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as guest:
        guest.sendall("".join(f"{code}\r\n" for code in codes[:10]).encode())
        wait(lambda: window.items.rowCount() == 10)
        guest.sendall("".join(f"{code}\r\n" for code in codes[10:]).encode())
        time.sleep(0.3)  # they are on their way from the network to the scanner's thread
        window.close()
    wait(lambda: not window.isVisible())
    application.end()
    with sqlite3.connect(folders.databases(True) / "desk.db") as database:
        kept = {row[0] for row in database.execute("SELECT text FROM items")}
    database.close()
    assert kept == set(codes)
