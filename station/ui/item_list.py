"""Row IDs in the order of the table, and of the rows those that were needed lately."""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from station.core.item import Item

KEPT = 2_000
"""How many rows stay in memory; the rest are asked for again when they are scrolled to."""


class ItemList:
    """Row 0 is on top. The IDs are kept bottom first, so that a new row on top is one append."""

    def __init__(self, ids: Sequence[int] = ()) -> None:
        self._ids = array("q", ids)
        self._ids.reverse()
        self._places: dict[int, int] = {}
        self._items: dict[int, Item] = {}
        self._index()

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._places

    def id_at(self, row: int) -> int:
        return self._ids[-1 - row] if 0 <= row < len(self._ids) else 0

    def row_of(self, item_id: int) -> int:
        """Where a row stands, or -1."""
        place = self._places.get(item_id)
        return -1 if place is None else len(self._ids) - 1 - place

    def item_at(self, row: int) -> Item | None:
        return self._items.get(self._ids[-1 - row])

    def lay_out(self, ids: Sequence[int]) -> bool:
        """Take this order; False if it is the present one."""
        bottom_first = array("q", ids)
        bottom_first.reverse()
        if bottom_first == self._ids:
            return False
        self._ids = bottom_first
        self._index()
        return True

    def keep(self, item: Item) -> None:
        """Have this version of a row at hand."""
        self._items.pop(item.id, None)  # so that it counts as needed last
        self._items[item.id] = item
        if len(self._items) > KEPT:
            del self._items[next(iter(self._items))]

    def put_on_top(self, item: Item) -> None:
        self._places[item.id] = len(self._ids)
        self._ids.append(item.id)
        self.keep(item)

    def take_out(self, first: int, last: int) -> None:
        """Take the rows from ``first`` to ``last`` out."""
        end = len(self._ids)
        del self._ids[end - 1 - last : end - first]
        self._index()

    def runs(self, ids: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Where these rows stand, as runs of neighbours (first, last), the lowest on the screen first."""
        rows = sorted((self.row_of(item_id) for item_id in ids if item_id in self._places), reverse=True)
        at = 0
        while at < len(rows):
            end = at
            while end + 1 < len(rows) and rows[end + 1] == rows[end] - 1:
                end += 1
            yield rows[end], rows[at]
            at = end + 1

    def _index(self) -> None:
        self._places = dict(zip(self._ids, range(len(self._ids)), strict=True))
