"""The set-up wizard's doors: hears one scan before the burst rule does, judges it, and puts new settings to use."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from station.asking import ask
from station.connecting.look import problem_of
from station.scanners.framing.calibration import SHORT, WHOLE, Calibration, examine, examine_text
from station.scanners.framing.calibration_ear import Ear
from station.scanners.framing.calibration_keys import key_lines
from station.scanners.keyboard_settings import KeyboardSettings
from station.scanning.hearing import Hearing, keyboard_wanted
from station.settings import read_settings
from station.settings_file import write_scanner
from station.ui.connection_doors import Done, Problem
from station.ui.wizard_doors import Change, Examined, Told

if TYPE_CHECKING:
    from pathlib import Path

    from station.ui.key_filter import KeyFilter
    from station.ui.key_rule import Rule
    from station.ui.key_stroke import Stroke

OnWindow = Callable[[Callable[[], object]], object]


class Calibrating:
    """For the wizard's panel; ``on_window`` has something done on the window's thread."""

    label, short_label = WHOLE, SHORT

    def __init__(self, hearing: Hearing, settings_file: "Path", on_window: OnWindow) -> None:
        self._hearing, self._path, self._on_window = hearing, settings_file, on_window
        self._begun: tuple[KeyFilter, Rule] | None = None

    def listen(self, hear: Callable[[Examined], None]) -> bool:
        self.stop()
        filter_now = self._hearing.filter
        if filter_now is None:
            return False
        ear: Ear[Stroke] = Ear(lambda keys: hear(self._examine(keys)))
        self._begun = filter_now, filter_now.use(ear)
        return True

    def stop(self) -> None:
        begun, self._begun = self._begun, None
        if begun is not None and begun[0] is self._hearing.filter:  # with new settings there is a new filter
            begun[0].use(begun[1])

    def examine_text(self, text: str) -> Examined:
        return _told(examine_text(text), KeyboardSettings(), ())

    def apply(self, proposal: object) -> "Future[Done | Problem]":
        return ask(lambda: self._apply(proposal), problem_of, "wizard wish")

    def _examine(self, keys: "Sequence[tuple[int, Stroke]]") -> Examined:
        now = self._hearing.keyboard.settings
        found = examine(keys, now)
        return _told(found, now, key_lines(keys, plain=found.is_label))

    def _apply(self, proposal: object) -> Done | Problem:
        """Into the file, then in use."""
        if not isinstance(proposal, KeyboardSettings):
            return Problem("unknown")
        wanted = replace(keyboard_wanted(read_settings(self._path)), values=_values(proposal))
        write_scanner(self._path, wanted)
        self._on_window(lambda: self._hearing.change(wanted))
        return Done()


def _values(settings: KeyboardSettings) -> dict[str, Any]:
    """What differs from what a keyboard does by itself."""
    usual, found = KeyboardSettings(), dict[str, Any]()
    for each in fields(KeyboardSettings):
        value = getattr(settings, each.name)
        if value != getattr(usual, each.name):
            found[each.name] = list(value) if isinstance(value, tuple) else value
    return found


def _told(found: Calibration, now: KeyboardSettings, log: Sequence[str]) -> Examined:
    changes = tuple(
        Change(each.name, _text(getattr(now, each.name)), _text(getattr(found.settings, each.name)))
        for each in fields(KeyboardSettings)
        if log and getattr(now, each.name) != getattr(found.settings, each.name)
    )
    told = tuple(Told(each.code, each.values) for each in found.findings)
    return Examined(found.is_label, found.works, told, changes, found.settings if changes else None, tuple(log))


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value) if value else ""
