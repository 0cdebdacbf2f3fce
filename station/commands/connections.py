"""``station connection``: sets connections up, imports a vendor's own credentials, and makes a test call."""

from collections.abc import Sequence
from dataclasses import fields
from typing import get_type_hints

from station.backends.base import Backend
from station.connecting.forms import changed_values, import_credentials
from station.connections import goes_inside, typed_settings
from station.core.errors import CallError
from station.core.target import Account
from station.credentials import find_credentials
from station.desk import places
from station.settings import ConnectionSettings, SettingsError, fleet_has, settings_in
from station.settings_file import remove_connection as take_out
from station.settings_file import write_connection
from station.ui.connection_doors import Problem, Value
from station.words import advise, say

from .answers import Exit, Stop, note, put_answer
from .credentials import keep_secret, load_kind
from .running import find_settings, running, why

_YES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def list_connections(as_json: bool) -> Exit:
    """What stands in the settings; never a secret."""
    settings, _ = find_settings()
    records = [{"connection": each.name, "kind": each.kind, **each.values} for each in settings.connections]
    rows = [(each.name, each.kind, str(each.values.get("base_url", ""))) for each in settings.connections]
    headers = tuple(say(f"cli.column.{name}") for name in ("connection", "kind", "address"))
    put_answer(as_json, records, headers, rows)
    if not rows:
        note(say("cli.no_connections"))
    return Exit.DONE


def set_connection(name: str, kind: str, keys: Sequence[str]) -> Exit:
    """Write a connection; keys that are not named stay as they are, an empty value is the kind's own again."""
    cls, before = load_kind(kind), _values_of(name, kind)
    given = dict(_pair(name, cls, each) for each in keys)
    _write(name, cls, {**before, **given})
    for field in () if goes_inside(ConnectionSettings(name, kind, {**before, **given})) else cls.secret_fields:
        note(say("cli.connection_secrets", connection=name, field=field))
    return Exit.DONE


def remove_connection(name: str) -> Exit:
    """Settings and secrets; what was claimed over it stays in the history."""
    settings, folders = find_settings()
    found = next((each for each in settings.connections if each.name == name), None)
    if found is None:
        raise Stop(advise("wish", "no_connection"))
    if fleet_has(folders, "backends", name):
        raise Stop(say("connections.problem.fleet", detail=name), Exit.REFUSED)
    try:
        take_out(folders.settings, name)
    except SettingsError as error:
        raise Stop(say("cli.bad_settings", detail=str(error)), Exit.REFUSED) from error
    find_credentials(folders).forget(name, load_kind(found.kind).secret_fields)
    note(say("cli.connection_gone", connection=name))
    return Exit.DONE


def import_connection(name: str, kind: str, file: str, in_file: bool) -> Exit:
    """The vendor's own credentials into the settings and the keyring, or the sealed file."""
    found = import_credentials(kind, file)
    if isinstance(found, Problem):
        raise Stop(found.sentence, Exit.REFUSED)
    cls, before = load_kind(kind), _values_of(name, kind)
    _, folders = find_settings()
    for field, secret in found.secrets.items():
        keep_secret(find_credentials(folders), name, field, secret, in_file)
    _write(name, cls, {**before, **found.values})
    return Exit.DONE


def try_connection(name: str, as_json: bool) -> Exit:
    """Ask the vendor who we are and what we see; nothing changes by it."""
    with running() as session:
        standing = session.stand(name)
        account: Account
        try:
            account, targets = session.ask(standing.connection, places.read)
        except CallError as error:
            raise Stop(why(error, standing.title), Exit.REFUSED) from error
    record = {
        "connection": name, "account": account.id, "title": account.title, "organization": account.organization,
        "targets": len(targets),
    }
    first = ", ".join(each.title or each.id for each in targets[:3])
    told = say("connections.sees", n=len(targets), first=first) if targets else say("connections.sees_nothing")
    headers = (say("cli.column.connection"), say("cli.column.title"), say("cli.column.found"))
    put_answer(as_json, [record], headers, [(name, account.title or account.id, told)])
    return Exit.DONE


def _values_of(name: str, kind: str) -> dict[str, Value]:
    settings, _ = find_settings()
    found = next((each for each in settings.connections if each.name == name), None)
    if found is None:
        return {}
    if found.kind != kind:
        raise Stop(say("cli.other_kind", connection=name, kind=found.kind))
    return {key: value for key, value in found.values.items() if isinstance(value, str | int | float | bool)}


def _pair(name: str, cls: type[Backend], text: str) -> tuple[str, Value]:
    key, _, value = text.partition("=")
    types = get_type_hints(cls.settings_class)
    if key in cls.secret_fields:
        raise Stop(say("cli.secret_key", field=key, connection=name))
    known = {each.name: each for each in fields(cls.settings_class)}
    try:
        if key not in known or "=" not in text:
            raise ValueError
        if not value:
            return key, known[key].default  # type: ignore[return-value]
        if types[key] is bool:
            return key, _YES[value.lower()]
        made: Value = types[key](value)
    except (ValueError, LookupError):
        raise Stop(say("cli.bad_key", field=key, kind=cls.kind, known=", ".join(known))) from None
    return key, made


def _write(name: str, cls: type[Backend], values: dict[str, Value]) -> None:
    """Into the settings; where a connection was there by itself and in use, it is written down beside it."""
    _, folders = find_settings()
    wanted = ConnectionSettings(name, cls.kind, changed_values(cls, values))
    try:
        typed_settings(cls, wanted)
        before = settings_in(folders)
        if not before.connections and not before.is_practice and name != "local":
            write_connection(folders.settings, "local", "local", {})
        write_connection(folders.settings, name, cls.kind, changed_values(cls, values))
    except SettingsError as error:
        raise Stop(say("cli.bad_settings", detail=str(error))) from error
    note(say("cli.connection_set", connection=name))

