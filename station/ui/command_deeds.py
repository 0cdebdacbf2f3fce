"""What the station's own labels do that need no second scan: UNDO, HELP, TARGET, OPERATOR and the wizard's."""

from collections.abc import Callable

from station.core.news import ScanHeard
from station.core.target import Target
from station.words import Headline, Tone, say

from .band_story import BandStory
from .desk_state import DeskState
from .panels import Panels
from .wishes import Wishes


class PlainCommands:
    """``deeds`` by the command's name, each given its argument; ``tell`` shows a sentence."""

    def __init__(self, story: BandStory, state: DeskState, wishes: Wishes, panels: Panels,
                 tell: Callable[[str], object]) -> None:
        self._story, self._state, self._wishes, self._panels, self._say = story, state, wishes, panels, tell
        self.deeds: dict[str, Callable[[str], object]] = {
            "undo": self.undo,
            "help": lambda _argument: panels.open("help"),
            "target": self.choose_target,
            "operator": self.choose_operator,
            "calibrate": self.calibrate,
        }

    def fails(self, heard: ScanHeard) -> bool:
        """Whether it cannot be done as things stand."""
        if heard.command == "target":
            return self._find(heard.argument) is None
        return heard.command == "undo" and not self._state.plan.undo

    def _find(self, wanted: str) -> Target | None:
        return _find(self._state.targets.get(self._state.connection, ()), wanted)

    def undo(self, _argument: str) -> None:
        if self._state.plan.undo:
            self._story.tell_done(Headline(Tone.WAITING, say("command.heard.undo").upper(), "",
                                           say("command.heard.undo_line")))
        self._wishes.rows().undo()

    def calibrate(self, argument: str) -> None:
        """The wizard says what such a scan tells; without one it is shown as it came."""
        if not self._panels.open("wizard"):
            self._say(say("command.calibrate", text=argument))

    def choose_operator(self, name: str) -> None:
        self._wishes.choose_operator(name)
        self._story.tell_done(Headline(Tone.READY, say("command.heard.operator").upper(), name,
                                       say("command.heard.operator_line")))

    def choose_target(self, wanted: str) -> None:
        """A target by its ID, its path or its title, of the chosen connection."""
        found = self._find(wanted)
        if found is None:
            self._say(say("command.no_target", target=wanted))
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
