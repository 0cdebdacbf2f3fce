"""Setting connections up and taking them away: settings file, secrets and the running desk, in the order that is safe.

Each step may wait for the disk, a keyring and the person whom it asks.
"""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from station.backends.base import Backend
from station.backends.listing import UnavailableError, load
from station.connecting.look import locked_connections, open_file, settings_of
from station.connections import build_backend, goes_inside
from station.core.news import News, Refused
from station.core.secret import Secret
from station.desk import connections as verbs
from station.settings import ConnectionSettings, fleet_has, settings_in
from station.settings_file import remove_connection, write_connection
from station.ui.connection_doors import Done, Draft, Problem

if TYPE_CHECKING:
    from station.parts import Station

log = logging.getLogger(__name__)
DESK_WITHIN_S = 30.0


class SetUp:
    """What is done to a running station. Raises what ``connection_look.problem_of`` has words for."""

    def __init__(self, station: "Station") -> None:
        self._station = station

    def try_out(self, draft: Draft) -> Done | Problem:
        station, wanted = self._station, settings_of(draft)
        if goes_inside(wanted) and station.inside is None:
            return Problem("inside_later")
        backend = self._built(wanted, draft.secrets)
        station.desk.do(verbs.try_out, backend).result(DESK_WITHIN_S)
        return Done()

    def save(self, draft: Draft) -> Done | Problem:
        """Secrets first: a connection without them would say that its sign-in is refused."""
        station, wanted = self._station, settings_of(draft)
        before = settings_in(station.folders)
        if not draft.known and any(each.name == draft.name for each in before.connections):
            return Problem("name_taken", draft.name)
        self._built(wanted, draft.secrets)
        if draft.secrets:
            self._keep_secrets(draft)
        if not before.connections and not before.is_practice and wanted.name != "local":
            write_connection(station.folders.settings, "local", "local", {})  # it was there by itself, and is in use
        write_connection(station.folders.settings, wanted.name, wanted.kind, wanted.values)  # type: ignore[arg-type]
        if self._needs_restart() or (goes_inside(wanted) and station.inside is None):
            return Done(restart=True)
        self._set_up(wanted)
        return Done()

    def _keep_secrets(self, draft: Draft) -> None:
        credentials = self._station.credentials
        if draft.in_file:
            open_file(credentials, draft.passphrase)
        for name, secret in draft.secrets.items():
            credentials.keep(draft.name, name, secret, in_file=draft.in_file)
        if draft.in_file:
            self._station.take_key()

    def _set_up(self, wanted: ConnectionSettings) -> None:
        station = self._station
        backend = self._built(wanted)
        station.known[wanted.name] = wanted
        station.desk.do(verbs.set_up, backend).result(DESK_WITHIN_S)

    def _built(self, wanted: ConnectionSettings, typed: Mapping[str, Secret] | None = None) -> Backend:
        station = self._station
        return build_backend(
            wanted, station.credentials, station.clock.now, station.inside, typed, station.settings.ca_file
        )

    def _needs_restart(self) -> bool:
        """Practice and real work never share a data folder."""
        return settings_in(self._station.folders).is_practice != self._station.settings.is_practice

    def take_away(self, name: str) -> Done | Problem:
        """The desk first: it refuses while something of the connection is under way."""
        station = self._station
        found = next((each for each in settings_in(station.folders).connections if each.name == name), None)
        if found is None:
            return Problem("unknown", name)
        if fleet_has(station.folders, "backends", name):
            return Problem("fleet", name)
        heard: list[News] = []
        stop = station.desk.listen(heard.append)
        try:
            station.desk.do(verbs.take_away, name).result(DESK_WITHIN_S)
        finally:
            stop()
        refused = next((each for each in heard if isinstance(each, Refused) and each.wish == "take_away"), None)
        if refused is not None and refused.why != "no_connection":
            return Problem("in_use", name)
        remove_connection(station.folders.settings, name)
        station.known.pop(name, None)
        try:
            station.credentials.forget(name, load(found.kind).secret_fields)
        except UnavailableError:
            log.warning("what secrets %s had is not known: its kind cannot be used here", name)
        return Done(restart=self._needs_restart())

    def unlock(self, passphrase: Secret) -> Done:
        station = self._station
        locked = locked_connections(settings_in(station.folders).connections, station.credentials)
        station.credentials.file.unlock(passphrase)
        station.take_key()
        for wanted in locked if not self._needs_restart() else ():
            self._set_up(wanted)
        return Done()
