"""The rules of claiming: out of the settings, changed by the window, kept in the file and in effect at once."""

from concurrent.futures import Future
from typing import TYPE_CHECKING

from station.asking import ask
from station.connecting.look import problem_of
from station.desk import cooling
from station.settings_file import write_station
from station.ui.claiming_doors import ClaimRules
from station.ui.connection_doors import Done, Problem

if TYPE_CHECKING:
    from station.parts import Station


class Claiming:
    """For the panel of claiming and the claim button of a running station."""

    def __init__(self, station: "Station") -> None:
        self._station = station
        now = station.settings
        self._rules = ClaimRules(now.cool_off_minutes, now.confirm_above, now.confirm_by)

    def rules(self) -> ClaimRules:
        return self._rules

    def save(self, rules: ClaimRules) -> "Future[Done | Problem]":
        return ask(lambda: self._save(rules), problem_of, "claiming wish")

    def _save(self, rules: ClaimRules) -> Done:
        """The file first: what cannot be kept does not count until the next start only."""
        write_station(self._station.folders.settings, {
            "cool_off_minutes": rules.cool_off_minutes, "confirm_above": rules.confirm_above,
            "confirm_by": rules.confirm_by,
        })
        self._rules = rules
        self._station.desk.do(cooling.set_for, 60.0 * rules.cool_off_minutes)
        return Done()
