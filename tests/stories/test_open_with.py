"""A file manager opens files with the station: the first start takes them in, a second hands them to the first."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from station.folders import resources

ROOT = Path(__file__).parents[2]
PATIENCE_S = 90
"""A first start makes the practice server's sample, and leaves only after that."""


def test_a_picture_and_then_a_list_are_opened(tmp_path: Path) -> None:
    home = Path(os.environ["STATION_HOME"])
    where = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "station"]
    listed = tmp_path / "a list.csv"
    listed.write_text("device_id\nc1sample0000000000d0\n", "utf-8")
    first = subprocess.Popen([*program, "labels/kit.png"], cwd=resources(), env=where)
    try:
        _until(lambda: "maple-harbor-lantern" in _items(home), first)
        second = subprocess.run([*program, listed.name], cwd=tmp_path, env=where, timeout=PATIENCE_S, check=False)
        assert second.returncode == 0
        _until(lambda: "c1sample0000000000d0" in _items(home), first)
        first.terminate()
        assert first.wait(PATIENCE_S) == 0
    finally:
        first.kill()
        first.wait(10)


def test_what_is_no_file_is_no_command_either(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "station", str(tmp_path / "nothing.csv")], capture_output=True, text=True,
        timeout=PATIENCE_S, check=False,
    )
    assert done.returncode == 2
    assert "nothing.csv" in done.stderr


def _items(home: Path) -> str:
    """The texts of all rows of the desk's database; empty while there is none."""
    path = home / "data" / "practice" / "desk.db"
    if not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return " ".join(str(row) for row in database.execute("SELECT * FROM items"))
    except sqlite3.OperationalError:  # its tables are being made
        return ""


def _until(done: Callable[[], bool], program: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE_S
    while not done():
        assert program.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
