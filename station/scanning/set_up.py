"""Setting scanners up and taking them away: settings file, secrets and the running scanners, in the order that is safe.

Each step may wait for the disk, a keyring and the person whom it asks.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from station.connecting.look import open_file
from station.credentials import variable
from station.scanners.base import SHELF
from station.scanning.forms import KEYBOARD, changed_values, form_of, typed_settings
from station.scanning.hearing import keyboard_wanted
from station.scanning.hub import Scanning
from station.scanning.making import secret_owner
from station.settings import ScannerSettings, fleet_has, settings_in
from station.settings_file import NAME, remove_scanner, write_scanner
from station.ui.connection_doors import Done, Draft, Problem, Value
from station.ui.scanner_doors import ScannerDraft, ScannerSeen, ScannerSetUp

if TYPE_CHECKING:
    from station.parts import Station

NOW_S = 10.0
"""How long the scanners may take to take a change in."""


class ScannerSetUps:
    """What is done to a running station. Raises ``SettingsError`` and what the secrets' places raise."""

    def __init__(
        self, station: "Station", scanning: Scanning, change_keyboard: Callable[[ScannerSettings], object]
    ) -> None:
        self._station, self._scanning, self._change_keyboard = station, scanning, change_keyboard

    def look(self, name: str, kind: str, device: str) -> ScannerSetUp | Problem:
        form = form_of(kind)
        if form.reason and not name:
            return Problem("unavailable", form.reason)
        credentials = self._station.credentials
        known = self._wanted(name) or self._from_device(kind, device)
        values: dict[str, Value] = {
            key: value for key, value in known.values.items() if isinstance(value, str | int | float | bool)
        }
        owner = secret_owner(name)
        places = {each: str(credentials.place(owner, each)) for each in form.secrets} if name else {}
        return ScannerSetUp(
            form, name, known.title, values, places, {each: variable(owner, each) for each in form.secrets},
            known.repeat_s, credentials.keyring_trouble() if form.secrets else "", str(credentials.state()),
        )

    def use(self, seen: ScannerSeen) -> Done:
        """Read a device: with its settings where it is set up, else with what its kind takes by itself."""
        wanted = self._wanted(seen.name) or self._from_device(seen.kind, seen.device)
        self._keep(replace(wanted, name=seen.name or self._free_name(seen.kind), enabled=True))
        return Done()

    def leave(self, seen: ScannerSeen) -> Done | Problem:
        wanted = self._wanted(seen.name)
        if wanted is None:
            return Problem("unknown", seen.name)
        self._keep(replace(wanted, enabled=False))
        return Done()

    def save(self, wish: ScannerDraft) -> Done | Problem:
        """Secrets first: a scanner without its token would let everybody in."""
        draft = wish.draft
        cls = SHELF.load(draft.kind)
        before = self._wanted(draft.name) if draft.known else None
        hidden = {key: value for key, value in (before.values if before else {}).items() if not _is_drawn(cls, key)}
        values = {**hidden, **changed_values(cls, draft.values)}
        name = draft.name or self._free_name(draft.kind)
        if not NAME.fullmatch(name):
            return Problem("bad_name", name)
        enabled = before.enabled if before is not None else True
        wanted = ScannerSettings(name, draft.kind, values, wish.title, enabled, wish.repeat_s)
        typed_settings(cls, wanted, draft.secrets)
        if draft.secrets:
            self._keep_secrets(name, draft)
        self._keep(wanted)
        return Done()

    def take_away(self, name: str) -> Done | Problem:
        wanted = self._wanted(name)
        if wanted is None:
            return Problem("unknown", name)
        if fleet_has(self._station.folders, "scanners", name):
            return Problem("fleet", name)
        remove_scanner(self._station.folders.settings, name)
        self._scanning.remove(name).result(NOW_S)
        self._station.credentials.forget(secret_owner(name), form_of(wanted.kind).secrets)
        return Done()

    def _keep(self, wanted: ScannerSettings) -> None:
        """Into the file, then in use."""
        lasting = True
        if wanted.enabled:  # one that cannot be used here can be let go all the same
            cls = SHELF.load(wanted.kind)
            typed_settings(cls, wanted, {})
            lasting = cls.lasting
        write_scanner(self._station.folders.settings, replace(wanted, enabled=wanted.enabled and lasting))
        if wanted.kind == KEYBOARD:
            self._change_keyboard(wanted)
        else:
            self._scanning.put(wanted).result(NOW_S)

    def _keep_secrets(self, name: str, draft: Draft) -> None:
        credentials = self._station.credentials
        if draft.in_file:
            open_file(credentials, draft.passphrase)
        for field, secret in draft.secrets.items():
            credentials.keep(secret_owner(name), field, secret, in_file=draft.in_file)
        if draft.in_file:
            self._station.take_key()

    def _wanted(self, name: str) -> ScannerSettings | None:
        settings = settings_in(self._station.folders)
        found = next((each for each in settings.scanners if each.name == name), None)
        return keyboard_wanted(settings) if found is None and name == KEYBOARD else found

    def _from_device(self, kind: str, device: str) -> ScannerSettings:
        """Bound to the device, not to where it is plugged in."""
        found = next((each for each in self._scanning.search.found.get(kind, ()) if each.key == device), None)
        if found is None:
            return ScannerSettings("", kind, {"device": device} if device else {})
        return ScannerSettings("", kind, dict(found.settings), found.title)

    def _free_name(self, kind: str) -> str:
        taken = {each.name for each in settings_in(self._station.folders).scanners}
        names = (kind, *(f"{kind}_{number}" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)


def _is_drawn(cls: type, key: str) -> bool:
    """Whether the form asks for a setting; what it does not ask for stays as a person wrote it."""
    return any(each.name == key for each in form_of(cls.name).fields)  # type: ignore[attr-defined]
