"""Carries out the station's own labels (CLAIM, UNDO, TARGET …), and asks again before what cannot be taken back."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from station.core.news import ScanHeard
from station.words import Tone, say

from .banner import Banner, Kind, Notice
from .bridge import Bridge
from .desk_state import DeskState
from .destinations import destinations, listed
from .panels import Panels
from .wishes import Wishes

ASKED_S = 10
"""How long the second scan, or the press, may take."""


class Commands(QObject):
    """Listens to a ``Bridge``. ``claim`` is what the claim button does."""

    def __init__(self, bridge: Bridge, banner: Banner, state: DeskState, wishes: Wishes, panels: Panels,
                 claim: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._banner, self._state, self._wishes = banner, state, wishes
        self._asked = ""
        self._forget = QTimer(self, interval=ASKED_S * 1000, singleShot=True)
        self._forget.timeout.connect(self._forget_asked)
        self._plain: dict[str, Callable[[str], object]] = {
            "undo": lambda _argument: wishes.rows().undo(),
            "help": lambda _argument: panels.open("help"),
            "target": self._choose_target,
            "operator": wishes.choose_operator,
            "calibrate": lambda argument: self._say(say("command.calibrate", text=argument)),
        }
        self._grave: dict[str, Callable[[], object]] = {
            "claim": claim, "clear": wishes.clear, "next_batch": wishes.clear,
        }
        bridge.heard.connect(self._hear)

    @Slot()
    def ask_to_clear(self) -> None:
        """Offer to clear the table; nothing happens without the press."""
        self._ask("clear")

    @Slot(object)
    def _hear(self, heard: tuple[ScanHeard, ...]) -> None:
        for one in heard:
            if one.command in self._plain:
                self._plain[one.command](one.argument)
            elif one.command in self._grave and one.command == self._asked:
                self._do(one.command)
            elif one.command in self._grave:
                self._ask(one.command)

    def _ask(self, command: str) -> None:
        counts = self._state.plan.counts
        devices, rows = sum(number for _, number in counts.devices), counts.scanned
        if not (devices if command == "claim" else rows):
            return
        self._asked = command
        self._forget.start()
        target = listed(destinations(self._state))
        text = say(f"command.{command}_ask", n=devices if command == "claim" else rows, target=target)
        self._banner.tell(Notice(Kind.WISH, Tone.READY, text, "", ASKED_S, say(f"command.{command}"),
                                 lambda: self._do(command)))

    def _do(self, command: str) -> None:
        self._forget_asked()
        self._banner.take_back(Kind.WISH)
        self._grave[command]()

    @Slot()
    def _forget_asked(self) -> None:
        self._asked = ""

    def _choose_target(self, wanted: str) -> None:
        """A target by its ID or its title, of the chosen connection."""
        known = self._state.targets.get(self._state.connection, ())
        found = next((target for target in known if wanted in (target.id, target.title)), None)
        if found is None:
            self._say(say("command.no_target", target=wanted))
        else:
            self._wishes.choose(self._state.connection, found.id, found.title)

    def _say(self, text: str) -> None:
        self._banner.tell(Notice(Kind.WISH, Tone.UNKNOWN, text, "", ASKED_S))
