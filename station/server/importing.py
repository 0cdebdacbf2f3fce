"""Imports kits and devices into the registry, all of a file or, with bad rows in it, nothing unless asked."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from .database import Database
from .registry.house import opened
from .registry.pins import hash_pin
from .registry.register import Known, apply
from .rows import BadRow, FileRefused, Row, RowProblem, read_rows
from .tally import Imported, Tally

SLICE = 500


class _Withdrawn(Exception):
    """Bad rows turned up in the transaction: take it back."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally


def import_file(database_url: str, path: Path, now: datetime, *, keep_good: bool = False) -> Imported:
    """Import a CSV or XLSX file into the registry at that address (see ``import_rows``)."""
    with opened(database_url) as database:
        return import_rows(database, lambda: read_rows(path), now, keep_good=keep_good)


def import_rows(
    database: Database, read: Callable[[], Iterable[Row | BadRow]], now: datetime, *, keep_good: bool = False
) -> Imported:
    """Import rows; ``read`` gives them anew at each call.

    The file is gone through once without the database. Only then one transaction stores it: a device is known by
    vendor, namespace and ID; a known one gets the row's values, keeps its key, and its claims stay as they are.
    """
    problems, pins = _look_through(read)
    if problems and (not keep_good or problems[0].number == 0):
        return Imported(False, bad=tuple(problems))
    # Hashing takes long: it is done before the transaction, so that no desk waits for it.
    hashes = {number: hash_pin(pin) for number, pin in pins.items()}
    bad = {problem.number for problem in problems}

    def work(session: Session) -> Tally:
        tally = Tally(bad=list(problems))
        known = Known(session, now, lambda: secrets.token_hex(16))
        good = (row for row in read() if isinstance(row, Row) and row.number not in bad)
        for rows in _slices(good):
            apply(known, rows, hashes, tally)
        if tally.bad and not keep_good:
            raise _Withdrawn(tally)
        return tally

    try:
        return database.write(work).close(stored=True)
    except _Withdrawn as withdrawn:
        return withdrawn.tally.close(stored=False)


def _look_through(read: Callable[[], Iterable[Row | BadRow]]) -> tuple[list[BadRow], dict[int, str]]:
    """What is wrong with the file itself, and each PIN by row number."""
    problems: list[BadRow] = []
    seen: set[tuple[str, str, str]] = set()
    pins: dict[int, str] = {}
    try:
        for row in read():
            if isinstance(row, BadRow):
                problems.append(row)
                continue
            name = (row.vendor, row.namespace, row.device_id)
            if row.device_id and name in seen:
                problems.append(BadRow(row.number, RowProblem.TWICE))
            elif row.get("pin"):
                pins[row.number] = row.get("pin")
            seen.add(name)
    except FileRefused as error:
        return [BadRow(0, error.problem, error.detail)], {}
    return problems, pins


def _slices(rows: Iterator[Row]) -> Iterator[Sequence[Row]]:
    while part := tuple(islice(rows, SLICE)):
        yield part
