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
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import zxingcpp

from station.vision.cascade import RESCUES, read_symbols
from station.vision.engines import Grey, read_with_zbar, read_with_zxing
from station.vision.picture import pages
from station.vision.symbol import LABELS, Symbol
from station.vision.turned import find_bars, find_wide_bars, read_bars
from tests.benchmarks.figures import Figure, at_least, at_most

Read = Callable[[Grey], list[str]]

OF_UNION = 0.98
"""This share of what any engine or stage reads must be read."""

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


def stages() -> tuple[Callable[[Grey], Iterator[Symbol]], ...]:
    """Each stage of the station's own by itself, on a whole picture."""
    return (
        lambda grey: iter(read_with_zxing(grey, LABELS)),
        lambda grey: iter(read_with_zxing(grey, LABELS, global_threshold=True)),
        lambda grey: iter(read_with_zbar(grey, LABELS)),
        lambda grey: (symbol for bars in find_wide_bars(grey) for symbol in read_bars(grey, bars, LABELS)),
        lambda grey: (symbol for bars in find_bars(grey) for symbol in read_bars(grey, bars, LABELS)),
        *(lambda grey, stage=stage: iter(stage(grey, LABELS)) for stage in RESCUES),
    )


def readable(expected: Counter[str], grey: Grey, texts: Iterable[list[str]]) -> int:
    """How many of the expected codes of a picture some stage reads, or one of the given lists of texts holds."""
    read: Counter[str] = Counter()
    for found in (*texts, *([symbol.text for symbol in stage(grey)] for stage in stages())):
        read |= Counter(plain(text) for text in found) & expected
    return read.total()


def compare(labels: Path) -> tuple[dict[str, Tally], int, int]:
    """The tally of each reader, the codes that could be read at all, and the number of pictures."""
    called = readers()
    tallies = {name: Tally() for name in called}
    for read in called.values():  # what is imported and built at the first call is not a picture's cost
        read(next(pictures(labels))[2])
    number = union = 0
    for picture, expected, page in pictures(labels):
        number += 1
        order, read_by = list(called.items()), []
        for name, read in order[number % len(order) :] + order[: number % len(order)]:  # nobody always comes first
            began = time.thread_time()
            texts = read(page)
            tallies[name].seconds += time.thread_time() - began
            tallies[name].count(picture, expected, Counter(plain(text) for text in texts))
            read_by.append(texts)
        union += readable(expected, page, read_by)
    return tallies, union, number


def measure() -> list[Figure]:
    """The figures; raises ``FileNotFoundError`` where there are no label photographs."""
    labels = folder()
    if labels is None:
        raise FileNotFoundError("no label photographs: STATION_LABELS names no folder with an index.json")
    return figures_of(*compare(labels))


def figures_of(tallies: dict[str, Tally], union: int, number: int) -> list[Figure]:
    ours, zxing = tallies["station"], tallies["zxing-cpp"]
    figures = [_more(f"pictures: codes read, {name}", ours.read, tally.read) for name, tally in tallies.items()][1:]
    of_union = at_least("pictures: codes read, any engine or stage", ours.read, union, OF_UNION)
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
    return [*figures, of_union, wrong, at_most("pictures: CPU a picture, zxing-cpp, ms", mean, theirs, 2)]


def _more(name: str, value: int, yardstick: int) -> Figure:
    return Figure(name, value, yardstick, value / yardstick if yardstick else None, "more", value > yardstick)


def main() -> int:
    """Print which pictures were missed and misread, for whoever works on the cascade."""
    labels = folder()
    if labels is None:
        print("no label photographs: STATION_LABELS names no folder with an index.json")
        return 0
    tallies, union, number = compare(labels)
    for name, tally in tallies.items():
        print(f"{name}: {tally.read} read, {tally.wrong} wrong, {1000 * tally.seconds / number:.2f} ms a picture")
    print("missed:", *tallies["station"].missed)
    print("misread:", *tallies["station"].misread)
    for figure in figures_of(tallies, union, number):
        print(figure)
    return 0


if __name__ == "__main__":
    sys.exit(main())
