"""Carries out the station's own labels (CLAIM, UNDO, TARGET …), and asks again before what cannot be taken back."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from station.core.news import Counts, ScanHeard
from station.words import Headline, Tone, say

from .band_story import BandStory
from .banner import Banner, Kind, Notice
from .bridge import Bridge
from .command_deeds import PlainCommands
from .desk_state import DeskState
from .destinations import destinations, listed
from .panels import Panels
from .wishes import Wishes

ASKED_S = 10
"""How long the second scan, or the press, may take."""


class Commands(QObject):
    """Listens to a ``Bridge``. ``claim`` is what the claim button does.

    One reading that came twice does not answer the question: scanners drop the same code within a second.
    """

    def __init__(self, bridge: Bridge, banner: Banner, story: BandStory, state: DeskState, wishes: Wishes,
                 panels: Panels, claim: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._banner, self._story, self._state, self._wishes = banner, story, state, wishes
        self._asked, self._asked_of = "", 0
        self._forget = QTimer(self, interval=ASKED_S * 1000, singleShot=True)
        self._forget.timeout.connect(self._forget_asked)
        self._own = PlainCommands(story, state, wishes, panels, self._say)
        self._plain = self._own.deeds | {"confirm": self._confirm}
        self._grave: dict[str, Callable[[], object]] = {
            "claim": claim, "clear": wishes.clear, "next_batch": wishes.clear,
        }
        bridge.heard.connect(self._hear)
        state.changed.connect(self._doubt)

    def is_asked(self, command: str) -> bool:
        """Whether it was asked if this is meant, and nobody has answered."""
        return self._asked == command

    @Slot()
    def claim_now(self) -> None:
        """Claim without asking any more: it was confirmed."""
        self._do("claim")

    def press_claim(self, *, large: bool) -> None:
        """The button was pressed: agree to what was asked; else claim, or ask first where that is a large thing."""
        if self._asked == "claim":
            self._do("claim")
        elif large:
            self._ask("claim", "claim_large")
        else:
            self._grave["claim"]()

    def fails(self, heard: ScanHeard) -> bool:
        """Whether a label of the station's own cannot be obeyed as things stand: it must not sound like good news."""
        if heard.command == "confirm":
            return not self._asked
        if heard.command in ("claim", "clear"):
            return not _number(self._state.plan.counts, heard.command)
        return self._own.fails(heard)

    @Slot()
    def ask_to_clear(self) -> None:
        """Offer to clear the table; nothing happens without the press."""
        self._ask("clear")

    @Slot(object)
    def _hear(self, heard: tuple[ScanHeard, ...]) -> None:
        for one in heard:
            if one.command != "confirm" and one.command != self._asked:
                self._take_back()  # whoever scans something else has changed the mind, or the rows
            if one.command in self._plain:
                self._plain[one.command](one.argument)
            elif one.command in self._grave and one.command == self._asked:
                self._do(one.command)
            elif one.command in self._grave:
                self._ask(one.command)

    def _ask(self, command: str, question: str = "") -> None:
        number = _number(self._state.plan.counts, command)
        if not number:
            if command == "next_batch":
                self._grave[command]()  # nothing is lost by it
            else:
                self._say(say("command.nothing_to_do"))
            return
        self._asked, self._asked_of = command, number
        self._forget.start()
        target = listed(destinations(self._state))
        text = say(f"command.{question or command}_ask", n=number, target=target)
        self._banner.tell(Notice(Kind.WISH, Tone.READY, text, "", ASKED_S, say(f"command.{command}"),
                                 lambda: self._do(command)))
        words = say(f"command.asked.{command}", n=number).upper()
        into = target if command == "claim" else ""
        again = say("command.press_again" if question else "command.again", n=ASKED_S)
        self._story.ask(Headline(Tone.UNKNOWN, words, into, again))

    def _do(self, command: str) -> None:
        self._take_back()
        self._grave[command]()

    @Slot()
    def _doubt(self) -> None:
        """A question is about what was there when it was asked."""
        if self._asked and _number(self._state.plan.counts, self._asked) != self._asked_of:
            self._take_back()

    def _take_back(self) -> None:
        if self._asked:
            self._forget_asked()
            self._banner.take_back(Kind.WISH)

    @Slot()
    def _forget_asked(self) -> None:
        self._asked = ""
        self._forget.stop()
        self._story.ask(None)

    def _say(self, text: str) -> None:
        self._banner.tell(Notice(Kind.WISH, Tone.UNKNOWN, text, "", ASKED_S))

    def _confirm(self, _argument: str) -> None:
        if self._asked:
            self._do(self._asked)
        else:
            self._say(say("command.nothing_asked"))


def _number(counts: Counts, command: str) -> int:
    """What there is to do it with: devices to claim, rows to clear, or rows that a new batch would remove."""
    if command == "claim":
        return sum(number for _, number in counts.devices)
    if command == "clear":
        return counts.scanned
    return max(0, counts.scanned - counts.claimed - counts.queued - counts.sending - counts.unknown)
