"""The doors of the set-up panel: each wish on a thread of its own, its answer in a future."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from station.asking import ask
from station.connecting.forms import import_credentials
from station.connecting.look import look, look_for_locks, problem_of, settled
from station.connecting.set_up import SetUp
from station.core.secret import Secret
from station.ui.connection_doors import Done, Draft, Imported, Overview, Problem

if TYPE_CHECKING:
    from station.parts import Station

T = TypeVar("T")


class Connections:
    """The doors of the set-up panel to a running station. Each wish runs on a thread of its own: the disk, a keyring
    and the person whom it asks may take their time."""

    def __init__(self, station: "Station", restart: Callable[[], None] = lambda: None) -> None:
        self._station, self._set_up = station, SetUp(station)
        self._restart = restart

    def look(self) -> "Future[Overview | Problem]":
        return self._start(lambda: look(self._station))

    def look_for_locks(self) -> "Future[Overview | Problem]":
        return self._start(lambda: look_for_locks(self._station))

    def try_out(self, draft: Draft) -> "Future[Done | Problem]":
        return self._start(lambda: self._set_up.try_out(draft))

    def save(self, draft: Draft) -> "Future[Done | Problem]":
        return self._start(lambda: self._set_up.save(draft))

    def take_away(self, name: str) -> "Future[Done | Problem]":
        return self._start(lambda: self._set_up.take_away(name))

    def import_file(self, kind: str, path: str) -> "Future[Imported | Problem]":
        return self._start(lambda: import_credentials(kind, path))

    def unlock(self, passphrase: Secret) -> "Future[Done | Problem]":
        return self._start(lambda: self._set_up.unlock(passphrase))

    def put_file_aside(self) -> "Future[Done | Problem]":
        return self._start(lambda: settled(self._station.credentials.file.put_aside))

    def change_passphrase(self, before: Secret, passphrase: Secret) -> "Future[Done | Problem]":
        change = self._station.credentials.file.change_passphrase
        return self._start(lambda: settled(lambda: change(before, passphrase)))

    def restart(self) -> None:
        self._restart()

    def _start(self, work: Callable[[], T]) -> "Future[T]":
        return ask(work, problem_of, "connections")
