"""Decides what the status band says: the last scan, a claim under way, what came of it, or that nobody listens."""

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Slot

from station.core.item import Item
from station.core.news import Claiming, ItemsGone, ScanHeard, Summary, Trouble
from station.words import Headline, Tone, advise, has, headline, say

from .band_sums import queued, summed_up, together
from .bridge import Bridge
from .desk_state import DeskState
from .destinations import destinations, listed
from .spans import span
from .status_band import Shown, StatusBand

AGE_MS = 20_000


class BandStory(QObject):
    """Listens to a ``Bridge`` and tells a ``StatusBand``."""

    def __init__(self, bridge: Bridge, band: StatusBand, state: DeskState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._band, self._state = band, state
        self._listening = True
        self._shut = False
        self._item: Item | None = None
        self._told: Headline | None = None
        self._asked: Headline | None = None
        self._claiming: Claiming | None = None
        self._into = ""
        self._cooling: float | None = None
        self._sums: tuple[Summary, ...] = ()
        bridge.heard.connect(self._hear)
        bridge.items_changed.connect(self._follow)
        bridge.items_gone.connect(self._let_go)
        bridge.claiming.connect(self._claim)
        bridge.summary.connect(self._sum_up)
        bridge.trouble.connect(self._heed)
        state.changed.connect(self._tell)
        ageing = QTimer(self, interval=AGE_MS)
        ageing.timeout.connect(self._tell)
        ageing.start()
        self._tell()

    def set_listening(self, listening: bool) -> None:
        """Whether keys reach this window; if not, that is all that matters."""
        self._listening = listening
        self._tell()

    def ask(self, question: Headline | None) -> None:
        """Show a question above all else until it is taken back with None."""
        self._asked = question
        self._tell()

    def count_down(self, seconds: float | None) -> None:
        """How long what was claimed can still be cancelled; None once it is on its way."""
        self._cooling = seconds
        self._tell()

    def tell_done(self, done: Headline) -> None:
        """Show what a label of the station's own did, until the next scan."""
        self._item, self._told = None, done
        self._tell()

    @Slot()
    def forget_sums(self) -> None:
        """What is told from now on is no part of what was summed up before."""
        self._sums = ()

    @Slot(object)
    def _hear(self, heard: tuple[ScanHeard, ...]) -> None:
        last = next((one for one in reversed(heard) if not one.command), None)
        if last is not None:
            self._item = last.item
            self._told = None if last.item is not None else _refused(last)
            self._tell()

    @Slot(object)
    def _follow(self, items: tuple[Item, ...]) -> None:
        if self._item is not None:
            shown = self._item.id
            changed = next((item for item in items if item.id == shown), None)
            if changed is not None:
                self._item = changed
                self._tell()

    @Slot(object)
    def _let_go(self, gone: ItemsGone) -> None:
        if self._item is not None and self._item.id in gone.ids:
            self._item = None
            self._tell()

    @Slot(object)
    def _claim(self, claiming: Claiming) -> None:
        if self._claiming is None or claiming.total > self._claiming.total:
            self._item = self._told = None  # a scan from here on shows above the progress
        self._claiming = claiming if claiming.done < claiming.total else None
        self._tell()

    @Slot(object)
    def _sum_up(self, summary: Summary) -> None:
        again = any(each.batch.id == summary.batch.id and not each.settled for each in self._sums)
        self._sums = together((*self._sums, summary))
        if again and (self._item is not None or self._claiming is not None):
            return  # what was settled late is no reason to hide what was scanned since
        self._claiming = None
        self._item = None
        self._told = summed_up(self._sums, self._state)
        self._tell()

    @Slot(object)
    def _heed(self, trouble: Trouble) -> None:
        """Trouble before the database is open: until it is, no scan is kept, and the band must not ask for one."""
        if trouble.code == "store_closed" or has(f"advice.store.{trouble.code}.cause"):
            self._shut = True
            self._tell()

    @Slot()
    def _tell(self) -> None:
        if self._claiming is None:
            self._into = listed(destinations(self._state))
        under_way = self._claiming if not self._state.offline and self._cooling is None else None
        self._state.set_claiming(under_way is not None)  # what waits for the network is nothing to wait for here
        self._band.set_practice(self._state.practice)
        if not self._listening:
            head = Headline(Tone.UNKNOWN, say("band.not_listening").upper(), "", say("band.not_listening_line"))
            self._band.tell(Shown(head, sign="ear", urgent=True))
            return
        if self._shut and not self._state.started:
            line = say("band.not_kept_line")
            self._band.tell(Shown(Headline(Tone.PROBLEM, say("band.not_kept").upper(), "", line)))
            return
        progress = (under_way.done, under_way.total) if under_way is not None else None
        idle = self._item is None and self._told is None and self._claiming is None and self._asked is None
        # A countdown is spoken once, not with each second.
        again = self._cooling is not None and self._band.shown.headline.words == self._headline().words
        self._band.tell(Shown(self._headline(), progress, sign="scanner" if idle else ""), aloud=not again)

    def _headline(self) -> Headline:
        if self._asked is not None:
            return self._asked
        if self._item is not None:
            return headline(self._item, datetime.now(UTC))
        if self._told is not None:
            return self._told
        if self._claiming is not None and self._state.offline:
            return queued(self._claiming.total - self._claiming.done, self._state)
        if self._claiming is not None and self._cooling is not None:
            head = queued(self._claiming.total - self._claiming.done, self._state)
            return replace(head, line=say("band.cooling_line", left=span(self._cooling)))
        if self._claiming is not None:
            words = say("band.claiming", done=self._claiming.done, total=self._claiming.total).upper()
            target = self._into or self._state.target_title
            line = say("band.claiming_into", target=target) if target else say("band.claiming_line")
            return Headline(Tone.READY, words, "", line)
        return Headline(Tone.WAITING, say("band.empty").upper(), "", say("band.empty_line"))


def _refused(heard: ScanHeard) -> Headline:
    line = advise("refusal", heard.refusal).cause if heard.refusal else ""
    return Headline(Tone.PROBLEM, say("band.not_a_device").upper(), heard.shown, line)
