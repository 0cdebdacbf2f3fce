"""A second start rings at the first window: files are named, and a stranger's noise names none."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from station.ui.single import Doorbell, _name, raise_first


def test_the_files_of_a_second_start_arrive(qtbot: QtBot, tmp_path: Path) -> None:
    parent, heard = QObject(), list[list[str]]()
    bell = Doorbell(tmp_path, parent)
    bell.rung.connect(heard.append)
    try:
        assert raise_first(tmp_path, ["/a/b c.png", "/ü.csv"])
        assert raise_first(tmp_path)
        qtbot.waitUntil(lambda: len(heard) == 2)
        assert heard == [["/a/b c.png", "/ü.csv"], []]
    finally:
        bell.close()
    assert not raise_first(tmp_path, ["/x"])


def test_noise_names_no_file(qtbot: QtBot, tmp_path: Path) -> None:
    parent, heard = QObject(), list[list[str]]()
    bell = Doorbell(tmp_path, parent)
    bell.rung.connect(heard.append)
    noises = (b"raise\n", b"[" * 100_000, b'{"a": 1}', b'[1, null, "/x.png"]', b"\xff\xfe", b"")
    try:
        for noise in noises:
            socket = QLocalSocket()
            socket.connectToServer(_name(tmp_path))
            assert socket.waitForConnected(1000)
            socket.write(noise)
            socket.waitForBytesWritten(1000)
            socket.disconnectFromServer()
        qtbot.waitUntil(lambda: len(heard) == len(noises))
        assert sorted(heard) == [[], [], [], [], [], ["/x.png"]]
    finally:
        bell.close()
