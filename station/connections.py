"""Sets connections up and takes them away: settings file, secrets and the running desk, in the order that is safe."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from station.backends.listing import UnavailableError, load
from station.connecting import build_backend, goes_inside
from station.connection_forms import import_credentials
from station.connection_look import locked_connections, look, open_file, problem_of, settings_of, settled
from station.core.news import News, Refused
from station.core.secret import Secret
from station.desk import connections as verbs
from station.settings import ConnectionSettings, read_settings
from station.settings_file import remove_connection, write_connection
from station.ui.connection_doors import Done, Draft, Imported, Overview, Problem

if TYPE_CHECKING:
    from station.parts import Station

T = TypeVar("T")
log = logging.getLogger(__name__)
DESK_WITHIN_S = 30.0


class Connections:
    """The doors of the set-up panel to a running station. Each wish runs on a thread of its own: the disk, a keyring
    and the person whom it asks may take their time."""

    def __init__(self, station: "Station", restart: Callable[[], None] = lambda: None) -> None:
        self._station = station
        self._restart = restart

    def look(self) -> "Future[Overview]":
        return self._start(lambda: look(self._station))

    def try_out(self, draft: Draft) -> "Future[Done | Problem]":
        return self._start(lambda: self._try_out(draft))

    def save(self, draft: Draft) -> "Future[Done | Problem]":
        return self._start(lambda: self._save(draft))

    def take_away(self, name: str) -> "Future[Done | Problem]":
        return self._start(lambda: self._take_away(name))

    def import_file(self, kind: str, path: str) -> "Future[Imported | Problem]":
        return self._start(lambda: import_credentials(kind, path))

    def unlock(self, passphrase: Secret) -> "Future[Done | Problem]":
        return self._start(lambda: self._unlock(passphrase))

    def put_file_aside(self) -> "Future[Done | Problem]":
        return self._start(lambda: settled(self._station.credentials.file.put_aside))

    def change_passphrase(self, before: Secret, passphrase: Secret) -> "Future[Done | Problem]":
        change = self._station.credentials.file.change_passphrase
        return self._start(lambda: settled(lambda: change(before, passphrase)))

    def restart(self) -> None:
        self._restart()

    def _try_out(self, draft: Draft) -> Done | Problem:
        station, wanted = self._station, settings_of(draft)
        if goes_inside(wanted) and station.inside is None:
            return Problem("inside_later")
        backend = build_backend(wanted, station.credentials, station.clock.now, station.inside, draft.secrets)
        station.desk.do(verbs.try_out, backend).result(DESK_WITHIN_S)
        return Done()

    def _save(self, draft: Draft) -> Done | Problem:
        """Secrets first: a connection without them would say that its sign-in is refused."""
        station, wanted = self._station, settings_of(draft)
        before = read_settings(station.folders.settings)
        if not draft.known and any(each.name == draft.name for each in before.connections):
            return Problem("name_taken", draft.name)
        build_backend(wanted, station.credentials, station.clock.now, station.inside, draft.secrets)
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
        backend = build_backend(wanted, station.credentials, station.clock.now, station.inside)
        station.desk.do(verbs.set_up, backend).result(DESK_WITHIN_S)

    def _needs_restart(self) -> bool:
        """Practice and real work never share a data folder."""
        return read_settings(self._station.folders.settings).is_practice != self._station.settings.is_practice

    def _take_away(self, name: str) -> Done | Problem:
        """The desk first: it refuses while something of the connection is under way."""
        station = self._station
        found = next((each for each in read_settings(station.folders.settings).connections if each.name == name), None)
        if found is None:
            return Problem("unknown", name)
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
        try:
            station.credentials.forget(name, load(found.kind).secret_fields)
        except UnavailableError:
            log.warning("what secrets %s had is not known: its kind cannot be used here", name)
        return Done(restart=self._needs_restart())

    def _unlock(self, passphrase: Secret) -> Done:
        station = self._station
        locked = locked_connections(read_settings(station.folders.settings).connections, station.credentials)
        station.credentials.file.unlock(passphrase)
        station.take_key()
        for wanted in locked if not self._needs_restart() else ():
            self._set_up(wanted)
        return Done()

    def _start(self, work: Callable[[], T]) -> "Future[T]":
        future: Future[T] = Future()

        def run() -> None:
            try:
                result: object = work()
            except Exception as error:  # told in the panel
                result = problem_of(error)
            future.set_result(result)  # type: ignore[arg-type]

        threading.Thread(target=run, name="connections", daemon=True).start()
        return future
