"""Reads the list of a delivery, slice by slice, and has the desk fetch what is known of each of its codes."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

from station.core.news import BadInput
from station.desk import ahead, lists
from station.desk.desk import Desk
from station.labels import read
from station.labels.base import Label
from station.labels.lists import BadRow, read_list, split_lines
from station.words import say

log = logging.getLogger(__name__)

SLICE = 50
"""Codes handed over in one task, so that scans in between wait for a few milliseconds at most."""
GIVEN_UP_S = 30.0


class Fetching:
    """One delivery after the other; a new one takes the place of the one before. Used by the window's thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def fetch_text(self, text: str) -> None:
        self._begin(say("ahead.pasted"), lambda: (read(line) for line in split_lines(text)))

    def fetch_file(self, path: Path) -> None:
        self._begin(path.name, lambda: _labels_of(path))

    def stop(self) -> None:
        """Read no more; waits for the slice in hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _begin(self, name: str, labels: Callable[[], Iterable[Label | BadRow]]) -> None:
        self._stop.set()  # the one before ends after its slice
        self._stop = stop = threading.Event()
        before = self._thread
        self._thread = threading.Thread(target=self._run, args=(name, labels, stop, before), name="delivery")
        self._thread.start()

    def _run(
        self, name: str, labels: Callable[[], Iterable[Label | BadRow]], stop: threading.Event,
        before: threading.Thread | None,
    ) -> None:
        if before is not None:
            before.join()
        try:
            if stop.is_set() or not self._desk.do(ahead.begin, name).result(GIVEN_UP_S):
                return
            found: list[Label] = []
            bad = 0
            for each in labels():
                if stop.is_set():
                    return
                if isinstance(each, Label):
                    found.append(each)
                else:
                    bad += 1
                if len(found) + bad >= SLICE:
                    if not self._desk.do(ahead.add, found, bad).result(GIVEN_UP_S):
                        return
                    found, bad = [], 0
            self._desk.do(ahead.add, found, bad, last=True).result(GIVEN_UP_S)
        except OSError as error:
            problem = BadInput(name, 0, "no_access", error.strerror or type(error).__name__)
            self._desk.do(lists.tell, problem)
            self._desk.do(ahead.add, [], 0, last=True)
        except (Exception, CancelledError):  # a desk that ends, or a task of ours that failed: the window goes on
            log.exception("the delivery %s is not fetched", name)


def _labels_of(path: Path) -> Iterator[Label | BadRow]:
    with path.open("rb") as stream:
        for row in read_list(stream, path.name):
            yield row if isinstance(row, BadRow) else row.label
