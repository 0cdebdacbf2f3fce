"""Whole stations on real database files, with the bundled server inside and real threads."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from station.folders import Folders, find_folders
from station.parts import assemble
from station.settings import Settings

from .bench import Bench
from .scripted import MovedClock, Script, open_station

Start = Callable[..., Bench]
Open = Callable[..., Bench]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start stations on one data folder, one after the other or together; all are stopped at the end."""
    monkeypatch.setenv("STATION_HOME", str(tmp_path))
    running: list[Bench] = []

    def begin(**how: Any) -> Bench:
        running.append(Bench(assemble(Settings(), find_folders(), **how)))
        running[-1].start()
        return running[-1]

    yield begin
    for bench in running:
        bench.stop()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a server's database that is set up already, to be copied: a start is then a second sooner."""
    home = tmp_path_factory.mktemp("template")
    folders = Folders(home / "data", home, home / "state", home / "logs")
    bench = Bench(assemble(Settings(), folders))
    bench.start()
    bench.looked_up("zz-unknown-zz")
    bench.stop()
    (folders.databases(True) / "desk.db").unlink()
    return folders.data


@pytest.fixture
def bench(start: Start) -> Bench:
    return start()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def opened(template: Path, tmp_path: Path, script: Script, clock: MovedClock) -> Iterator[Open]:
    folders = Folders(tmp_path / "data", tmp_path, tmp_path / "state", tmp_path / "logs")
    shutil.copytree(template, folders.data)
    running: list[Bench] = []

    def begin(**how: object) -> Bench:
        running.append(open_station(folders, script, clock, **how))  # type: ignore[arg-type]
        return running[-1]

    yield begin
    for bench in running:
        bench.stop()
