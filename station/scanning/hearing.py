"""The keyboard as a scanner: its filter before the window, begun with it and begun anew with other settings."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from station.labels import begins, knows
from station.scanners.keyboard import Keyboard
from station.scanners.keyboard_rule import BurstRule
from station.scanners.keyboard_settings import KeyboardSettings
from station.scanning.line import Keep, Line
from station.settings import ScannerSettings, Settings, SettingsError
from station.ui.key_filter import KeyFilter, KeyTrouble

if TYPE_CHECKING:
    from station.ui.key_stroke import Stroke

log = logging.getLogger(__name__)
NAME = "keyboard"


class Hearing:
    """What types, scanners and people. All of it is done on the window's thread."""

    def __init__(
        self, app: Any, wanted: ScannerSettings, keep: Keep, now: Callable[[], datetime],
        listening: Callable[[bool], None], on_trouble: Callable[[KeyTrouble], None],
    ) -> None:
        """``app`` is Qt's application object; ``listening`` is told whenever scans start or stop being heard."""
        self._app, self._now, self._listening, self._on_trouble = app, now, listening, on_trouble
        self._hears = True
        self.line = Line(wanted, keep, lambda: None)
        self.keyboard = Keyboard()
        self.filter: KeyFilter | None = None

    def begin(self) -> None:
        """Hear keys from now on, as the settings say."""
        wanted = self.line.wanted
        if not wanted.enabled:
            return
        self.keyboard = Keyboard(keyboard_values(wanted))
        self.line.start(self.keyboard)
        rule: BurstRule[Stroke] = self.keyboard.rule(knows, begins)
        self.filter = KeyFilter(self._app, rule, self.keyboard.deliver, self._now, self._tell, self._on_trouble)
        self.filter.install()
        self.keyboard.tell_listening(self._hears)

    def change(self, wanted: ScannerSettings) -> None:
        """Hear keys with other settings; what is held is judged by the old ones first."""
        self.end()
        self.line.wanted = wanted
        self.begin()
        self.line.changed()

    def end(self) -> None:
        if self.filter is not None:
            self.filter.remove()
            self.filter = None
        self.line.stop()

    def _tell(self, listening: bool) -> None:
        self._hears = listening
        self.keyboard.tell_listening(listening)
        self._listening(listening)


def keyboard_wanted(settings: Settings) -> ScannerSettings:
    """How the keyboard is set up: in a table of its own, else by the two settings of the station."""
    own = next((each for each in settings.scanners if each.kind == NAME), None)
    told = {"layout": settings.scanner_layout, "profile": settings.scanner_profile}
    if own is None:
        plain = KeyboardSettings()
        return ScannerSettings(NAME, NAME, {key: value for key, value in told.items() if value != getattr(plain, key)})
    return own


def keyboard_values(wanted: ScannerSettings) -> KeyboardSettings:
    """The keyboard's settings; what is wrong in them counts as not written, so that scans are heard all the same."""
    if not wanted.values:
        return KeyboardSettings()
    # Imported here: a desk with plain settings starts without it.
    from station.scanning.forms import typed_settings

    def made(values: Mapping[str, object]) -> object:
        return typed_settings(Keyboard, replace(wanted, values=values), {})

    right = {}
    for key, value in wanted.values.items():
        try:
            made({key: value})
        except SettingsError as error:
            log.warning("%s", error)
        else:
            right[key] = value
    settings = made(right)
    return settings if isinstance(settings, KeyboardSettings) else KeyboardSettings()
