"""What became of each code that the camera has seen, by the number that it has in view."""

from collections.abc import Callable
from concurrent.futures import Future

from station.core.news import Heard, ScanHeard
from station.core.scan import Scan
from station.ui.camera_doors import NOT_KEPT

Keep = Callable[[Scan], "Future[ScanHeard]"]

REMEMBERED = 4_000
"""Codes whose answers are remembered; a camera rarely sees more before it is put away."""


class CodeAnswers:
    """Posts scans to the desk and knows what it said. Used by the camera's threads and asked by the window's."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._answers: dict[int, Future[ScanHeard]] = {}
        self._from_still: dict[bytes, Future[ScanHeard]] = {}
        self._lowest = 0

    def keep(self, number: int, scan: Scan) -> None:
        """A code in view counts as read; one that a still picture has just shown is not kept again."""
        if len(self._answers) > REMEMBERED:
            self._answers = dict(list(self._answers.items())[REMEMBERED // 2 :])
        known = self._from_still.pop(scan.data, None)
        self._answers[number] = known if known is not None else self._keep(scan)

    def keep_still(self, scan: Scan) -> int:
        """A code that only a still picture showed; gives it a number."""
        self._lowest -= 1
        self._answers[self._lowest] = self._from_still[scan.data] = self._keep(scan)
        return self._lowest

    def heard(self, number: int) -> ScanHeard | None:
        """What the desk said; None while it is being kept."""
        answer = self._answers.get(number)
        if answer is None or not answer.done():
            return None
        if answer.cancelled() or answer.exception() is not None:
            return ScanHeard(Heard.PROBLEM, None, "", "", refusal=NOT_KEPT)
        return answer.result()

    def forget_stills(self) -> None:
        """What a still picture showed is no longer in view."""
        self._from_still = {}

    def forget(self) -> None:
        """Another camera counts its codes anew."""
        self._answers = {}
        self.forget_stills()
