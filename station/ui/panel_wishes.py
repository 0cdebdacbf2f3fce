"""What a person wishes from a panel, posted to the desk; the answers come back as news."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from station.core.call import Verb
from station.core.identifier import Identifier
from station.core.scan import Scan
from station.core.secret import Secret
from station.desk import decisions, queue, releases
from station.desk.decisions import Choice

from . import verbs
from .bridge import DeskDoor
from .desk_state import DeskState
from .wishes import TYPED


class PanelWishes:
    """Posts what only panels offer; waits for nothing."""

    def __init__(self, desk: DeskDoor, state: DeskState) -> None:
        self._desk, self._state = desk, state

    def keep_typed(self, identifier: Identifier, name: str = "") -> None:
        """Take in what stands in a form, for the chosen connection; the scan that is kept holds no secret of it."""
        scan = Scan(identifier.text.encode("utf-8", "surrogatepass"), TYPED, datetime.now(UTC))
        self._desk.do(verbs.intake.keep_typed, scan, self._state.connection, identifier, name)

    def fill(self, item: int, values: Mapping[str, str]) -> None:
        """Give a half row what it still lacks."""
        self._desk.do(verbs.intake.fill, item, dict(values))

    def set_pattern(self, connection: str, pattern: str) -> None:
        self._desk.do(verbs.names.set_pattern, connection, pattern)

    def create_target(self, connection: str, path: str) -> None:
        self._desk.do(verbs.places.create_target, connection, path)

    def release(self, items: Sequence[int]) -> None:
        self._desk.do(releases.release, items, self._state.operator)

    def move(self, items: Sequence[int], target: str, title: str) -> None:
        """Move claimed devices to another target."""
        self._desk.do(verbs.afterwards.move, items, target, title, self._state.operator)

    def rename(self, item: int, name: str) -> None:
        """Give a claimed device another name at the vendor."""
        self._desk.do(verbs.afterwards.rename, item, name, self._state.operator)

    def change(
        self, items: Sequence[int], verb: Verb, values: Mapping[str, str], secrets: Mapping[str, Secret]
    ) -> None:
        """Carry out one of the connection's own changes."""
        self._desk.do(verbs.afterwards.change, items, verb, dict(values), dict(secrets), self._state.operator)

    def take_back(self, items: Sequence[int]) -> None:
        self._desk.do(queue.take_back, items, self._state.operator)

    def decide(self, items: Sequence[int], choice: Choice, by: str, reason: str) -> None:
        self._desk.do(decisions.decide, items, choice, by, reason)
