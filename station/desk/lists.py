"""Lists on their way in: read on a thread of their own, kept slice by slice, every bad row named."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event

from station.core.news import BadInput, ImportProgress, News
from station.core.scan import Scan
from station.labels.base import Label
from station.labels.lists import BadRow, Entry, read_list

from . import intake
from .desk import Desk
from .work import Work

SLICE = 50
"""Rows kept in one task, so that scans in between wait for a few milliseconds at most."""
MOST_BAD_TOLD = 50


def bring_in(desk: Desk, path: Path, now: Callable[[], datetime], stop: Event) -> ImportProgress:
    """Read a list file and keep its rows; call it on a thread that may wait. Never raises for what the file holds."""
    progress = ImportProgress(path.name, 0, 0, 0)
    try:
        with path.open("rb") as stream:
            for entries, bad, read in _slices(read_list(stream, path.name), path.name, now):
                if stop.is_set():
                    break
                progress = desk.do(_keep_slice, entries, bad, progress, read).result()
    except OSError as error:
        bad = [BadInput(path.name, 0, "no_access", error.strerror or type(error).__name__)]
        progress = desk.do(_keep_slice, [], bad, progress, 0).result()
    done = ImportProgress(progress.name, progress.read, progress.kept, progress.bad, done=True)
    desk.do(tell, done).result()
    return done


Entries = list[tuple[Scan, Label, str]]


def _slices(
    rows: Iterator[Entry | BadRow], name: str, now: Callable[[], datetime]
) -> Iterator[tuple[Entries, list[BadInput], int]]:
    entries: Entries = []
    bad: list[BadInput] = []
    for row in rows:
        if isinstance(row, BadRow):
            bad.append(BadInput(name, row.row, str(row.problem), row.detail))
        else:
            scan = Scan(row.raw.encode("utf-8", "surrogatepass"), f"list: {name}", now())
            entries.append((scan, row.label, row.name))
        if len(entries) + len(bad) >= SLICE:
            yield entries, bad, len(entries) + len(bad)
            entries, bad = [], []
    yield entries, bad, len(entries) + len(bad)


def _keep_slice(
    work: Work, entries: Entries, bad: list[BadInput], before: ImportProgress, read: int
) -> ImportProgress:
    kept = intake.keep_entries(work, entries)
    refused = [
        BadInput(before.name, before.read + at, str(label.refusal), label.shown[:200])
        for at, (_, label, _) in enumerate(entries, 1)
        if label.refusal is not None
    ]
    for each in [*bad, *refused][: max(MOST_BAD_TOLD - before.bad, 0)]:
        work.tell(each)
    after = ImportProgress(before.name, before.read + read, before.kept + kept, before.bad + read - kept)
    work.tell(after)
    return after


def tell(work: Work, *news: News) -> None:
    """Pass on what a reader thread has to say, in the desk's order."""
    for each in news:
        work.tell(each)
