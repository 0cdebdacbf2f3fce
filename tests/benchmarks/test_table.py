"""The benchmarks' one table: what was measured, what was missed, what could not be measured and why."""

import json
import sys
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.started import BARE, Started


@pytest.mark.parametrize(("value", "met"), [(200.0, True), (201.0, False)])
def test_a_figure_is_judged_by_its_ratio_to_the_yardstick(value: float, met: bool) -> None:
    assert at_most("start, ms", value, 100, 2) == Figure("start, ms", value, 100, value / 100, "at most 2x", met)
    assert at_least("claims a second", value, 100, 2.005).met is not met


def test_the_table_shows_what_was_measured_and_why_something_was_not() -> None:
    told = benchmarks.table([at_most("start, ms", 450, 150, 2)], {"bench_memory": "RuntimeError: no screen"})
    lines = told.splitlines()
    assert lines[2].split() == ["start,", "ms", "450", "150", "3.00x", "at", "most", "2x", "NO"]
    assert lines[-1] == "bench_memory: could not be measured: RuntimeError: no screen"


def test_the_result_is_kept_for_machines_too(tmp_path: Path) -> None:
    result = tmp_path / "build" / "bench.json"
    benchmarks.write(result, [at_most("start, ms", 150, 150, 2)], {"bench_memory": "no screen"})
    kept = json.loads(result.read_text(encoding="utf-8"))
    assert kept["figures"][0]["met"] is True
    assert kept["not_measured"] == {"bench_memory": "no screen"}


def test_an_unknown_benchmark_is_refused_by_name() -> None:
    with pytest.raises(SystemExit, match="no such benchmark: nonsense"):
        benchmarks.main(["nonsense"])


def test_the_bare_window_tells_when_it_is_painted(tmp_path: Path) -> None:
    with Started(BARE, tmp_path) as window:
        assert 0 < window.until("painted") < 60_000
        assert window.memory() > 1


def test_a_program_that_ends_early_is_quoted(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such display')"]
    with Started(command, tmp_path) as program, pytest.raises(RuntimeError, match="no such display"):
        program.until("painted")
