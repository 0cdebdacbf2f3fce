"""``station secret``: keeps a connection's secrets in the system's keyring or the sealed file, and nowhere else."""

import getpass
import os
import sys
from dataclasses import fields

from station.backends.base import Backend
from station.backends.listing import UnavailableError, load
from station.connections import goes_inside, secrets_of
from station.core.secret import Secret
from station.credentials import (
    PASSPHRASE,
    Credentials,
    FileState,
    KeyringMissingError,
    Place,
    SecretFileError,
    SecretFileProblem,
    find_credentials,
    variable,
)
from station.settings import ConnectionSettings
from station.words import advise, say

from .answers import Exit, Stop, note, put_answer
from .running import find_settings


def set_secret(connection: str, field: str, in_file: bool) -> Exit:
    """Ask for the value without showing it, or read it from standard input; never from the command line."""
    settings, folders = find_settings()
    wanted = _connection(settings.all_connections(), connection)
    kind = load_kind(wanted.kind)
    if field not in kind.secret_fields:
        plain = field in {each.name for each in fields(kind.settings_class)}
        known = ", ".join(kind.secret_fields)
        raise Stop(say("cli.not_secret" if plain else "cli.no_such_secret", field=field, known=known))
    value = _read(say("cli.secret_prompt", connection=connection, field=field))
    if not value:
        raise Stop(say("cli.empty_secret"))
    keep_secret(find_credentials(folders), connection, field, Secret(value), in_file)
    return Exit.DONE


def keep_secret(credentials: Credentials, connection: str, field: str, secret: Secret, in_file: bool) -> None:
    """Keep it and say where. Raises ``Stop`` where that place cannot be used."""
    try:
        if in_file:
            open_file(credentials)
        credentials.keep(connection, field, secret, in_file=in_file)
    except KeyringMissingError as error:
        sentence = say("cli.no_keyring", detail=str(error), variable=variable(connection, field))
        raise Stop(sentence, Exit.REFUSED) from error
    except SecretFileError as error:
        raise stop_for(error) from error
    note(say("cli.secret_in_file" if in_file else "cli.secret_kept", connection=connection, field=field))
    if credentials.place(connection, field) is Place.ENVIRONMENT:
        note(say("cli.secret_overruled", variable=variable(connection, field)))


def adopt_secrets(backend: str) -> Exit:
    """Take the connections' secrets that the environment holds into the keyring, and say which."""
    settings, folders = find_settings()
    credentials = find_credentials(folders, once=settings.secrets.once)
    known = settings.all_connections()
    found = 0
    for connection, field in secrets_of([_connection(known, backend)] if backend else known):
        name = variable(connection, field)
        try:
            taken = credentials.adopt(connection, field)
        except KeyringMissingError as error:
            raise Stop(say("fleet.not_taken", variable=name, detail=str(error)), Exit.REFUSED) from error
        if taken:
            found += 1
            note(say("fleet.taken" if settings.secrets.once else "fleet.taken_yet_asked", variable=name))
    if not found:
        note(say("fleet.nothing_to_take"))
    return Exit.DONE


def list_secrets(backend: str, as_json: bool) -> Exit:
    """Where each connection's secrets are kept, never what they are."""
    settings, folders = find_settings()
    credentials = find_credentials(folders, once=settings.secrets.once)
    known = settings.all_connections()
    rows = [
        (each.name, field, credentials.place(each.name, field))
        for each in ([_connection(known, backend)] if backend else known) if not goes_inside(each)
        for field in load_kind(each.kind).secret_fields
    ]
    records = [{"connection": name, "field": field, "place": str(place), "variable": variable(name, field)}
               for name, field, place in rows]
    headers = tuple(say(f"cli.column.{name}") for name in ("connection", "field", "place"))
    put_answer(as_json, records, headers, [(name, field, say(f"secrets.place.{place}")) for name, field, place in rows])
    if not rows:
        note(say("cli.no_secrets"))
    return Exit.DONE


def remove_secret(connection: str, field: str) -> Exit:
    """Take one secret out of the keyring and the sealed file."""
    _, folders = find_settings()
    credentials = find_credentials(folders)
    if f"{connection}.{field}" in credentials.file.names():
        open_file(credentials)
    credentials.forget(connection, [field])
    place = credentials.place(connection, field)
    if place is not Place.NOWHERE:
        raise Stop(say("cli.secret_stays", place=say(f"secrets.place.{place}")), Exit.REFUSED)
    note(say("cli.secret_gone", connection=connection, field=field))
    return Exit.DONE


def change_passphrase() -> Exit:
    """Seal the file with another passphrase."""
    _, folders = find_settings()
    file = find_credentials(folders).file
    if file.state() is FileState.MISSING:
        raise stop_for(SecretFileError(SecretFileProblem.MISSING))
    before = Secret(os.environ.get(PASSPHRASE) or _read(say("cli.passphrase_old")))
    new = _read(say("cli.passphrase_new"))
    if sys.stdin.isatty() and new != _read(say("cli.passphrase_again")):
        raise Stop(say("secrets.file_problem.differ"))
    try:
        file.change_passphrase(before, Secret(new))
    except SecretFileError as error:
        raise stop_for(error) from error
    note(say("cli.passphrase_changed"))
    return Exit.DONE


def open_file(credentials: Credentials) -> None:
    """Have the sealed file open, made where there is none. Raises ``Stop`` where nobody tells its passphrase."""
    state = credentials.state()
    if state is FileState.OPEN:
        return
    told = os.environ.get(PASSPHRASE, "")
    if not told and not sys.stdin.isatty():
        raise Stop(say("cli.no_passphrase", variable=PASSPHRASE), Exit.REFUSED)
    try:
        if state is FileState.MISSING:
            passphrase = told or _read(say("cli.passphrase_new"))
            if not told and passphrase != _read(say("cli.passphrase_again")):
                raise Stop(say("secrets.file_problem.differ"))
            credentials.file.create(Secret(passphrase))
        else:
            credentials.file.unlock(Secret(told or _read(say("cli.passphrase"))))
    except SecretFileError as error:
        raise stop_for(error) from error


def stop_for(error: SecretFileError) -> Stop:
    return Stop(say(f"secrets.file_problem.{error.problem}", detail=error.detail), Exit.REFUSED)


def load_kind(kind: str) -> type[Backend]:
    """A kind's class. Raises ``Stop`` for one that cannot be used here."""
    try:
        return load(kind)
    except UnavailableError as error:
        raise Stop(say("cli.kind_unavailable", kind=kind, detail=error.reason)) from error


def _connection(known: tuple[ConnectionSettings, ...], name: str) -> ConnectionSettings:
    wanted = next((each for each in known if each.name == name), None)
    if wanted is None:
        raise Stop(advise("wish", "no_connection"))
    return wanted


def _read(prompt: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(prompt).strip()
    return sys.stdin.readline().strip()
