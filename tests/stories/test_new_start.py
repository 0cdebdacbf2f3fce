"""The first connection ends practice: the station closes in order and starts itself anew, with nothing held back."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

DRIVER = """
import sys
from pathlib import Path
from PySide6.QtCore import Qt, QTimer
from station import app as application
from station.folders import Lock, find_folders
from station.settings import read_settings
from station.settings_file import write_connection

folders = find_folders()
made = application.Application
def begin(*args):
    one = made(*args)
    def anew():
        assert not Lock(folders.databases(True)).take()
        write_connection(folders.settings, "oslo", "local", {"base_url": "http://127.0.0.1:1"})
        one.begin_anew()
    once = Qt.ConnectionType.SingleShotConnection
    one.window.bridge.ready.connect(lambda _ready: QTimer.singleShot(300, anew), once)
    return one
application.Application = begin
sys.executable = sys.argv[1]
sys.exit(application.show(read_settings(folders.settings), folders))
"""
NEXT = """#!{python}
import json, sys
from pathlib import Path
from station.folders import Lock, find_folders
from station.settings import read_settings
folders = find_folders()
settings = read_settings(folders.settings)
free = [Lock(folder).take() for folder in (folders.data, folders.data / "practice")]
Path({told!r}).write_text(json.dumps([sys.argv[1:], free, settings.is_practice]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="its stand-in for the program is a script with #!")
def test_it_starts_anew_once_everything_is_given_back(tmp_path: Path) -> None:
    told, program = tmp_path / "told.json", tmp_path / "next"
    program.write_text(NEXT.format(python=sys.executable, told=str(told)), "utf-8")
    program.chmod(0o755)
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(program)], env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        assert driver.wait(60) == 0
        until = time.monotonic() + 30
        while not told.exists() or not told.read_text("utf-8"):
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        driver.kill()
        driver.wait(10)
    assert json.loads(told.read_text("utf-8")) == [["-m", "station"], [True, True], False]
