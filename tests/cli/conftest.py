"""The command line as a script sees it: arguments in, lines and an exit status out, in a home of its own."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from station.cli import run

KIT = "maple-harbor-lantern"
PARTLY = "oak-river-signal"
DEVICE = "c1sample0000000000d0"
OURS = "c1sample0000000000d4"
NOT_REGISTERED = "c1sample0000000000d3"
UNKNOWN = "zz-unknown-zz"
CLAIM = ("--no-dry-run", "--by", "Anna", "--target", "oslo-west")


@dataclass(frozen=True)
class Answer:
    """What a command left."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def column(self, name: str) -> list[Any]:
        return [line[name] for line in self.lines]


Cli = Callable[..., Answer]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run a command in this process; ``stdin`` is what it can read there."""

    def call(*argv: str, stdin: str = "") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        capsys.readouterr()
        status = run(list(argv))
        told = capsys.readouterr()
        return Answer(status, told.out, told.err)

    return call


@pytest.fixture
def home() -> Path:
    """The data folder of this test's station."""
    return Path(os.environ["STATION_HOME"])


LAST_LINE = "# STATION_SECRET_PRACTICE_XYTE_API_KEY=practice-xyte-organization-key\n"


def settings(home: Path, text: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text(text, encoding="utf-8")


def program(*argv: str, timeout: float = 60.0) -> Answer:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "station", *argv], capture_output=True, text=True, timeout=timeout, check=False
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@dataclass
class Served:
    """A server in a process of its own: its address and what it printed."""

    address: str
    toml: str
    process: "subprocess.Popen[str]"


@contextmanager
def serving(*more: str) -> Iterator[Served]:
    """``station serve --practice`` on any free port; of what it prints, the connection to the bundled server."""
    command = [sys.executable, "-m", "station", "serve", "--practice", "--port", "0", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[2]
        lines = list(iter(process.stdout.readline, LAST_LINE))
        tables = "".join(lines).split("[backends.")
        own = next(table for table in tables if table.startswith("practice_local]"))
        secret = next(line for line in lines if "PRACTICE_LOCAL_TOKEN" in line)
        yield Served(address, f"[backends.{own}{secret}", process)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
