"""Measures everything against its yardstick, prints one table and writes build/bench.json.

``python -m tests.benchmarks`` runs every ``bench_*.py`` beside this file; ``python -m tests.benchmarks start memory``
only those named. Each has ``measure() -> list[Figure]``; one that cannot run raises, and the table says why.
"""

import importlib
import json
import os
import pkgutil
import platform
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.figures import Figure

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build" / "bench.json"
HEADER = ("figure", "value", "yardstick", "ratio", "goal", "met")


def main(wanted: list[str]) -> int:
    """Measure, print, write; 1 where a goal was missed or something could not be measured, else 0."""
    figures: list[Figure] = []
    failures: dict[str, str] = {}
    for name in _benchmarks(wanted):
        began = time.monotonic()
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            figures += importlib.import_module(f"tests.benchmarks.{name}").measure()
        except Exception as error:  # one benchmark that cannot run must not hide the others
            failures[name] = f"{type(error).__name__}: {error}"
        print(f"  {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(table(figures, failures))
    write(RESULT, figures, failures)
    return 1 if failures or any(figure.met is False for figure in figures) else 0


def _benchmarks(wanted: list[str]) -> list[str]:
    found = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    known = sorted(name for name in found if name.startswith("bench_"))
    unknown = [name for name in wanted if f"bench_{name}" not in known]
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(known)}")
    return [name for name in known if not wanted or name.removeprefix("bench_") in wanted]


def table(figures: list[Figure], failures: dict[str, str]) -> str:
    """The figures in columns, and below them a line for each benchmark that could not run."""
    rows = [HEADER, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += [f"{name}: could not be measured: {reason}" for name, reason in failures.items()]
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: ""}[figure.met]
    return (
        figure.name,
        _number(figure.value),
        _number(figure.yardstick),
        "" if figure.ratio is None else f"{figure.ratio:.2f}x",
        figure.goal,
        met,
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def write(result: Path, figures: list[Figure], failures: dict[str, str]) -> None:
    """Keep the figures as JSON, with the machine that they were measured on."""
    result.parent.mkdir(exist_ok=True)
    told = {
        "v": 1,
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "figures": [asdict(figure) for figure in figures],
        "not_measured": failures,
    }
    result.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
