"""``station secret set``: puts a connection's secret into the system's keyring, and nowhere else."""

import getpass
import sys
from dataclasses import fields

from station.backends.listing import UnavailableError, load
from station.core.secret import Secret
from station.credentials import KeyringMissingError, keep_secret, variable
from station.words import advise, say

from .answers import Exit, Stop, note
from .running import find_settings


def set_secret(connection: str, field: str) -> Exit:
    """Ask for the value without showing it, or read it from standard input; never from the command line."""
    settings, _ = find_settings()
    wanted = next((each for each in settings.all_connections() if each.name == connection), None)
    if wanted is None:
        raise Stop(advise("wish", "no_connection"))
    try:
        kind = load(wanted.kind)
    except UnavailableError as error:
        raise Stop(say("cli.kind_unavailable", kind=wanted.kind, detail=error.reason)) from error
    if field not in kind.secret_fields:
        plain = field in {each.name for each in fields(kind.settings_class)}
        known = ", ".join(kind.secret_fields)
        raise Stop(say("cli.not_secret" if plain else "cli.no_such_secret", field=field, known=known))
    value = _read(connection, field)
    if not value:
        raise Stop(say("cli.empty_secret"))
    try:
        keep_secret(connection, field, Secret(value))
    except KeyringMissingError as error:
        sentence = say("cli.no_keyring", detail=str(error), variable=variable(connection, field))
        raise Stop(sentence, Exit.REFUSED) from error
    note(say("cli.secret_kept", connection=connection, field=field))
    return Exit.DONE


def _read(connection: str, field: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(say("cli.secret_prompt", connection=connection, field=field)).strip()
    return sys.stdin.readline().strip()
