"""A real window with its panel of connections, before a started station and beside a vendor on a loopback port."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station.connecting.doors import Connections
from station.credentials import find_credentials
from station.desk.house import greet
from station.folders import Folders, find_folders
from station.parts import Station, assemble
from station.secret_file import FileState
from station.server.practice import PRACTICE_TOKEN, practice_settings
from station.settings import Settings, read_settings
from station.surroundings import surroundings
from station.ui.connection_unlock import UnlockLine
from station.ui.connections_panel import ConnectionsPanel, add_connections
from station.ui.own_panels import add_panels
from station.ui.window import Window, WindowSettings
from tests.ui.panel_bench import part, texts

WAIT_MS = 20_000
TOKEN = PRACTICE_TOKEN


@contextmanager
def vendor(folder: Path) -> Iterator[str]:
    """``station serve --practice`` in a process of its own, all its protocols on any port; gives its address."""
    command = [sys.executable, "-m", "station", "serve", "--practice", "--port", "0"]
    command += ["--database", f"sqlite:///{folder / 'vendor.db'}"]
    there = {**os.environ, "STATION_HOME": str(folder), "STATION_STATE": str(folder / "state")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=there)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[2]
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def pasted(address: str) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """What the server prints for each of its protocols: the settings by name, and the secrets by variable."""
    told = practice_settings(address)
    secrets = dict(line[2:].split("=", 1) for line in told.splitlines() if line.startswith("# STATION_SECRET"))
    backends: dict[str, dict[str, Any]] = tomllib.loads(told)["backends"]
    return backends, secrets


class ConnectionBench:
    """What a person does with the panel, and what then stands on the disk."""

    def __init__(self, qtbot: QtBot, station: Station, window: Window) -> None:
        self.qtbot, self.station, self.window = qtbot, station, window
        self.restarts: list[int] = []
        add_connections(window, Connections(station, lambda: self.restarts.append(1)))
        self.panel = next(iter(window.findChildren(ConnectionsPanel)))
        self.line = next(iter(window.findChildren(UnlockLine)))

    @property
    def folders(self) -> Folders:
        return self.station.folders

    def open(self) -> None:
        """By its key, and until it knows how things stand."""
        self.window.activateWindow()
        QTest.keyClick(self.window, Qt.Key.Key_F7)
        assert self.window.panels.open_name == "connections"
        self.wait(lambda: bool(self.panel._overview.kinds))

    def add(self, kind: str, name: str) -> None:
        """Open an empty form of a kind, as a person chooses it."""
        self.press("Add a connection")
        combo = part(self.panel, QComboBox, "System")
        combo.setCurrentIndex(combo.findData(kind))
        combo.activated.emit(combo.currentIndex())
        self.qtbot.wait(5)  # what a layout takes in is shown in a later turn
        self.type("Name", name)

    def press(self, name: str) -> None:
        button = part(self.panel, QPushButton, name)
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)

    def type(self, name: str, text: str) -> None:
        line = part(self.panel, QLineEdit, name)
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, text)

    def fill(self, values: dict[str, Any], secrets: dict[str, str]) -> None:
        """Put values into the form's fields by their own names; folded ones are unfolded first."""
        form = self.panel.page.form
        form.more.setChecked(True)
        for row in form._settings:
            if row.field.name in values and isinstance(row.editor, QComboBox):
                row.show_value(values[row.field.name])
                row.changed.emit()
        for row in form._settings:
            if row.field.name in values and isinstance(row.editor, QLineEdit):
                row.editor.selectAll()
                QTest.keyClicks(row.editor, str(values[row.field.name]))
            elif row.field.name in values and isinstance(row.editor, QCheckBox):
                row.editor.setChecked(bool(values[row.field.name]))
        for each in form._secrets:
            if each.name in secrets:
                QTest.keyClicks(each.line, secrets[each.name])

    def wait(self, is_so: Any) -> None:
        self.qtbot.waitUntil(is_so, timeout=WAIT_MS)

    def wait_for(self, text: str, where: QWidget | None = None) -> None:
        """Until the panel says so."""
        shown = where or self.panel
        try:
            self.wait(lambda: text in texts(shown))
        except Exception as error:
            raise AssertionError(f"{text!r} is not said in: {texts(shown)}") from error

    def settings(self) -> Settings:
        return read_settings(self.folders.settings)


@contextmanager
def bench(qtbot: QtBot, settings_toml: str = "") -> Iterator[ConnectionBench]:
    """A started station with its whole window, on what that settings file says."""
    folders = find_folders()
    folders.config.mkdir(parents=True, exist_ok=True)
    if settings_toml:
        folders.settings.write_text(settings_toml, "utf-8")
    station = assemble(read_settings(folders.settings), folders)
    window = Window(station.desk, WindowSettings(theme="light", volume=0))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    add_panels(window, station.desk, surroundings(station))
    made = ConnectionBench(qtbot, station, window)
    window.show()
    station.start()
    station.open_services()
    station.desk.do(greet)
    try:
        qtbot.waitUntil(lambda: bool(window.state.lines), timeout=WAIT_MS)
        yield made
    finally:
        window.bridge.stop()
        station.stop(5)


def opened_file(folders: Folders, passphrase: str) -> dict[str, str]:
    """What the sealed file holds, for whoever knows its passphrase."""
    from station.core.secret import Secret

    file = find_credentials(folders).file
    file.unlock(Secret(passphrase))
    assert file.state() is FileState.OPEN
    found = {name: file.get(name) for name in file.names()}
    return {name: secret.reveal() for name, secret in found.items() if secret is not None}
