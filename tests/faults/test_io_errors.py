"""A short slice of the refusals: a few places that were wrong once, and a few drawn from a seed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="puts a library before the C library of Linux"),
    pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not here: it compiles the library that refuses"),
]


def _io_errors(*arguments: str, patience_s: float) -> str:
    command = [sys.executable, "-m", "tests.faults.io_errors", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=patience_s, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_disk_that_refuses_here_and_there_loses_nothing_and_is_said() -> None:
    said = _io_errors("--at", "fsync:19:0", "write:150:1", "--runs", "1", patience_s=300)
    assert "0 scans lost, 0 runs with a fault" in said


@pytest.mark.slow
def test_every_refusal_of_what_is_rare() -> None:
    calls = ("fsync", "rename", "ftruncate", "unlink", "mkdir", "link")
    assert "0 scans lost, 0 runs with a fault" in _io_errors("--calls", *calls, patience_s=3600)
