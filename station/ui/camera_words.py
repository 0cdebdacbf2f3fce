"""What is written on a code in view: what became of it, live, in the words of the status band."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Slot

from station.core.item import Item
from station.core.news import Heard, ItemsGone, ScanHeard
from station.core.progress import Progress
from station.words import Tone, headline, say

from .bridge import Bridge
from .camera_doors import NOT_KEPT, Sight


@dataclass(frozen=True, slots=True)
class Tag:
    """A code's tone and words; ``row`` is its number on the table, or 0; ``item`` its row's ID, or 0.

    ``sure`` is false for bars that only one frame has read so far: a dashed frame and no words.
    """

    tone: Tone
    words: str
    row: int = 0
    item: int = 0
    sure: bool = True


class Tags(QObject):
    """Follows the rows of the codes in view."""

    def __init__(
        self, bridge: Bridge, heard: Callable[[int], ScanHeard | None], item_of: Callable[[int], Item | None],
        parent: QObject | None = None,
    ) -> None:
        """``heard`` says what became of a code, ``item_of`` gives a row as the table has it."""
        super().__init__(parent)
        self._heard, self._item_of = heard, item_of
        self._items: dict[int, Item] = {}
        self._gone: set[int] = set()
        bridge.items_changed.connect(self._follow)
        bridge.items_gone.connect(self._let_go)

    def tags(self, sights: Iterable[Sight]) -> tuple[Tag, ...]:
        """One for each, as things stand now."""
        now = datetime.now(UTC)
        return tuple(self._tag(sight, now) for sight in sights)

    def _tag(self, sight: Sight, now: datetime) -> Tag:
        if not sight.sure:
            return Tag(Tone.WAITING, say("camera.reading"), sure=False)
        heard = self._heard(sight.number)
        if heard is None:
            return Tag(Tone.WAITING, say("band.checking").upper())
        if heard.item is None:
            return _tag_without_row(heard)
        return self._tag_of_row(heard.item, now)

    def _tag_of_row(self, kept: Item, now: datetime) -> Tag:
        item = self._items[kept.id] = self._item_of(kept.id) or self._items.get(kept.id, kept)
        if kept.id in self._gone and item.progress is Progress.OPEN:
            return Tag(Tone.WAITING, say("camera.off_table"), item=item.id)
        told = headline(item, now)
        return Tag(told.tone, told.words, item.number, item.id)

    @Slot(object)
    def _follow(self, items: Sequence[Item]) -> None:
        self._items.update((item.id, item) for item in items if item.id in self._items)
        self._gone.difference_update(item.id for item in items)

    @Slot(object)
    def _let_go(self, gone: ItemsGone) -> None:
        self._gone.update(each for each in gone.ids if each in self._items)


def _tag_without_row(heard: ScanHeard) -> Tag:
    if heard.refusal == NOT_KEPT:
        return Tag(Tone.PROBLEM, say("camera.not_kept"))
    if heard.heard is Heard.PROBLEM:
        return Tag(Tone.PROBLEM, say("camera.no_device"))
    return Tag(Tone.WAITING, say("camera.command"))


_SUMS = (
    (Tone.READY, "ready"), (Tone.DONE, "done"), (Tone.PROBLEM, "problem"), (Tone.REPEAT, "repeat"),
    (Tone.WAITING, "waiting"), (Tone.UNKNOWN, "unknown"),
)


def sum_of(tags: Sequence[Tag], *, still: bool) -> str:
    """A line for all: "24 codes: 20 ready, 3 checking, 1 problem"."""
    if not tags:
        return say("camera.nothing_still" if still else "camera.nothing")
    counts = Counter(tag.tone for tag in tags)
    parts = ", ".join(say(f"camera.sum.{name}", n=counts[tone]) for tone, name in _SUMS if counts[tone])
    return say("camera.sum_of", codes=say("camera.codes", n=len(tags)), parts=parts)
