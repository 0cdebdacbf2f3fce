"""Draws the form of each kind of claiming system from its settings, and reads a vendor's own credentials."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from station.backends.base import Backend
from station.backends.listing import UnavailableError, listings, load
from station.connections import default_of
from station.core.secret import Secret
from station.ui.connection_doors import Entry, FormField, Imported, KindForm, Only, Problem, Value
from station.words import say

_ENTRIES = {bool: Entry.YES_NO, int: Entry.WHOLE, float: Entry.NUMBER}
_FILES = frozenset({"ca_file"})
_LARGEST = 1_000_000
_DISRUPTIVE = {
    "DT_SERVICE_ACCOUNT_KEY_ID": "keyId",
    "DT_SERVICE_ACCOUNT_SECRET": "secret",
    "DT_SERVICE_ACCOUNT_EMAIL": "email",
}


_ONLY: Mapping[str, Only] = {
    "disruptive": {"email": ("auth", frozenset({"oauth"}))},
    "here": {
        "token": ("auth", frozenset({"token"})),
        "key": ("auth", frozenset({"client"})),
        "secret": ("auth", frozenset({"client"})),
        "email": ("auth", frozenset({"user"})),
        "password": ("auth", frozenset({"user"})),
    },
}
_FOLDED = frozenset({"target"})
"""Folded away at every kind: a target is chosen from the vendor's own list."""


def kind_forms() -> tuple[KindForm, ...]:
    """All kinds of this installation; importing them takes a moment."""
    found = []
    for each in listings():
        try:
            found.append(form_of(each.kind))
        except UnavailableError as error:
            found.append(KindForm(each.kind, each.kind.capitalize(), error.reason))
    return tuple(found)


@cache
def form_of(kind: str) -> KindForm:
    """A kind's form. Raises ``UnavailableError``."""
    cls = load(kind)
    types = get_type_hints(cls.settings_class)
    drawn = tuple(draw_field(each, types[each.name]) for each in fields(cls.settings_class))
    return KindForm(kind, cls.title, "", drawn, cls.secret_fields, kind in IMPORTS, _ONLY.get(kind, {}))


def changed_values(cls: type[Backend], values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that differ from what the kind takes by itself: only they stand in the settings file."""
    defaults = {each.name: default_of(each) for each in fields(cls.settings_class)}
    return {name: value for name, value in values.items() if value != defaults.get(name)}


def draw_field(field: "Field[Any]", wanted: type) -> FormField:
    """How a setting of that type is asked for."""
    choices = tuple(str(choice) for choice in field.metadata.get("choices", ()))
    path = "file" if field.name in _FILES else field.metadata.get("path", "")
    entry = Entry.CHOICE if choices else Entry(path) if path else _ENTRIES.get(wanted, Entry.TEXT)
    default = default_of(field)
    usable = default if isinstance(default, str | int | float | bool) else ""
    # A text that is there already (the vendor's own address) is right for nearly everybody.
    folded = field.metadata.get("advanced") or field.name in _FOLDED or (entry is Entry.TEXT and bool(usable))
    return FormField(field.name, entry, usable, choices, bool(folded))


def read_disruptive(path: str, environment: Mapping[str, str]) -> Imported | Problem:
    """A service account's key: the file that the vendor hands out, or the variables that its own library reads.

    The file is JSON with ``serviceAccount.{keyId, secret, email, tokenEndpoint}``. Source: ``disruptive`` 1.7.3.
    """
    named = path or environment.get("DT_CREDENTIALS_FILE", "")
    if named:
        try:
            file = Path(named).expanduser()
            if file.stat().st_size > _LARGEST:
                return Problem("import_unfit", file.name)
            account = json.loads(file.read_text("utf-8-sig"))["serviceAccount"]
        except OSError as error:
            return Problem("import_no_file", f"{Path(named).name}: {error.strerror or type(error).__name__}")
        except (ValueError, LookupError, TypeError, RecursionError):
            return Problem("import_unfit", Path(named).name)
    else:
        account = {field: environment.get(name, "") for name, field in _DISRUPTIVE.items()}
        if not any(account.values()):
            return Problem("import_nothing", ", ".join(("DT_CREDENTIALS_FILE", *_DISRUPTIVE)))
    return _disruptive(account, Path(named).name or say("secrets.place.environment"))


def _disruptive(account: object, where: str) -> Imported | Problem:
    told = {name: account.get(name) or "" for name in (*_DISRUPTIVE.values(), "tokenEndpoint")} if isinstance(
        account, dict) else {}
    if not all(isinstance(value, str) for value in told.values()):
        return Problem("import_unfit", where)
    if missing := [name for name in _DISRUPTIVE.values() if not told.get(name)]:
        return Problem("import_lacks", f"{where}: {', '.join(missing)}")
    values: dict[str, Value] = {"key_id": told["keyId"], "email": told["email"], "auth": "oauth"}
    if told["tokenEndpoint"]:
        values["token_url"] = told["tokenEndpoint"]
    return Imported(values, {"secret": Secret(told["secret"])})


Importer = Callable[[str, Mapping[str, str]], Imported | Problem]
IMPORTS: Mapping[str, Importer] = {"disruptive": read_disruptive}
"""The kinds whose vendor has a credentials file or variables of its own, and who reads them."""


def import_credentials(kind: str, path: str = "", environment: Mapping[str, str] | None = None) -> Imported | Problem:
    """A vendor's own credentials, for the fields of that kind's form; values that the form does not know are left."""
    reader = IMPORTS.get(kind)
    if reader is None:
        return Problem("import_none", kind)
    found = reader(path, os.environ if environment is None else environment)
    if isinstance(found, Problem):
        return found
    form = form_of(kind)
    known = {each.name for each in form.fields}
    return Imported(
        {name: value for name, value in found.values.items() if name in known},
        {name: secret for name, secret in found.secrets.items() if name in form.secrets},
    )
