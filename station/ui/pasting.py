"""Takes a pasted list in, line by line, without holding the window up."""

from collections import deque

from PySide6.QtCore import QObject, QTimer, Slot

from station.core.scan import LONGEST_SCAN

from .wishes import PASTED, Wishes

LINES_A_TURN = 200
MOST_LINES = 100_000


class Pasting(QObject):
    """Each line that is not empty becomes one scan; a line longer than any code is cut so far that it is refused."""

    def __init__(self, wishes: Wishes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wishes = wishes
        self._lines: deque[str] = deque()
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._post)

    def take(self, text: str) -> None:
        """Post the lines of a text."""
        lines = (line.strip() for line in text.splitlines())
        self._lines.extend(line[: LONGEST_SCAN + 1] for line in lines if line)
        while len(self._lines) > MOST_LINES:
            self._lines.pop()
        if self._lines:
            self._turn.start()

    @Slot()
    def _post(self) -> None:
        for _ in range(min(LINES_A_TURN, len(self._lines))):
            self._wishes.keep(self._lines.popleft(), PASTED)
        if not self._lines:
            self._turn.stop()
