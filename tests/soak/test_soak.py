"""A few simulated minutes of the long day, and what would be said of one that leaks."""

from dataclasses import replace
from pathlib import Path

from . import watch
from .day import Wish, spend
from .watch import Sample

CALM = Sample(1.0, 300, 150.0, 12, 40, 0, 0, 0)


def test_some_minutes_leave_nothing_wrong(tmp_path: Path) -> None:
    day = spend(tmp_path, Wish(scans=60, pace=300, seed=1, sample_every=10, claim_every=20, warm_up=0))
    assert [each for each in day.wrong if " grew " not in each] == []
    assert (day.scans, len(day.samples)) == (60, 6)
    assert day.claims >= 3
    assert day.progress["claimed claimed_now"] >= 50
    assert sum(day.exchanges.values()) > 30


def test_what_grows_is_said() -> None:
    calm = [CALM] * 30
    assert watch.judge(calm, 3) == []
    assert watch.judge([replace(CALM, memory_mb=150 + 2 * at) for at in range(30)], 3) == ["memory grew by 42.0 MB"]
    assert watch.judge([replace(CALM, threads=12 + at) for at in range(30)], 3) == ["threads grew from 23 to 41"]
    assert watch.judge([replace(CALM, files=40 + at) for at in range(30)], 3) == ["files grew from 51 to 69"]
    assert watch.judge([*calm[:20], *[replace(CALM, threads=13)] * 10], 3) == []
    assert watch.judge(calm[:4], 3) == ["too few samples to judge by"]
