"""From process start to the first painted window, and to ready: the first scan can be committed."""

from pathlib import Path
from statistics import median

from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.started import BARE, STATION, Started, home

ROUNDS = 7


def measure() -> list[Figure]:
    """Medians of starts in turn, station and bare window, after one start of each that warms the disk's cache."""
    bare: list[float] = []
    painted: list[float] = []
    ready: list[float] = []
    with home() as folder:
        start_bare(Path(folder))
        first = start_station(Path(folder))
        for _ in range(ROUNDS):
            bare.append(start_bare(Path(folder)))
            one = start_station(Path(folder))
            painted.append(one[0])
            ready.append(one[1])
    return [
        at_most("start to painted window, ms (yardstick: bare window)", median(painted), median(bare), 2),
        at_most("start to ready, ms (yardstick: bare window painted)", median(ready), median(bare), 4),
        Figure("very first start to ready, with the sample delivery made, ms", first[1]),
    ]


def start_bare(folder: Path) -> float:
    with Started(BARE, folder) as window:
        return window.until("painted")


def start_station(folder: Path) -> tuple[float, float]:
    """Milliseconds to painted and to ready, in whichever order they come."""
    with Started(STATION, folder) as station:
        times = station.until_all("painted", "ready")
        return times["painted"], times["ready"]
