"""The cool-off on the screen: counted down in the band, with a way to cancel, until what was claimed is on its way."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from station.core.news import Claiming
from station.words import Tone, say, time_of_day

from . import verbs
from .banner import Kind, Notice
from .bridge import DeskDoor
from .queue_wishes import QueueWishes
from .window import Window

STEP_MS = 1_000


class CoolOff(QObject):
    """Asks the desk, whenever something was claimed, until when it can be cancelled."""

    _stood = Signal(object)

    def __init__(self, window: Window, desk: DeskDoor, now: Callable[[], datetime]) -> None:
        super().__init__(window)
        self._window, self._desk, self._now = window, desk, now
        self._wishes = QueueWishes(desk, window.state)
        self._ends: Mapping[str, datetime] = {}
        self._count = 0
        self._step = QTimer(self, interval=STEP_MS)
        self._step.timeout.connect(self._count_down)
        self._stood.connect(self._take)
        window.bridge.claiming.connect(self._hear)
        window.bridge.ready.connect(self._ask)
        window.bridge.summary.connect(self._ask_again)

    @Slot(object)
    def _hear(self, claiming: Claiming) -> None:
        self._count = claiming.total - claiming.done
        if claiming.done == 0 or self._ends:
            self._ask()

    @Slot()
    def _ask_again(self) -> None:
        if self._ends:
            self._ask()

    @Slot()
    def _ask(self) -> None:
        self._desk.do(verbs.queue_facts.stand).add_done_callback(self._done)

    def _done(self, future: Any) -> None:
        if not future.cancelled() and future.exception() is None:
            try:
                self._stood.emit(future.result())
            except RuntimeError:  # the window is gone by now
                return

    @Slot(object)
    def _take(self, standing: Any) -> None:
        before, self._ends = self._ends, dict(standing.cooling)
        if self._ends and self._ends.keys() != before.keys():
            self._step.start()
            self._offer()
        elif before and not self._ends:
            self._end()
        if self._ends:
            self._count_down()

    def _offer(self) -> None:
        text = say("cool_off.notice", n=self._count, time=time_of_day(max(self._ends.values()), self._now()))
        self._window.parts.banner.tell(
            Notice(Kind.COOLING, Tone.WAITING, text, action=say("cool_off.cancel"), act=self._cancel)
        )

    @Slot()
    def _count_down(self) -> None:
        left = max(((end - self._now()).total_seconds() for end in self._ends.values()), default=0.0)
        if left <= 0:
            self._end()
        else:
            self._window.story.count_down(left)

    def _end(self) -> None:
        self._ends = {}
        self._step.stop()
        self._window.story.count_down(None)
        self._window.parts.banner.take_back(Kind.COOLING)

    def _cancel(self) -> None:
        for batch in self._ends:
            self._wishes.batch("take_back_batch", batch)
        self._end()


def add_cool_off(window: Window, desk: DeskDoor, now: Callable[[], datetime]) -> CoolOff:
    """Count down in the window's band for as long as a claim can be cancelled."""
    return CoolOff(window, desk, now)
