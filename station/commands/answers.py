"""What a command leaves: lines on standard output, sentences on standard error, and an exit status."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from station.labels.masking import visible
from station.words import Advice

VERSION = 1
"""The version of the JSON lines; it grows when a field changes its meaning."""


class Exit(IntEnum):
    """The exit statuses that scripts can rely on."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    QUEUED = 3
    UNKNOWN = 4


_FIRST = (Exit.USAGE, Exit.UNKNOWN, Exit.QUEUED, Exit.REFUSED)


def worst(statuses: Iterable[Exit]) -> Exit:
    """The one status of several: the first of 2, 4, 3, 1 that is among them."""
    seen = set(statuses)
    return next((status for status in _FIRST if status in seen), Exit.DONE)


class Stop(Exception):
    """A command cannot go on: the sentence for standard error and the exit status."""

    def __init__(self, sentence: str | Advice, status: Exit = Exit.USAGE) -> None:
        text = sentence if isinstance(sentence, str) else in_full(sentence)
        super().__init__(text)
        self.sentence, self.status = text, status


def in_full(advice: Advice) -> str:
    """Cause, meaning and next step as one text."""
    parts = (advice.cause, advice.meaning, advice.next_step)
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def note(text: str) -> None:
    """A sentence for the person, on standard error: standard output is for the answer alone."""
    sys.stderr.write(visible(text) + "\n")
    sys.stderr.flush()


def put(text: str = "") -> None:
    """A line of the answer."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def put_json(record: Mapping[str, object]) -> None:
    put(json.dumps({"v": VERSION, **record}))


def put_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """An aligned table; what came from outside is shown with its control characters made visible."""
    cells = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headers, *cells, strict=True)]
    for row in (headers, *cells):
        put("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def put_answer(
    as_json: bool, records: Sequence[Mapping[str, object]], headers: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """The same answer as JSON lines or as a table; a table without rows is left out."""
    if as_json:
        for record in records:
            put_json(record)
    elif records:
        put_table(headers, rows)
