"""What a person wishes from a panel, posted to the desk; the answers come back as news."""

from collections.abc import Sequence

from station.desk import decisions, queue, releases
from station.desk.decisions import Choice

from .bridge import DeskDoor
from .desk_state import DeskState


class PanelWishes:
    """Posts what only panels offer; waits for nothing."""

    def __init__(self, desk: DeskDoor, state: DeskState) -> None:
        self._desk, self._state = desk, state

    def release(self, items: Sequence[int]) -> None:
        self._desk.do(releases.release, items, self._state.operator)

    def take_back(self, items: Sequence[int]) -> None:
        self._desk.do(queue.take_back, items, self._state.operator)

    def decide(self, items: Sequence[int], choice: Choice, by: str, reason: str) -> None:
        self._desk.do(decisions.decide, items, choice, by, reason)
