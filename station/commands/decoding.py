"""``station decode``: the codes in pictures, a line a symbol."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from station.labels import read as read_label
from station.scanners.pictures import read_picture
from station.scanners.pictures_folders import problem_of, walk
from station.vision.picture import PictureError, PictureProblem
from station.vision.symbol import Symbol
from station.words import advise, say

from .answers import Exit, in_full, note, put_json, put_table


def decode(pictures: Sequence[Path], as_json: bool) -> Exit:
    """Read pictures and folders of them; 1 where one of them gave no code. Secrets in labels are masked."""
    unread: set[Path] = set()
    rows: list[tuple[str, ...]] = []

    def failed(path: Path, problem: PictureProblem) -> None:
        unread.add(path)
        note(f"{path}: {in_full(advise('picture', str(problem)))}")

    for path in walk(pictures, lambda report: failed(report.path, report.problem)):
        found = 0
        for symbol in _symbols(path, failed):
            found += 1
            record = _record(path, symbol)
            if as_json:
                put_json(record)
            else:
                rows.append(_row(record))
        if not found and path not in unread:
            failed(path, PictureProblem.NO_CODE)
    if rows:
        names = ("picture", "text", "format", "symbology", "position", "milliseconds")
        put_table(tuple(say(f"cli.column.{name}") for name in names), rows)
    return Exit.REFUSED if unread else Exit.DONE


def _symbols(path: Path, failed: Any) -> Iterator[Symbol]:
    """The codes of one file; what goes wrong with it is told, and the next file is read."""
    try:
        yield from read_picture(path, _pdf_pages)
    except PictureError as error:
        failed(path, error.problem)
    except OSError as error:
        failed(path, problem_of(error))
    except MemoryError:
        failed(path, PictureProblem.TOO_LARGE)


def _pdf_pages(data: bytes) -> Iterator[Any]:
    # Qt draws the pages; it is loaded for a PDF only.
    from station.ui.offscreen import application
    from station.ui.pdf_pages import grey_pages

    application()
    return grey_pages(data)


def _record(path: Path, symbol: Symbol) -> dict[str, object]:
    return {
        "picture": str(path),
        "text": read_label(symbol.text, symbol.symbology).shown,
        "format": symbol.format,
        "symbology": symbol.symbology,
        "position": [list(corner) for corner in symbol.position],
        "milliseconds": round(symbol.milliseconds, 1),
    }


def _row(record: dict[str, object]) -> tuple[str, ...]:
    corners: Iterable[Any] = record["position"]  # type: ignore[assignment]
    position = " ".join(f"{x},{y}" for x, y in corners)
    named = (record["picture"], record["text"], record["format"], record["symbology"])
    return (*map(str, named), position, str(record["milliseconds"]))
