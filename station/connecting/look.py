"""How the connections, their secrets and the places for secrets stand, and what went wrong in words for the panel."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from station.backends.listing import UnavailableError, load
from station.connecting.forms import changed_values, kind_forms
from station.connections import LOCKED_FILE, goes_inside, lock_of
from station.core.secret import Secret
from station.credentials import (
    Credentials,
    FileState,
    KeyringMissingError,
    SecretFileError,
    SecretFileProblem,
    variable,
)
from station.settings import ConnectionSettings, SettingsError, settings_in
from station.settings_file import NAME
from station.ui.connection_doors import Done, Draft, KnownConnection, Overview, Problem, Value

if TYPE_CHECKING:
    from station.parts import Station


def look(station: "Station") -> Overview:
    """Everything that the panel shows; asks the keyring, and imports each kind once."""
    credentials, practice = station.credentials, station.settings.is_practice
    kinds, keyring, file = kind_forms(), credentials.keyring_trouble(), str(credentials.state())
    try:
        connections = settings_in(station.folders).connections
    except SettingsError as error:
        return Overview(kinds, (), keyring, file, practice, str(error))
    return Overview(kinds, tuple(_known(each, credentials) for each in connections), keyring, file, practice)


def look_for_locks(station: "Station") -> Overview:
    """The sealed file and what it locks: nothing is imported and nobody asked where there is no such file."""
    file = station.credentials.state()
    if file is not FileState.LOCKED:
        return Overview(file=str(file))
    locked = locked_connections(settings_in(station.folders).connections, station.credentials)
    known = tuple(KnownConnection(each.name, each.kind, {}, {}, {}, locked=True) for each in locked)
    return Overview(connections=known, file=str(file))


def _known(wanted: ConnectionSettings, credentials: Credentials) -> KnownConnection:
    values: dict[str, Value] = {
        name: value for name, value in wanted.values.items() if isinstance(value, str | int | float | bool)
    }
    try:
        cls = load(wanted.kind)
    except UnavailableError:
        return KnownConnection(wanted.name, wanted.kind, values, {}, {})
    names = () if goes_inside(wanted) else cls.secret_fields
    places = {name: str(credentials.place(wanted.name, name)) for name in names}
    variables = {name: variable(wanted.name, name) for name in names}
    return KnownConnection(wanted.name, wanted.kind, values, places, variables, bool(lock_of(wanted, cls, credentials)))


def locked_connections(
    connections: Sequence[ConnectionSettings], credentials: Credentials
) -> tuple[ConnectionSettings, ...]:
    """Those whose secret is in the sealed file that nobody has opened."""
    found = []
    for each in connections:
        try:
            if lock_of(each, load(each.kind), credentials) == LOCKED_FILE:
                found.append(each)
        except UnavailableError:
            continue  # it cannot be used anyhow
    return tuple(found)


def settings_of(draft: Draft) -> ConnectionSettings:
    """A draft as it will stand in the settings file. Raises ``SettingsError``."""
    if not NAME.fullmatch(draft.name):
        raise SettingsError("name")
    values = changed_values(load(draft.kind), draft.values)
    return ConnectionSettings(draft.name, draft.kind, values)


def open_file(credentials: Credentials, passphrase: Secret | None) -> None:
    """Have the sealed file open, begun where there is none. Raises ``SecretFileError``."""
    state = credentials.state()
    if state is FileState.OPEN:
        return
    if passphrase is None:
        raise SecretFileError(SecretFileProblem.LOCKED)
    if state is FileState.MISSING:
        credentials.file.create(passphrase)
    else:
        credentials.file.unlock(passphrase)


def settled(work: Callable[[], object]) -> Done:
    """Do it; that nothing was raised is the answer."""
    work()
    return Done()


def problem_of(error: Exception) -> Problem:
    """A failure as the panel tells it; what nobody foresaw is named by its kind alone, for it may quote a secret."""
    if isinstance(error, SettingsError):
        return Problem("bad_name" if str(error) == "name" else "settings", str(error))
    if isinstance(error, UnavailableError):
        return Problem("kind", error.reason)
    if isinstance(error, KeyringMissingError):
        return Problem("keyring", str(error))
    if isinstance(error, SecretFileError):
        return Problem(f"file_{error.problem}", error.detail)
    return Problem("other", type(error).__name__)
