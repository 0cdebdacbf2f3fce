"""The settings: one TOML file, so that a fleet of desks can be provisioned."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

_NAME = re.compile(r"[a-z0-9_]+")
_KINDS = ("local", "disruptive", "xyte", "datacake", "here")


class SettingsError(Exception):
    """The settings file cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """One configured backend: its name, its kind, and the keys of that kind as they stand in the file."""

    name: str
    kind: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """One scanner that is set up: its name, its kind, and the keys of that kind as they stand in the file.

    ``title`` is the device's own name; one that is not ``enabled`` is kept for later. The same code again within
    ``repeat_s`` seconds is one reading that came twice, as long as it keeps coming; 0: each counts.
    """

    name: str
    kind: str
    values: Mapping[str, object] = field(default_factory=dict)
    title: str = ""
    enabled: bool = True
    repeat_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands in ``settings.toml``; every key has a default, so that no file is needed.

    ``scheme`` is "system", "light" or "dark"; ``font_scale`` in per cent (100 to 200); ``scanner_layout`` "us" or
    "same" (as the computer), ``scanner_profile`` "normal" or "slow"; ``mixed`` lets a label that only another
    connection accepts join that connection's batch. For ``cool_off_minutes`` (0 to 10) after Claim nothing is sent and
    it can be cancelled; a claim that cannot be undone of more than ``confirm_above`` devices (0: never) wants a second
    press or scan. With no connection set up there is one, ``local``: the bundled
    server with the sample delivery, which is practice until ``practice`` is false or a connection is set up.
    """

    name: str = "desk-1"
    operator: str = ""
    operators: tuple[str, ...] = ()
    scheme: str = "system"
    language: str = ""
    font_scale: int = 100
    sound: bool = True
    mixed: bool = False
    cool_off_minutes: int = 0
    confirm_above: int = 0
    scanner_layout: str = "us"
    scanner_profile: str = "normal"
    practice: bool = True
    ca_file: str = ""
    connections: tuple[ConnectionSettings, ...] = ()
    scanners: tuple[ScannerSettings, ...] = ()

    @property
    def is_practice(self) -> bool:
        """Whether this desk works on the sample delivery only."""
        return self.practice and not self.connections

    def all_connections(self) -> tuple[ConnectionSettings, ...]:
        return self.connections or (ConnectionSettings("local", "local"),)


def read_settings(path: Path) -> Settings:
    """Read the file; one that does not exist means all defaults. Raises ``SettingsError`` for one that is wrong."""
    try:
        with path.open("rb") as stream:
            data = tomllib.load(stream)
    except FileNotFoundError:
        return Settings()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: {error}") from error
    unknown = set(data) - {"station", "backends", "scanners"}
    if unknown:
        raise SettingsError(f"{path.name}: unknown section {', '.join(sorted(unknown))}")
    return Settings(
        **_station(data.get("station", {}), path), connections=_connections(data.get("backends", {}), path),
        scanners=_scanners(data.get("scanners", {}), path),
    )


_TYPES = {each.name: each.type for each in fields(Settings) if each.name not in ("connections", "scanners")}


def _station(table: Any, path: Path) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise SettingsError(f"{path.name}: [station] must be a table")
    values: dict[str, Any] = {}
    for key, value in table.items():
        default = getattr(Settings(), key, None) if key in _TYPES else None
        if default is None:
            raise SettingsError(f"{path.name}: [station] does not know {key}")
        if isinstance(default, tuple):
            value = tuple(str(each) for each in value) if isinstance(value, list) else value
        if type(value) is not type(default):
            raise SettingsError(f"{path.name}: [station] {key} must be {type(default).__name__}")
        least, most = _BOUNDS.get(key, (value, value))
        if not least <= value <= most:
            raise SettingsError(f"{path.name}: [station] {key} must be {least} to {most}")
        values[key] = value
    return values


_BOUNDS: dict[str, tuple[int, int]] = {"cool_off_minutes": (0, 10), "confirm_above": (0, 1_000_000)}


def _connections(table: Any, path: Path) -> tuple[ConnectionSettings, ...]:
    if not isinstance(table, dict):
        raise SettingsError(f"{path.name}: [backends] must hold tables")
    found = []
    for name, keys in table.items():
        if not _NAME.fullmatch(name) or not isinstance(keys, dict):
            raise SettingsError(f"{path.name}: a connection's name is made of a-z, 0-9 and _; not {name!r}")
        kind = keys.get("kind")
        if kind not in _KINDS:
            raise SettingsError(f"{path.name}: [backends.{name}] kind must be one of {', '.join(_KINDS)}")
        found.append(ConnectionSettings(name, kind, {k: v for k, v in keys.items() if k != "kind"}))
    return tuple(found)


def _scanners(table: Any, path: Path) -> tuple[ScannerSettings, ...]:
    """What each kind makes of its own keys is found out when it is loaded: a kind that is missing stops nothing."""
    if not isinstance(table, dict):
        raise SettingsError(f"{path.name}: [scanners] must hold tables")
    found = []
    for name, keys in table.items():
        if not _NAME.fullmatch(name) or not isinstance(keys, dict):
            raise SettingsError(f"{path.name}: a scanner's name is made of a-z, 0-9 and _; not {name!r}")
        kind = keys.get("kind")
        if not isinstance(kind, str) or not _NAME.fullmatch(kind):
            raise SettingsError(f"{path.name}: [scanners.{name}] kind must name a kind of scanner")
        ours = {key: keys[key] for key in _OF_ALL_SCANNERS if key in keys}
        for key, value in ours.items():
            wanted = _OF_ALL_SCANNERS[key]
            if wanted is float and type(value) is int:
                value = ours[key] = float(value)
            if type(value) is not wanted or (isinstance(value, float) and not 0 <= value <= _LONGEST_REPEAT_S):
                raise SettingsError(f"{path.name}: [scanners.{name}] {key} cannot be {value!r}")
        own = {key: value for key, value in keys.items() if key != "kind" and key not in ours}
        found.append(ScannerSettings(name, kind, own, **ours))
    return tuple(found)


_OF_ALL_SCANNERS = {"title": str, "enabled": bool, "repeat_s": float}
_LONGEST_REPEAT_S = 3600.0
