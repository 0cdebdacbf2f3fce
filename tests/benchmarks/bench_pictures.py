"""Measures still pictures: codes read, wrong readings and CPU time, beside plain zxing-cpp and plain pyzbar.

The texts are compared as the label folder's notes say: control characters and everything outside ASCII left out,
and a UPC-A is the EAN-13 with a zero in front. zxing-cpp reports plain text, so that its own marks for control
characters are not counted as wrong. All three get the same grey pictures, in turns, on this one thread; OpenCV
has one thread. The pictures are zxing-cpp's own samples and so flatter it.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import zxingcpp

from station.vision.cascade import read_symbols
from station.vision.engines import Grey
from station.vision.picture import pages
from tests.benchmarks.figures import Figure, at_most

Read = Callable[[Grey], list[str]]

MORE_WRONG = 3
"""So many wrong readings more than zxing-cpp's are allowed."""


@dataclass(slots=True)
class Tally:
    """What one reader made of all pictures."""

    read: int = 0
    wrong: int = 0
    seconds: float = 0.0
    missed: list[str] = field(default_factory=list)
    misread: list[str] = field(default_factory=list)

    def count(self, name: str, expected: Counter[str], got: Counter[str]) -> None:
        """Add one picture: ``wrong`` counts pictures with a text that nobody expects there."""
        hits = sum((expected & got).values())
        self.read += hits
        if hits < sum(expected.values()):
            self.missed.append(name)
        if set(got) - set(expected):
            self.wrong += 1
            self.misread.append(name)


def folder() -> Path | None:
    """Where the label photographs are, or None."""
    named = os.environ.get("STATION_LABELS")
    found = Path(named) if named else Path(__file__).parents[3] / "shared" / "labels"
    return found if (found / "index.json").is_file() else None


def readers() -> dict[str, Read]:
    """The three that are compared; pyzbar only where it is there."""
    all_readers: dict[str, Read] = {
        "station": lambda grey: [symbol.text for symbol in read_symbols(grey)],
        "zxing-cpp": lambda grey: [
            code.text for code in zxingcpp.read_barcodes(grey, text_mode=zxingcpp.TextMode.Plain)
        ],
    }
    try:
        from pyzbar import pyzbar  # it needs a library of the system that may be missing
    except (ImportError, OSError):
        return all_readers
    all_readers["pyzbar"] = lambda grey: [code.data.decode("utf-8", "replace") for code in pyzbar.decode(grey)]
    return all_readers


def plain(text: str) -> str:
    """A text as it is compared."""
    kept = "".join(letter for letter in text if " " <= letter <= "~")
    return kept[1:] if len(kept) == 13 and kept.isdigit() and kept[0] == "0" else kept


def pictures(labels: Path) -> Iterator[tuple[str, Counter[str], Grey]]:
    """(name, expected texts, first page) of every listed picture."""
    for entry in json.loads((labels / "index.json").read_text(encoding="utf-8")):
        page = next(pages((labels / entry["picture"]).read_bytes()))
        yield entry["picture"], Counter(plain(text) for text in entry["texts"]), page


def compare(labels: Path) -> tuple[dict[str, Tally], int]:
    """The tally of each reader, and the number of pictures."""
    called = readers()
    tallies = {name: Tally() for name in called}
    for read in called.values():  # what is imported and built at the first call is not a picture's cost
        read(next(pictures(labels))[2])
    number = 0
    for picture, expected, page in pictures(labels):
        number += 1
        order = list(called.items())
        for name, read in order[number % len(order) :] + order[: number % len(order)]:  # nobody always comes first
            began = time.thread_time()
            texts = read(page)
            tallies[name].seconds += time.thread_time() - began
            tallies[name].count(picture, expected, Counter(plain(text) for text in texts))
    return tallies, number


def measure() -> list[Figure]:
    """The figures; raises ``FileNotFoundError`` where there are no label photographs."""
    labels = folder()
    if labels is None:
        raise FileNotFoundError("no label photographs: STATION_LABELS names no folder with an index.json")
    tallies, number = compare(labels)
    return figures_of(tallies, number)


def figures_of(tallies: dict[str, Tally], number: int) -> list[Figure]:
    ours, zxing = tallies["station"], tallies["zxing-cpp"]
    figures = [_more(f"pictures: codes read, {name}", ours.read, tally.read) for name, tally in tallies.items()][1:]
    limit = zxing.wrong + MORE_WRONG
    wrong = Figure(
        "pictures: with a wrong reading, zxing-cpp",
        ours.wrong,
        zxing.wrong,
        ours.wrong / zxing.wrong if zxing.wrong else None,
        f"at most {limit}",
        ours.wrong <= limit,
    )
    mean, theirs = (1000 * tally.seconds / number for tally in (ours, zxing))
    return [*figures, wrong, at_most("pictures: CPU a picture, zxing-cpp, ms", mean, theirs, 2)]


def _more(name: str, value: int, yardstick: int) -> Figure:
    return Figure(name, value, yardstick, value / yardstick if yardstick else None, "more", value > yardstick)


def main() -> int:
    """Print which pictures were missed and misread, for whoever works on the cascade."""
    labels = folder()
    if labels is None:
        print("no label photographs: STATION_LABELS names no folder with an index.json")
        return 0
    tallies, number = compare(labels)
    for name, tally in tallies.items():
        print(f"{name}: {tally.read} read, {tally.wrong} wrong, {1000 * tally.seconds / number:.2f} ms a picture")
    print("missed:", *tallies["station"].missed)
    print("misread:", *tallies["station"].misread)
    for figure in figures_of(tallies, number):
        print(figure)
    return 0


if __name__ == "__main__":
    sys.exit(main())
