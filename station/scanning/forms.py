"""What each kind of scanner is called and asks for: its form, and its settings out of what a form or the file says."""

from collections.abc import Mapping
from dataclasses import Field, fields
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

from station.connecting.forms import draw_field
from station.connections import checked, default_of
from station.core.secret import Secret
from station.scanners.base import SHELF, Scanner, ScannerUnavailableError, Settings
from station.settings import ScannerSettings, SettingsError
from station.ui.connection_doors import KindForm, Value
from station.words import has, say

ELSEWHERE = frozenset({"camera", "pictures", "practice"})
"""Kinds that are not set up here: the camera has a panel of its own, pictures are dropped or opened, practice plays the
sample delivery."""
KEYBOARD = "keyboard"
BY_HAND = ("tcp", "folder", "serial", "replay")
"""Kinds that can be set up without a device that was found, the likeliest first; others follow."""
_DRAWN = (str, int, float, bool)


def kind_title(kind: str) -> str:
    """What a kind is called on the screen."""
    key = f"scanners.kind.{kind}"
    return say(key) if has(key) else kind.replace("_", " ").capitalize()


def kind_names() -> tuple[str, ...]:
    """The kinds that can be set up, in the order in which they are offered."""
    names = [each.name for each in SHELF.listings() if each.name not in ELSEWHERE]
    return tuple(sorted(names, key=lambda name: (BY_HAND.index(name) if name in BY_HAND else len(BY_HAND), name)))


def form_of(kind: str) -> KindForm:
    """A kind's form; one that cannot be used here says why."""
    try:
        cls = SHELF.load(kind)
    except ScannerUnavailableError as error:
        return KindForm(kind, kind_title(kind), error.reason)
    types = get_type_hints(cls.settings_type)
    known = fields(cls.settings_type)
    drawn = tuple(
        draw_field(each, types[each.name])
        for each in known
        if types[each.name] in _DRAWN and not {"secret", "in_file"} & set(each.metadata)
    )
    return KindForm(kind, kind_title(kind), "", drawn, secret_names(cls))


def secret_names(cls: type[Scanner]) -> tuple[str, ...]:
    """The settings of a kind that never stand in the file."""
    return tuple(each.name for each in fields(cls.settings_type) if each.metadata.get("secret"))


def typed_settings(cls: type[Scanner], wanted: ScannerSettings, secrets: Mapping[str, Secret]) -> Settings:
    """The kind's own settings, each value of its type. Raises ``SettingsError`` that names what is wrong."""
    types = get_type_hints(cls.settings_type)
    known = {each.name: each for each in fields(cls.settings_type)}
    hidden = secret_names(cls)
    if unknown := set(wanted.values) - set(known):
        raise SettingsError(f"[scanners.{wanted.name}] does not know {', '.join(sorted(unknown))}")
    if told := set(wanted.values) & set(hidden):
        raise SettingsError(f"[scanners.{wanted.name}] {', '.join(sorted(told))} is a secret: it is not kept here")
    values: dict[str, Any] = {
        name: _checked(f"[scanners.{wanted.name}] {name}", known[name], types[name], value)
        for name, value in wanted.values.items()
    }
    values |= {name: secret.reveal() for name, secret in secrets.items() if name in hidden}
    try:
        return cls.settings_type(**values)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"[scanners.{wanted.name}] {error}") from error


def changed_values(cls: type[Scanner], values: Mapping[str, Value]) -> dict[str, object]:
    """The values that differ from what the kind takes by itself, choices in their own type: they stand in the file."""
    known = {each.name: each for each in fields(cls.settings_type)}
    chosen = {name: _chosen(known[name], value) for name, value in values.items() if name in known}
    return {name: value for name, value in chosen.items() if value != default_of(known[name])}


def _chosen(field: "Field[Any]", value: Value) -> object:
    """A form knows choices as texts: the one that is meant."""
    return next((choice for choice in field.metadata.get("choices", ()) if str(choice) == value), value)


def _checked(where: str, field: "Field[Any]", wanted: Any, value: object) -> object:
    if get_origin(wanted) is tuple and isinstance(value, list | tuple):
        item = get_args(wanted)[0]
        try:
            return tuple(item(each) if issubclass(item, Enum) else _checked(where, field, item, each) for each in value)
        except ValueError as error:
            raise SettingsError(f"{where} cannot hold {error}") from error
    return checked(where, field, wanted, value)
