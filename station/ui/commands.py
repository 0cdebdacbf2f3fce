"""Carries out the station's own labels (CLAIM, UNDO, TARGET …), and asks again before what cannot be taken back."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from station.core.news import Counts, ScanHeard
from station.core.target import Target
from station.words import Headline, Tone, say

from .band_story import BandStory
from .banner import Banner, Kind, Notice
from .bridge import Bridge
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
        self._panels = panels
        self._asked, self._asked_of = "", 0
        self._forget = QTimer(self, interval=ASKED_S * 1000, singleShot=True)
        self._forget.timeout.connect(self._forget_asked)
        self._plain: dict[str, Callable[[str], object]] = {
            "undo": self._undo,
            "help": lambda _argument: panels.open("help"),
            "target": self._choose_target,
            "operator": self._choose_operator,
            "calibrate": self._calibrate,
            "confirm": self._confirm,
        }
        self._grave: dict[str, Callable[[], object]] = {
            "claim": claim, "clear": wishes.clear, "next_batch": wishes.clear,
        }
        bridge.heard.connect(self._hear)
        state.changed.connect(self._doubt)

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
        counts = self._state.plan.counts
        if heard.command == "target":
            return _find(self._state.targets.get(self._state.connection, ()), heard.argument) is None
        if heard.command == "undo":
            return not self._state.plan.undo
        if heard.command == "confirm":
            return not self._asked
        return heard.command in ("claim", "clear") and not _number(counts, heard.command)

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
                _say(self._banner, say("command.nothing_to_do"))
            return
        self._asked, self._asked_of = command, number
        self._forget.start()
        target = listed(destinations(self._state))
        text = say(f"command.{question or command}_ask", n=number, target=target)
        self._banner.tell(Notice(Kind.WISH, Tone.READY, text, "", ASKED_S, say(f"command.{command}"),
                                 lambda: self._do(command)))
        words = say(f"command.asked.{command}", n=number).upper()
        into = target if command == "claim" else ""
        self._story.ask(Headline(Tone.UNKNOWN, words, into, say("command.again", n=ASKED_S)))

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

    def _confirm(self, _argument: str) -> None:
        if self._asked:
            self._do(self._asked)
        else:
            _say(self._banner, say("command.nothing_asked"))

    def _undo(self, _argument: str) -> None:
        if self._state.plan.undo:
            self._story.tell_done(Headline(Tone.WAITING, say("command.heard.undo").upper(), "",
                                           say("command.heard.undo_line")))
        self._wishes.rows().undo()

    def _calibrate(self, argument: str) -> None:
        """The wizard says what such a scan tells; without one it is shown as it came."""
        if not self._panels.open("wizard"):
            _say(self._banner, say("command.calibrate", text=argument))

    def _choose_operator(self, name: str) -> None:
        self._wishes.choose_operator(name)
        self._story.tell_done(Headline(Tone.READY, say("command.heard.operator").upper(), name,
                                       say("command.heard.operator_line")))

    def _choose_target(self, wanted: str) -> None:
        """A target by its ID, its path or its title, of the chosen connection."""
        found = _find(self._state.targets.get(self._state.connection, ()), wanted)
        if found is None:
            _say(self._banner, say("command.no_target", target=wanted))
            self._story.tell_done(Headline(Tone.PROBLEM, say("command.heard.no_target").upper(), wanted))
            return
        self._wishes.choose(self._state.connection, found.id, found.title)
        self._story.tell_done(Headline(Tone.READY, say("command.heard.target").upper(), found.title,
                                       say("command.heard.target_line")))


def _find(known: tuple[Target, ...], wanted: str) -> Target | None:
    """The target that is meant; none where the words fit several, for devices must not land where nobody meant."""
    text = wanted.strip().casefold()
    for fits in (
        lambda target: target.id == wanted,
        lambda target: text in (target.id.casefold(), target.path.casefold()),
        lambda target: text == target.title.casefold(),
    ):
        found = [target for target in known if target.may_claim is not False and fits(target)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _say(banner: Banner, text: str) -> None:
    banner.tell(Notice(Kind.WISH, Tone.UNKNOWN, text, "", ASKED_S))


def _number(counts: Counts, command: str) -> int:
    """What there is to do it with: devices to claim, rows to clear, or rows that a new batch would remove."""
    if command == "claim":
        return sum(number for _, number in counts.devices)
    if command == "clear":
        return counts.scanned
    return max(0, counts.scanned - counts.claimed - counts.queued - counts.sending - counts.unknown)
