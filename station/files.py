"""Dropped or opened files: lists and pictures, each read on a thread of its own."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from station.core.news import BadInput
from station.core.scan import Scan
from station.desk import lists
from station.desk.desk import Desk
from station.scanners.pictures import PictureReport, Pictures
from station.vision.picture import PdfPages

_LISTS = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xlsx"})


class Files:
    """Takes files in until it is stopped."""

    def __init__(
        self, desk: Desk, keep: Callable[[Scan], object], now: Callable[[], datetime], pdf_pages: PdfPages | None
    ) -> None:
        """``keep`` takes each code of a picture, as a scanner's; it is called on the thread that reads pictures."""
        self._desk, self._keep, self._now = desk, keep, now
        self._pictures = Pictures(None, self._report, now, pdf_pages)
        self._reading = False
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def take(self, paths: list[str]) -> None:
        """Lists by their ending; everything else, folders too, is looked at as pictures. Returns at once."""
        found = [Path(path) for path in paths]
        pictures = [path for path in found if path.suffix.lower() not in _LISTS]
        for path in found:
            if path not in pictures:
                self._read_list(path)
        if pictures:
            if not self._reading:
                self._pictures.start(self._take, lambda _state: None)
                self._reading = True
            self._pictures.read(pictures)

    def stop(self) -> None:
        """Stop after the slice and the page in hand."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._reading:
            self._pictures.stop()

    def _read_list(self, path: Path) -> None:
        thread = threading.Thread(
            target=lists.bring_in, args=(self._desk, path, self._now, self._stop), name=f"list {path.name}"
        )
        self._threads.append(thread)
        thread.start()

    def _take(self, scan: Scan) -> None:
        self._keep(scan)

    def _report(self, report: PictureReport) -> None:
        self._desk.do(lists.tell, BadInput(report.path.name, 0, str(report.problem), report.detail))
