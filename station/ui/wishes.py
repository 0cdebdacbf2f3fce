"""What a person wishes, posted to the desk; the answers come back as news."""

from collections.abc import Sequence
from datetime import UTC, datetime

from station.core.news import LineState
from station.core.scan import Scan
from station.desk.sorting import Order

from . import verbs
from .bridge import DeskDoor
from .desk_state import DeskState

PASTED, TYPED = "pasted", "typed"


class Wishes:
    """Posts tasks for the rows and batches that ``state`` shows; waits for nothing."""

    def __init__(self, desk: DeskDoor, state: DeskState) -> None:
        self._desk, self._state = desk, state

    def order(self, ticket: int, order: Order) -> None:
        self._desk.do(verbs.table.order, ticket, order)

    def page(self, ids: Sequence[int]) -> None:
        self._desk.do(verbs.table.page, ids)

    def details(self, item: int) -> None:
        self._desk.do(verbs.table.details, item)

    def keep(self, text: str, source: str = TYPED, name: str = "") -> None:
        """Take one text in as a scan, with a name for the device where there is one."""
        self._desk.do(verbs.intake.keep, Scan(text.encode("utf-8", "surrogatepass"), source, datetime.now(UTC)), name)

    def choose(self, connection: str, target: str = "", title: str = "") -> None:
        """Send what is scanned from now on over a connection, into a target of it."""
        self._desk.do(verbs.batches.choose, connection, target, title)

    def mix(self, on: bool) -> None:
        """Take rows of several connections side by side, each label where it fits; or no longer."""
        self._desk.do(verbs.batches.mix, on)

    def choose_operator(self, name: str) -> None:
        self._desk.do(verbs.batches.choose_operator, name)

    def read_targets(self, connection: str) -> None:
        self._desk.do(verbs.places.read_targets, connection)

    def claim(self) -> None:
        """Claim what is on the screen: the batches with the revisions that were shown."""
        shown = [(batch.id, batch.revision) for batch in self._state.plan.batches]
        self._desk.do(verbs.batches.claim, shown, self._state.operator)

    def rehearse(self) -> None:
        self._desk.do(verbs.rehearsals.rehearse)

    def clear(self) -> None:
        self._desk.do(verbs.batches.clear, self._state.operator)

    def try_now(self, connection: str = "") -> None:
        """Do not wait any longer (on the chosen connection); one that was stopped goes on, too."""
        name = connection or self._state.connection
        line = self._state.lines.get(name)
        paused = line is not None and line.state is LineState.PAUSED
        self._desk.do(verbs.pauses.resume if paused else verbs.pauses.try_now, name)

    def rows(self) -> "RowWishes":
        return RowWishes(self._desk, self._state)


class RowWishes:
    """Wishes about single rows."""

    def __init__(self, desk: DeskDoor, state: DeskState) -> None:
        self._desk, self._state = desk, state

    def remove(self, items: Sequence[int]) -> None:
        self._desk.do(verbs.rows.remove, items, self._state.operator)

    def undo(self) -> None:
        self._desk.do(verbs.rows.undo, self._state.operator)

    def restore(self, items: Sequence[int]) -> None:
        self._desk.do(verbs.rows.restore, items, self._state.operator)

    def rename(self, item: int, name: str) -> None:
        self._desk.do(verbs.rows.rename, item, name)

    def check_again(self, items: Sequence[int] = ()) -> None:
        """Look these rows up again; all open ones without any."""
        self._desk.do(verbs.rows.check_again, items)

    def try_again(self, items: Sequence[int]) -> None:
        self._desk.do(verbs.rows.try_again, items, self._state.operator)

    def move_to_fitting(self, items: Sequence[int]) -> None:
        self._desk.do(verbs.rows.move_to_fitting, items)
