"""A short slice of the kills: at points where state is half made, and at a few random moments."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills forked processes")


def _kill9(*arguments: str, patience_s: float) -> str:
    command = [sys.executable, "-m", "tests.faults", "kill9", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=patience_s, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_nothing_is_lost_doubled_or_misreported_by_a_kill() -> None:
    said = _kill9(
        "--at", "store.before_commit:12", "send.before_commit:1", "send.committed:1", "settle.begin:1",
        "before_answer:2", "call.written:1", "outcome.unwritten:1", "--runs", "3", "--systems", "practice", "xyte",
        patience_s=240,
    )
    assert "0 scans lost, 0 runs with a fault" in said


@pytest.mark.slow
def test_nothing_is_lost_at_any_point() -> None:
    assert "0 scans lost, 0 runs with a fault" in _kill9("--points", "--runs", "100", patience_s=3600)
